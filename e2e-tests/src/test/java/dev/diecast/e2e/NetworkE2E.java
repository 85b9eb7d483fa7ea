package dev.diecast.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real guests on an emulated network, at T = 10: two nodes on each side of one link of 2 Mbit/s and
 * 10 ms. What is configured is in the guests' time, as what is read.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NetworkE2E {
  private static final Diecast DIECAST = new Diecast("e2e-net");
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  /**
   * Of Internet protocol, TCP with its timestamps, Ethernet with preamble and gap: 1448 of 1538.
   */
  private static final double PAYLOAD_BITS_PER_SECOND = 2_000_000 * 1448.0 / 1538;

  private static final int FILE_KILOBYTES = 200;

  private static final String MODEL = Models.twoSides("net", 2);

  @TempDir static Path directory;

  @BeforeAll
  static void up() throws Exception {
    Diecast.Result up = DIECAST.run("up", Models.file(directory, MODEL).toString());
    assertThat(up.exit()).as(up.all()).isZero();
    await("attached nodes")
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(model("{.status.conditions[?(@.type=='Networked')].reason}"))
                    .isEqualTo("Networked"));
    await("guests that answer")
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              for (String node : List.of("a-0", "a-1", "b-0", "b-1")) {
                assertThat(DIECAST.run("exec", node, "--", "true").exit()).as(node).isZero();
              }
            });
  }

  @AfterAll
  static void down() throws Exception {
    DIECAST.run("down");
    assertThat(DIECAST.leftovers()).isEmpty();
  }

  @Test
  @Order(1)
  void nodesFindEachOtherByNameAndAsFarAsConfigured() throws Exception {
    double near = leastRoundTripMillis(ping("a-0", "a-1", 10));
    double far = leastRoundTripMillis(ping("a-0", "b-0", 10));
    // 98 bytes take 0.49 ms over the link, each way.
    System.out.printf("NetworkE2E: round trips: near %.3f ms, far %.3f ms%n", near, far);
    assertThat(far - near).isBetween(20.0, 20.0 * 1.02 + 0.98 + 1.0);
    Diecast.Result six = exec("a-0", "ping -6 -c 3 fddc::a40:200");
    assertThat(six.exit()).as(six.all()).isZero();
  }

  @Test
  @Order(2)
  void aStreamGetsTheLinksBandwidthAndTwoShareIt() throws Exception {
    for (String node : List.of("b-0", "b-1")) {
      Diecast.Result serve =
          exec(
              node,
              "dd if=/dev/zero of=/tmp/f bs=1k count=%d 2>/dev/null && httpd -p 80 -h /tmp"
                  .formatted(FILE_KILOBYTES));
      assertThat(serve.exit()).as(serve.all()).isZero();
    }
    Fetched fetched = fetchAloneAndAtOnce("hop-by-hop");
    double due = FILE_KILOBYTES * 1024 * 8 / PAYLOAD_BITS_PER_SECOND;
    // Connecting and slow start take some round trips.
    assertThat(fetched.alone()).isBetween(due, due * 1.1 + 0.3);
    assertThat(fetched.atOnce()).isGreaterThan(fetched.alone() * 1.6);
  }

  @Test
  @Order(3)
  void anEditedLinkIsInThePipesAtOnce() throws Exception {
    List<Long> processes = qemuProcesses();
    change("[{from: left, to: right, delayMicros: 50000, lossPercent: \"10\"}]");
    await("the delay that was set")
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(leastRoundTripMillis(ping("a-0", "b-0", 5))).isBetween(100.0, 105.0));
    int sent = 200;
    Diecast.Result lossy = exec("a-0", "ping -q -c %d -i 0.01 -W 1 b-0".formatted(sent));
    double arrived = Double.parseDouble(find(lossy, "(\\d+) packets received"));
    double expected = sent * 0.9 * 0.9;
    double deviation = Math.sqrt(sent * 0.81 * 0.19);
    System.out.printf("NetworkE2E: loss 10 %% each way: %.0f of %d came back%n", arrived, sent);
    assertThat(arrived).isBetween(expected - 4 * deviation, expected + 4 * deviation);
    assertThat(qemuProcesses()).as("no guest was started anew").isEqualTo(processes);
  }

  @Test
  @Order(4)
  void aLinkThatIsDownPartsTheNetworkUntilItIsUp() throws Exception {
    change("[{from: left, to: right, down: true}]");
    await("nobody answers across")
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(exec("a-0", "ping -c 1 -W 1 b-0").exit()).isNotZero());
    assertThat(exec("a-0", "ping -c 2 a-1").exit()).isZero();
    await("who cannot reach whom")
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(model("{.status.network.disconnectedParts}"))
                    .contains("a-0")
                    .contains("b-0"));
    change("[]");
    await("an answer")
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(exec("a-0", "ping -c 1 -W 1 b-0").exit()).isZero());
  }

  @Test
  @Order(5)
  void walkOutSharesTheLinkInTheMiddleAsHopByHopDoes() throws Exception {
    distil("{mode: WalkOut, hops: 1, coreHops: 1}", "walk-out:1,1");
    Fetched fetched = fetchAloneAndAtOnce("walk-out");
    assertThat(fetched.atOnce()).isGreaterThan(fetched.alone() * 1.6);
  }

  @Test
  @Order(6)
  void endToEndDistillationSharesNothing() throws Exception {
    // A merge patch keeps what it does not name.
    distil("{mode: EndToEnd, hops: null, coreHops: null}", "end-to-end");
    Fetched fetched = fetchAloneAndAtOnce("end-to-end");
    assertThat(fetched.atOnce()).isLessThan(fetched.alone() * 1.35);
    assertThat(model("{.status.network.error.sharedBottlenecksLostPercent}")).isNotEqualTo("0");
  }

  private static void distil(String how, String said) throws Exception {
    Diecast.Result patch = patch("distillation: " + how);
    assertThat(patch.exit()).as(patch.all()).isZero();
    await("the other pipes")
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(model("{.status.network.distillation}")).isEqualTo(said));
    await("an answer")
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(exec("a-0", "ping -c 1 -W 1 b-0").exit()).isZero());
  }

  /**
   * Guest seconds that a file takes over the link.
   *
   * @param alone while nobody else fetches
   * @param atOnce the slower of two
   */
  private record Fetched(double alone, double atOnce) {}

  private static Fetched fetchAloneAndAtOnce(String what) throws Exception {
    double alone = fetchSeconds("a-0", "b-0");
    CompletableFuture<Double> other =
        CompletableFuture.supplyAsync(() -> fetchSecondsUnchecked("a-1", "b-1"));
    double one = fetchSeconds("a-0", "b-0");
    System.out.printf(
        "NetworkE2E: %s: %d kB in %.2f s alone, %.2f and %.2f s at once%n",
        what, FILE_KILOBYTES, alone, one, other.get());
    return new Fetched(alone, Math.max(one, other.get()));
  }

  private static double fetchSecondsUnchecked(String from, String to) {
    try {
      return fetchSeconds(from, to);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** By the guest's own clock. */
  private static double fetchSeconds(String from, String to) throws Exception {
    Diecast.Result fetched =
        exec(
            from,
            "read s r < /proc/uptime; wget -q -O /dev/null http://%s/f || exit 1; read e r < /proc/uptime; echo took $s $e"
                .formatted(to));
    assertThat(fetched.exit()).as(fetched.all()).isZero();
    Matcher took = Pattern.compile("took ([0-9.]+) ([0-9.]+)").matcher(fetched.out());
    assertThat(took.find()).as(fetched.all()).isTrue();
    return Double.parseDouble(took.group(2)) - Double.parseDouble(took.group(1));
  }

  private static Diecast.Result ping(String from, String to, int count) throws Exception {
    Diecast.Result ping = exec(from, "ping -q -c %d -i 0.1 -W 2 %s".formatted(count, to));
    assertThat(ping.exit()).as(ping.all()).isZero();
    return ping;
  }

  private static double leastRoundTripMillis(Diecast.Result ping) {
    return Double.parseDouble(find(ping, "= ([0-9.]+)/"));
  }

  private static String find(Diecast.Result result, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(result.out());
    assertThat(matcher.find()).as(result.all()).isTrue();
    return matcher.group(1);
  }

  private static Diecast.Result exec(String node, String script) throws Exception {
    return DIECAST.run("exec", node, "--", "sh", "-c", script);
  }

  private static void change(String linkChanges) throws Exception {
    Diecast.Result patch = patch("linkChanges: " + linkChanges);
    assertThat(patch.exit()).as(patch.all()).isZero();
  }

  private static Diecast.Result patch(String network) throws Exception {
    return DIECAST.kubectl(
        "patch", "sm", "net", "--type=merge", "-p", "spec:\n  network:\n    " + network);
  }

  private static String model(String jsonPath) throws Exception {
    return DIECAST.kubectl("get", "sm", "net", "-o", "jsonpath=" + jsonPath).out();
  }

  private static List<Long> qemuProcesses() throws Exception {
    return DIECAST.processes().stream()
        .filter(
            pid ->
                ProcessHandle.of(pid)
                    .flatMap(process -> process.info().command())
                    .filter(command -> command.contains("qemu-system"))
                    .isPresent())
        .sorted()
        .toList();
  }
}
