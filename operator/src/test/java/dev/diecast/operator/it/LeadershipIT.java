package dev.diecast.operator.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.operator.Fixtures;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two operators: one works; the other takes over when the first has ended, however that came. */
@ExtendWith(ApiServer.class)
class LeadershipIT {
  private static final String NAMESPACE = "leadership";

  /** How long a Lease lasts that is not renewed. */
  private static final Duration LEASE = Duration.ofSeconds(30);

  private static ApiServer.Running api;
  private static Cluster cluster;
  private OperatorProcess first;
  private OperatorProcess second;

  @BeforeAll
  static void install(ApiServer.Running running) throws IOException {
    api = running;
    api.applyDefinitions();
    cluster = Cluster.create(api.client(), NAMESPACE);
    cluster.instancetype("small", 1, "128Mi");
    cluster.host("leadership-host", "8", "16Gi");
  }

  @AfterEach
  void stop() {
    Optional.ofNullable(first).ifPresent(OperatorProcess::close);
    Optional.ofNullable(second).ifPresent(OperatorProcess::close);
  }

  @Test
  void oneWorksAndTheOtherTakesOver() throws Exception {
    first = start("first");
    Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> holder().equals("first"));
    second = start("second");
    // Standing by is ready: its caches are filled.
    second.awaitReady();
    cluster.apply(Fixtures.model("one", "10", Fixtures.group("web", 1)));
    awaitNode("one-web-0");
    first.awaitLog("ScaleModel " + NAMESPACE + "/one");
    assertThat(second.log()).doesNotContain("ScaleModel " + NAMESPACE);
    assertThat(holder()).isEqualTo("first");

    first.kill();
    cluster.apply(Fixtures.model("two", "10", Fixtures.group("web", 1)));
    awaitNode("two-web-0");
    assertThat(holder()).isEqualTo("second");
    second.awaitLog("ScaleModel " + NAMESPACE + "/two");
  }

  /** SIGTERM, as in an update or a drain: the other need not wait until the Lease ends. */
  @Test
  void whoeverEndsInOrderGivesTheLeaseBack() throws Exception {
    first = start("first");
    Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> holder().equals("first"));
    second = start("second");
    first.close();
    Awaitility.await("the standby holds the Lease")
        .atMost(LEASE.dividedBy(3))
        .until(() -> holder().equals("second"));
    cluster.apply(Fixtures.model("orderly", "10", Fixtures.group("web", 1)));
    awaitNode("orderly-web-0");
    cluster.delete("orderly");
  }

  /** Somebody else's name in the Lease: the holder ends, and does nothing more as it ends. */
  @Test
  void whoeverIsRobbedOfTheLeaseEnds() throws Exception {
    first = start("first");
    Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> holder().equals("first"));
    api.client()
        .leases()
        .inNamespace(NAMESPACE)
        .withName("diecast-operator")
        .edit(
            lease -> {
              lease.getSpec().setHolderIdentity("robber");
              lease.getSpec().setRenewTime(ZonedDateTime.now(ZoneOffset.UTC));
              return lease;
            });
    awaitEnd(first, LEASE);
    cluster.apply(Fixtures.model("robbed", "10", Fixtures.group("web", 1)));
    assertThat(holder()).as("it has not taken it back").isEqualTo("robber");

    // The robber does not renew, so a standby works again.
    second = start("second");
    awaitNode("robbed-web-0");
    assertThat(holder()).isEqualTo("second");
    cluster.delete("robbed");
  }

  /** The holder cannot reach the API server: it has ended before a standby can hold the Lease. */
  @Test
  void whoeverIsCutOffEndsBeforeAnotherTakesOver() throws Exception {
    try (Wire wire = new Wire(api.client().getMasterUrl().getPort())) {
      first = start("first", by(wire));
      Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> holder().equals("first"));
      second = start("second");
      wire.cut();
      Awaitility.await("the standby holds the Lease")
          .atMost(LEASE.multipliedBy(4))
          .pollInterval(Duration.ofMillis(100))
          .until(() -> holder().equals("second"));
      assertThat(first.runs()).as("the one that was cut off still runs").isFalse();
    }
    cluster.apply(Fixtures.model("cut", "10", Fixtures.group("web", 1)));
    awaitNode("cut-web-0");
    cluster.delete("cut");
  }

  private static Path by(Wire wire) throws IOException {
    String direct = "127.0.0.1:" + api.client().getMasterUrl().getPort();
    return Files.writeString(
        api.directory().resolve("kubeconfig-by-wire"),
        Files.readString(api.kubeconfig()).replace(direct, "127.0.0.1:" + wire.port()));
  }

  private static void awaitEnd(OperatorProcess operator, Duration limit) {
    Awaitility.await("the operator ends").atMost(limit).until(() -> !operator.runs());
  }

  private static void awaitNode(String name) {
    Awaitility.await(name)
        .atMost(Duration.ofMinutes(3))
        .until(
            () ->
                cluster.nodes().stream()
                    .anyMatch(node -> node.getMetadata().getName().equals(name)));
  }

  private static OperatorProcess start(String identity) throws IOException {
    return start(identity, api.kubeconfig());
  }

  private static OperatorProcess start(String identity, Path kubeconfig) throws IOException {
    return OperatorProcess.start(
            api,
            kubeconfig,
            Map.of(
                "diecast.leader-election.namespace",
                NAMESPACE,
                "diecast.leader-election.identity",
                identity))
        .awaitReady();
  }

  private static Optional<Lease> lease() {
    return Optional.ofNullable(
        api.client().leases().inNamespace(NAMESPACE).withName("diecast-operator").get());
  }

  private static String holder() {
    return lease().map(Lease::getSpec).map(LeaseSpec::getHolderIdentity).orElse("");
  }
}
