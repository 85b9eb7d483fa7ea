package dev.diecast.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.api.v1alpha1.ScaleModel;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Real guests are cheated, and the host admits it: at once, with the cause, and for good. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OverloadE2E {
  private static final Diecast DIECAST = new Diecast("e2e-overload");
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  /** What a hog beside the guests was told as. */
  private static String contention = "CpuContention";

  private static final String VICTIM = "life-web-0";
  private static KubernetesClient client;
  @TempDir static Path directory;

  @BeforeAll
  static void up() throws Exception {
    String model =
        Models.GOOD
            .replace("replicas: 6", "replicas: 2")
            .replace("factor: \"10\"", "factor: \"2\"");
    Diecast.Result up = DIECAST.run("up", Models.file(directory, model).toString());
    assertThat(up.exit()).as(up.all()).isZero();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                Config.fromKubeconfig(DIECAST.stateDirectory().resolve("kubeconfig").toFile()))
            .build();
    awaitFaithful("True");
  }

  @AfterAll
  static void down() throws Exception {
    if (client != null) {
      client.close();
    }
    DIECAST.run("down");
    assertThat(DIECAST.leftovers()).isEmpty();
  }

  private static DilatedNodeStatus status() {
    return client
        .resources(DilatedNode.class)
        .inNamespace("default")
        .withName(VICTIM)
        .get()
        .getStatus();
  }

  private static Condition faithful(List<Condition> conditions) {
    return conditions.stream()
        .filter(condition -> condition.getType().equals("Faithful"))
        .findFirst()
        .orElseThrow();
  }

  private static void awaitFaithful(String wanted) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> {
              Condition now = faithful(status().conditions());
              assertThat(
                      wanted.contains(" ")
                          ? now.getStatus() + " " + now.getReason()
                          : now.getStatus())
                  .as(now.getMessage())
                  .isEqualTo(wanted);
            });
  }

  private static void assertTold(String reason, AutoCloseable sabotage, long begin)
      throws Exception {
    awaitFaithful("False " + reason);
    System.out.printf(
        "sabotage: %s in the DilatedNode's status after %.1f s%n",
        reason, (System.nanoTime() - begin) / 1e9);
    sabotage.close();
    awaitFaithful("True");
    assertThat(status().fidelity().intervals())
        .anySatisfy(
            interval -> {
              assertThat(interval.reason()).isEqualTo(reason);
              assertThat(interval.to()).isNotNull();
            });
  }

  /** The cgroup of the victim's vCPU. */
  private static Path vcpu() throws IOException {
    String uid =
        client
            .resources(DilatedNode.class)
            .inNamespace("default")
            .withName(VICTIM)
            .get()
            .getMetadata()
            .getUid();
    try (Stream<Path> found =
        Files.find(
            Path.of("/sys/fs/cgroup"),
            12,
            (path, attributes) ->
                attributes.isDirectory()
                    && path.getFileName().toString().equals("diecast-vcpu-" + uid + "-0"))) {
      return found.findFirst().orElseThrow();
    }
  }

  private static boolean v1(Path cgroup) {
    return Files.exists(cgroup.resolve("cpu.cfs_quota_us"));
  }

  private static void write(Path file, String value) throws IOException {
    Files.writeString(file, value, StandardOpenOption.WRITE);
  }

  @Test
  @Order(1)
  void theCleanControlIsClean() throws Exception {
    TimeUnit.SECONDS.sleep(10);
    assertThat(faithful(status().conditions()).getStatus()).isEqualTo("True");
    assertThat(status().fidelity().unfaithfulIntervals()).isZero();
    assertThat(status().fidelity().intervals()).isEmpty();
  }

  @Test
  @Order(2)
  void aCapWidenedByHand() throws Exception {
    Path vcpu = vcpu();
    long begin = System.nanoTime();
    if (v1(vcpu)) {
      write(vcpu.resolve("cpu.cfs_quota_us"), "-1");
    } else {
      write(vcpu.resolve("cpu.max"), "max");
    }
    assertTold("CapChanged", () -> {}, begin);
  }

  @Test
  @Order(3)
  void aVcpuMovedOut() throws Exception {
    Path vcpu = vcpu();
    String threads = v1(vcpu) ? "tasks" : "cgroup.threads";
    String thread = Files.readString(vcpu.resolve(threads)).strip();
    long begin = System.nanoTime();
    write(vcpu.resolveSibling(threads), thread);
    assertTold("CgroupMoved", () -> {}, begin);
  }

  /**
   * The hog outweighs the guests' cgroups and not the threads of daemon and API server, which are
   * to tell of it.
   */
  @Test
  @Order(4)
  void aCpuHogBesideTheGuests() throws Exception {
    List<Process> busyGuests = new ArrayList<>();
    for (String guest : List.of("web-0", "web-1")) {
      busyGuests.add(
          DIECAST.start(
              directory.resolve(guest + ".out"),
              directory.resolve(guest + ".err"),
              "exec",
              "--timeout",
              "120",
              guest,
              "--",
              "diecast-loop",
              "60000"));
    }
    await().atMost(PATIENCE).until(() -> usage() > 0 && rateOfUse() > 0.3);
    try (Hog hog = new Hog(vcpu(), 2 * Runtime.getRuntime().availableProcessors())) {
      long begin = System.nanoTime();
      StolenTime stolen = StolenTime.now();
      awaitFaithful("False");
      String reason = faithful(status().conditions()).getReason();
      // Where the machine below keeps so much for itself, that is the cause that comes first.
      if (reason.equals("CpuStolen")) {
        assertThat(stolen.share()).as("stolen of what was wanted").isGreaterThan(0.05);
        contention = reason;
      }
      assertTold(contention, hog, begin);
    } finally {
      busyGuests.forEach(Process::destroyForcibly);
    }
  }

  /** What the hypervisor below has kept, by /proc/stat (proc(5)). */
  private record StolenTime(long stolen, long all) {
    static StolenTime now() throws IOException {
      String[] fields = Files.readAllLines(Path.of("/proc/stat")).getFirst().split("\\s+");
      long all = 0;
      final int idle = 4;
      final int steal = 8;
      for (int i = 1; i <= steal; i++) {
        all += i == idle ? 0 : Long.parseLong(fields[i]);
      }
      return new StolenTime(Long.parseLong(fields[steal]), all);
    }

    /** Since then, of the time that somebody wanted. */
    double share() throws IOException {
      StolenTime now = now();
      return (double) (now.stolen - stolen) / Math.max(1, now.all - all);
    }
  }

  private static long usage() {
    return status().cpu().usageMicros() == null ? 0 : status().cpu().usageMicros();
  }

  /** Host cores, between two statuses. */
  private static double rateOfUse() throws InterruptedException {
    DilatedNodeStatus first = status();
    TimeUnit.SECONDS.sleep(11);
    DilatedNodeStatus second = status();
    Duration between =
        Duration.between(
            Instant.parse(first.cpu().measuredAt()), Instant.parse(second.cpu().measuredAt()));
    return (second.cpu().usageMicros() - first.cpu().usageMicros()) / (between.toNanos() / 1e3);
  }

  @Test
  @Order(5)
  void theModelNeverLooksCleanAgain() throws Exception {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              ScaleModel model =
                  client.resources(ScaleModel.class).inNamespace("default").withName("life").get();
              assertThat(faithful(model.getStatus().conditions()).getStatus()).isEqualTo("True");
              assertThat(faithful(model.getStatus().conditions()).getMessage())
                  .contains("on record");
              assertThat(model.getStatus().fidelity().reasons())
                  .contains("CapChanged", "CgroupMoved", contention);
              assertThat(model.getStatus().fidelity().unfaithfulIntervals())
                  .isGreaterThanOrEqualTo(3);
            });
    assertThat(DIECAST.kubectl("get", "events", "-o", "jsonpath={.items[*].reason}").out())
        .contains("Unfaithful", "FaithfulAgain");
  }
}
