package dev.diecast.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * One model through its life: scaled, re-dilated, its keepers killed and stopped, deleted. Whoever
 * extends it says under which rights operator and daemon do all that.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public abstract class ModelLife {
  protected static final Duration PATIENCE = Duration.ofMinutes(6);

  /** Of the test that deletes the model: what needs it comes before. */
  private static final int LAST = 100;

  private static final String DAEMON = "node-daemon/target/";

  @TempDir protected static Path directory;
  protected Diecast diecast;

  /** An instance, which may run already. */
  protected abstract Diecast start() throws Exception;

  /** A model of some nodes {@code web}, in YAML. */
  protected String model() {
    return Models.GOOD.replace("replicas: 6", "replicas: 4");
  }

  @BeforeAll
  void up() throws Exception {
    diecast = start();
    Diecast.Result up = diecast.run("up", Models.file(directory, model()).toString());
    assertThat(up.exit()).as(up.all()).isZero();
  }

  @AfterAll
  void down() throws Exception {
    if (diecast != null) {
      diecast.run("down");
      assertThat(diecast.leftovers()).isEmpty();
    }
  }

  @Test
  @Order(1)
  void aSecondReconcileWritesNothing() throws Exception {
    long before = writes();
    // The operator looks again at everything when a label that it does not own changes.
    assertThat(diecast.kubectl("label", "sm", "life", "looked-at=again").exit()).isZero();
    TimeUnit.SECONDS.sleep(5);
    assertThat(writes() - before).as("writes by the operator").isZero();
  }

  /** Writes that the operator's user agent sent, as the API server counted them. */
  private long writes() throws Exception {
    long total = 0;
    for (String line : diecast.kubectl("get", "--raw", "/metrics").out().lines().toList()) {
      if (line.startsWith("apiserver_request_total{")
          && line.matches(".*group=\"(diecast.dev|kubevirt.io)\".*")
          && line.matches(".*resource=\"(scalemodels|virtualmachines)\".*")
          && line.matches(".*verb=\"(PATCH|PUT|POST|APPLY|DELETE)\".*")) {
        total += (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
      }
    }
    return total - labelWrites();
  }

  /** Our own label patch is a write too. */
  private long labelWrites() throws Exception {
    return diecast
            .kubectl("get", "sm", "life", "-o", "jsonpath={.metadata.labels}")
            .out()
            .contains("again")
        ? 1
        : 0;
  }

  @Test
  @Order(2)
  void scalesDownAndUp() throws Exception {
    scale(2);
    awaitGuests(2);
    scale(5);
    awaitGuests(5);
    awaitReady();
  }

  @Test
  @Order(3)
  void guestsAnswer() throws Exception {
    Diecast.Result exec = diecast.run("exec", "web-0", "--", "hostname");
    assertThat(exec.exit()).as(exec.all()).isZero();
    assertThat(exec.out().strip()).isEqualTo("web-0");
    assertThat(diecast.run("exec", "web-1", "--", "sh", "-c", "exit 7").exit()).isEqualTo(7);
    assertThat(diecast.run("logs", "web-0").out()).contains("diecast: ready");
  }

  @Test
  @Order(4)
  void allGuestsAgreeOnTheWallClock() throws Exception {
    JsonNode nodes = diecast.run("status", "-o", "json").json().at("/models/0/nodes");
    assertThat(nodes.size()).isEqualTo(5);
    for (JsonNode node : nodes) {
      assertThat(Math.abs(node.at("/clock/offsetMicros").asLong(Long.MAX_VALUE)))
          .as(node.toPrettyString())
          .isLessThan(50_000 + node.at("/clock/offsetErrorMicros").asLong());
    }
  }

  @Test
  @Order(5)
  void aKilledDaemonComesBackAndTheCapsStay() throws Exception {
    theCapsStayWhileTheDaemonEndsBy(ProcessHandle::destroyForcibly);
  }

  /** SIGTERM, as a DaemonSet's rolling update does it. */
  @Test
  @Order(6)
  void aDaemonThatIsUpdatedLeavesTheCaps() throws Exception {
    theCapsStayWhileTheDaemonEndsBy(ProcessHandle::destroy);
  }

  private void theCapsStayWhileTheDaemonEndsBy(Consumer<ProcessHandle> end) throws Exception {
    List<Path> caps = cappedGroups();
    assertThat(caps).isNotEmpty();
    long daemon = diecast.pidOf(DAEMON);
    ProcessHandle process = ProcessHandle.of(daemon).orElseThrow();
    end.accept(process);
    process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(cappedGroups()).as("while no daemon is there").containsAll(caps);
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .untilAsserted(() -> assertThat(diecast.pidOf(DAEMON)).isNotEqualTo(daemon));
    assertThat(cappedGroups()).containsAll(caps);
    awaitReady();
  }

  private List<Path> cappedGroups() throws Exception {
    return diecast.cgroups().stream()
        .filter(group -> group.getFileName().toString().startsWith("diecast-vcpu-"))
        .toList();
  }

  @Test
  @Order(7)
  void aKilledApiServerComesBack() throws Exception {
    long server = diecast.pidOf("kube-apiserver");
    ProcessHandle.of(server).orElseThrow().destroyForcibly();
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> diecast.kubectl("get", "sm", "life").exit() == 0);
    scale(3);
    awaitGuests(3);
  }

  @Test
  @Order(8)
  void anEditOfTRestartsTheGuests() throws Exception {
    assertThat(
            diecast
                .kubectl(
                    "patch",
                    "sm",
                    "life",
                    "--type=merge",
                    "-p",
                    "{\"spec\":{\"timeDilation\":{\"factor\":\"5\"}}}")
                .exit())
        .isZero();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(3))
        .untilAsserted(
            () -> {
              Diecast.Result line = diecast.run("exec", "web-0", "--", "cat", "/proc/cmdline");
              long kilohertz =
                  diecast
                      .kubectl("get", "dh", "-o", "jsonpath={.items[0].status.tsc.kilohertz}")
                      .out()
                      .strip()
                      .transform(Long::parseLong);
              assertThat(line.out()).contains("tsc_early_khz=" + 5 * kilohertz);
            });
    awaitReady();
    assertThat(diecast.kubectl("get", "events", "-o", "jsonpath={.items[*].reason}").out())
        .contains("Restarting");
  }

  @Test
  @Order(LAST)
  void deletionTakesEverythingAlong() throws Exception {
    assertThat(diecast.kubectl("delete", "sm", "life").exit()).isZero();
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(diecast.kubectl("get", "dn,vm,vmi", "-o", "name").out()).isBlank();
              assertThat(cappedGroups()).isEmpty();
            });
  }

  private void scale(int replicas) throws Exception {
    Diecast.Result patched =
        diecast.kubectl(
            "patch",
            "sm",
            "life",
            "--type=json",
            "-p",
            "[{\"op\":\"replace\",\"path\":\"/spec/groups/0/replicas\",\"value\":%d}]"
                .formatted(replicas));
    assertThat(patched.exit()).as(patched.all()).isZero();
  }

  private void awaitGuests(int count) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(
            () -> {
              String phases =
                  diecast.kubectl("get", "vmi", "-o", "jsonpath={.items[*].status.phase}").out();
              assertThat(phases.strip().split("\\s+")).hasSize(count).containsOnly("Running");
            });
  }

  protected void awaitReady() {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(2))
        .untilAsserted(
            () -> {
              JsonNode conditions =
                  diecast.run("status", "-o", "json").json().at("/models/0/conditions");
              assertThat(conditions)
                  .as(conditions.toPrettyString())
                  .anyMatch(
                      c ->
                          c.path("type").asText().equals("Ready")
                              && c.path("status").asText().equals("True"));
            });
  }
}
