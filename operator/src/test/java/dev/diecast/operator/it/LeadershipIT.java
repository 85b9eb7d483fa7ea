package dev.diecast.operator.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.operator.Fixtures;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two operators: one works, the other takes over when it is killed. */
@ExtendWith(ApiServer.class)
class LeadershipIT {
  private static final String NAMESPACE = "leadership";

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

  private static void awaitNode(String name) {
    Awaitility.await(name)
        .atMost(Duration.ofMinutes(3))
        .until(
            () ->
                cluster.nodes().stream()
                    .anyMatch(node -> node.getMetadata().getName().equals(name)));
  }

  private static OperatorProcess start(String identity) throws IOException {
    return OperatorProcess.start(
            api,
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
