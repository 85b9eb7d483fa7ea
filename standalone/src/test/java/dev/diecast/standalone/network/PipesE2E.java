package dev.diecast.standalone.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.core.pipe.WireTime;
import dev.diecast.daemon.network.EngineReport;
import dev.diecast.daemon.network.EngineSettings;
import dev.diecast.daemon.network.bench.ChainLoad;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.image.GuestImage;
import dev.diecast.standalone.image.GuestImageBuilder;
import dev.diecast.standalone.qemu.QemuInstallation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real guests talk through the engine, and see what was configured in their own time. Bounds are
 * generous, for this machine may be busy; {@code -Ddiecast.pipes.full=true} measures more and
 * prints what was seen.
 */
class PipesE2E {
  private static final String MEASURED = System.getProperty("diecast.pipes.full", "");
  private static final boolean FULL = !MEASURED.isEmpty();
  private static final long MEGABIT = 1_000_000;
  private static final double PAYLOAD_BYTES = 1448;
  private static final int FULL_FRAME_BYTES = 1514;
  private static final int QUEUE_PACKETS = 100;

  private static QemuInstallation qemu;
  private static GuestImage image;

  @TempDir Path directory;

  @BeforeAll
  static void image() throws Exception {
    Path cache =
        Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
            .map(Path::of)
            .orElse(Path.of(System.getProperty("user.home"), ".cache"))
            .resolve("diecast");
    qemu = QemuInstallation.locate(cache, Progress.SILENT);
    // So that the engine's code is compiled before the first packet that counts.
    new ChainLoad(1, 100).run(20_000, Duration.ofSeconds(1), EngineSettings.DEFAULT);
    image =
        new GuestImageBuilder(cache)
            .build("localhost/diecast-e2e/pipes:1", List.of("iperf3"), List.of(), Progress.SILENT);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10})
  void guestsSeeWhatWasConfigured(int factor) throws Exception {
    try (GuestPair guests = new GuestPair(qemu, image, directory, factor, 2)) {
      if (!MEASURED.equals("goodput")) {
        checkDelays(guests, factor);
      }
      if (!MEASURED.equals("delays")) {
        checkGoodput(guests, factor);
      }
      EngineReport report = guests.report();
      print("T = %d: engine: %s", factor, report);
      assertThat(report.door().unreachable()).isZero();
      assertThat(report.scheduler().doorDropsFull()).isZero();
      assertThat(report.ports().values()).allMatch(port -> port.protocolErrors() == 0);
    }
  }

  private static void checkDelays(GuestPair guests, int factor) throws Exception {
    int count = FULL ? 30 : 8;
    for (String address : List.of("10.0.0.2", "fd00::2")) {
      String options = address.contains(":") ? "-6" : "-4";
      guests.shape(10_000 * MEGABIT, 0, QUEUE_PACKETS, 0);
      guests.roundTripMillis(options, address, 3);
      double[] nothing = guests.roundTripMillis(options, address, count);
      for (int millis : FULL ? new int[] {1, 10, 50} : new int[] {10}) {
        guests.shape(10_000 * MEGABIT, millis * MEGABIT, QUEUE_PACKETS, 0);
        double[] seen = guests.roundTripMillis(options, address, count);
        assertThat(seen).as("every request was answered").hasSize(count);
        printDelay(factor, address, millis, nothing, seen);
        assertThat(seen[0]).as("never early").isGreaterThanOrEqualTo(2 * millis);
        double busyHostMillis = 15.0 / factor;
        assertThat(seen[0] - nothing[0])
            .as("what the quickest took more")
            .isCloseTo(2 * millis, within(0.1 * millis + busyHostMillis));
      }
    }
  }

  private static void printDelay(
      int factor, String address, int millis, double[] nothing, double[] seen) {
    double added = GuestPair.median(seen) - GuestPair.median(nothing);
    print(
        "T = %d: %s: %d ms each way: RTT median %.3f ms (least %.3f), at no delay %.3f (%.3f):"
            + " added %.3f ms: %+.2f %%, %+.0f µs",
        factor,
        address,
        millis,
        GuestPair.median(seen),
        seen[0],
        GuestPair.median(nothing),
        nothing[0],
        added,
        100 * (added / (2 * millis) - 1),
        1000 * (added - 2 * millis));
  }

  private static void checkGoodput(GuestPair guests, int factor) throws Exception {
    guests.sh(1, "iperf3 -s -D");
    double headers = 8 * PAYLOAD_BYTES / WireTime.wireBits(FULL_FRAME_BYTES);
    for (int megabits : FULL ? new int[] {1, 10, 100} : new int[] {10}) {
      guests.shape(megabits * MEGABIT, MEGABIT, QUEUE_PACKETS, 0);
      double seen = goodput(guests, 0, "10.0.0.2", 5201, FULL ? 3 : 2);
      double due = megabits * 1e6 * headers;
      print(
          "T = %d: %d Mbit/s: goodput %.4f Mbit/s, due %.4f (%+.2f %%)",
          factor, megabits, seen / 1e6, due / 1e6, 100 * (seen / due - 1));
      // At T = 1 guests under TCG do not fill 100 Mbit/s on a busy machine.
      assertThat(seen / due).isBetween(FULL ? 0 : 0.7, 1.02);
    }
  }

  /** By the receiver's count, in bit/s of guest time. */
  private static double goodput(GuestPair guests, int client, String server, int port, int seconds)
      throws IOException, InterruptedException {
    String json =
        guests.sh(client, "iperf3 -J -c %s -p %d -t %d -O 1".formatted(server, port, seconds));
    return new ObjectMapper().readTree(json).at("/end/sum_received/bits_per_second").asDouble();
  }

  @ParameterizedTest
  @ValueSource(ints = {10})
  void twoFlowsShareAPipe(int factor) throws Exception {
    try (GuestPair guests = new GuestPair(qemu, image, directory, factor, 4)) {
      guests.shape(10 * MEGABIT, 5 * MEGABIT, QUEUE_PACKETS, 0);
      guests.sh(1, "iperf3 -s -D");
      guests.sh(3, "iperf3 -s -D");
      FutureTask<Double> other =
          new FutureTask<>(() -> goodput(guests, 2, "10.0.0.4", 5201, FULL ? 10 : 4));
      Thread.ofPlatform().start(other);
      double one = goodput(guests, 0, "10.0.0.2", 5201, FULL ? 10 : 4);
      double both = one + other.get();
      double due = 10e6 * 8 * PAYLOAD_BYTES / WireTime.wireBits(FULL_FRAME_BYTES);
      print(
          "T = %d: two flows over 10 Mbit/s: %.2f and %.2f Mbit/s, together %.2f of %.2f",
          factor, one / 1e6, other.get() / 1e6, both / 1e6, due / 1e6);
      assertThat(both / due).isBetween(0.75, 1.1);
      assertThat(one / both).as("share of one flow").isBetween(0.25, 0.75);
    }
  }

  private static void print(String format, Object... arguments) {
    if (FULL) {
      System.out.printf(Locale.ROOT, format + "%n", arguments);
    }
  }
}
