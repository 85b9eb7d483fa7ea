package dev.diecast.standalone.cli.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.diecast.core.pipe.Door;
import dev.diecast.daemon.network.EngineSettings;
import dev.diecast.daemon.network.Lateness;
import dev.diecast.daemon.network.bench.CapacitySearch;
import dev.diecast.daemon.network.bench.ChainLoad;
import dev.diecast.daemon.network.bench.LoadResult;
import dev.diecast.daemon.network.bench.UdpLoad;
import dev.diecast.standalone.cli.Main;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.OutputOption;
import dev.diecast.standalone.cli.session.ProgressConsole;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.TextTable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How many packets does engine core move, and how late? */
@Command(
    name = "pipes",
    mixinStandardHelpOptions = true,
    description = {
      "Sends packets through chains of pipes at a rising rate until some are dropped, then at 80 %%"
          + " of that rate, and measures how late each packet comes.",
      "Packets go in and out by the Unix sockets that QEMU uses."
    })
final class PipesBench implements Callable<Integer> {
  private static final double LEAST_PACKETS_PER_SECOND = 2_000;
  private static final double MOST_PACKETS_PER_SECOND = 5_000_000;
  private static final double LOAD_SHARE = 0.8;
  private static final Duration TRIAL = Duration.ofMillis(700);
  private static final Door DOOR = new Door(1 << 16, Door.DEFAULT.latenessNanos());
  private static final int LEAST_FRAME_BYTES = 60;
  private static final int MOST_FRAME_BYTES = 1518;
  private static final int MOST_HOPS = 64;

  @Option(
      names = "--hops",
      split = ",",
      paramLabel = "N",
      defaultValue = "1,2,4,8,12",
      description = "Pipes one behind the other (default: ${DEFAULT-VALUE}).")
  private List<Integer> hops;

  /** What moves the packets. */
  enum Engine {
    /** This project's user-space engine. */
    core,
    /** A chain of the kernel's netem, for comparison. */
    kernel
  }

  @Option(
      names = "--engines",
      split = ",",
      paramLabel = "ENGINE",
      defaultValue = "core",
      description =
          "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). kernel is a chain of netem between"
              + " network namespaces; it needs root and netem.")
  private List<Engine> engines;

  @Option(
      names = "--frame",
      paramLabel = "BYTES",
      defaultValue = "1000",
      description = "Size of every packet's frame (default: ${DEFAULT-VALUE}).")
  private int frameBytes;

  @Option(
      names = "--window",
      paramLabel = "SECONDS",
      defaultValue = "3",
      description = "How long lateness is measured for (default: ${DEFAULT-VALUE}).")
  private int windowSeconds;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = "2",
      description =
          "How long a light load runs first, so that all code is compiled; an emulated machine"
              + " needs more (default: ${DEFAULT-VALUE}).")
  private int warmUpSeconds;

  @Option(names = "--here", hidden = true, description = "In this very process.")
  private boolean here;

  @Mixin private OutputOption output;

  /** The whole answer; fields are stable. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Report(String bench, List<Result> results) {}

  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Result(
      String engine,
      int hops,
      int frameBytes,
      double packetsPerSecond,
      double loadPacketsPerSecond,
      double dropShare,
      Micros latenessMicros,
      Micros hopLatenessMicros,
      Micros doorWaitMicros,
      boolean realTime,
      List<Step> steps) {}

  /** A distribution. */
  record Micros(double p50, double p99, double max) {
    static Micros of(Lateness lateness) {
      return new Micros(lateness.p50Micros(), lateness.p99Micros(), lateness.maxMicros());
    }
  }

  /** One load on the way up. */
  record Step(double offeredPerSecond, double packetsPerSecond, Micros latenessMicros) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    validate();
    if (!here) {
      return inProcessOfItsOwn();
    }
    ProgressConsole progress = new ProgressConsole(System.err, false);
    List<Result> results = new ArrayList<>();
    for (Engine engine : engines.stream().distinct().toList()) {
      for (int count : hops.stream().distinct().toList()) {
        progress.step("%s, %d hops: rising load".formatted(engine, count));
        results.add(
            switch (engine) {
              case core -> core(count);
              case kernel -> kernel(count);
            });
      }
    }
    if (output.json()) {
      output.printJson(new Report("pipes", results));
    } else {
      print(results);
    }
    return results.stream().allMatch(result -> result.packetsPerSecond() > 0)
        ? ExitCode.OK
        : ExitCode.FAILED;
  }

  private void validate() {
    if (hops.stream().anyMatch(count -> count < 1 || count > MOST_HOPS)) {
      throw new Refusal("--hops: each must be 1 to %d, not %s".formatted(MOST_HOPS, hops));
    }
    if (frameBytes < LEAST_FRAME_BYTES || frameBytes > MOST_FRAME_BYTES) {
      throw new Refusal(
          "--frame: must be %d to %d bytes, not %d"
              .formatted(LEAST_FRAME_BYTES, MOST_FRAME_BYTES, frameBytes));
    }
    if (warmUpSeconds < 1 || warmUpSeconds > 60) {
      throw new Refusal("--warm-up: must be 1 to 60 seconds, not " + warmUpSeconds);
    }
    if (windowSeconds < 1 || windowSeconds > 60) {
      throw new Refusal("--window: must be 1 to 60 seconds, not " + windowSeconds);
    }
  }

  /** The CLI's JVM starts quickly and compiles lightly; an engine's compiles fully. */
  private int inProcessOfItsOwn() throws IOException, InterruptedException {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "bench",
                "pipes",
                "--here",
                "--hops",
                String.join(",", hops.stream().map(String::valueOf).toList()),
                "--engines",
                String.join(",", engines.stream().map(Engine::name).toList()),
                "--frame",
                String.valueOf(frameBytes),
                "--warm-up",
                String.valueOf(warmUpSeconds),
                "--window",
                String.valueOf(windowSeconds)));
    if (output.json()) {
      words.addAll(List.of("-o", "json"));
    }
    return new ProcessBuilder(words).inheritIO().start().waitFor();
  }

  /** A load of so many packets a second for so long. */
  private interface Load {
    LoadResult run(double packetsPerSecond, Duration time) throws IOException, InterruptedException;
  }

  private Result core(int count) throws IOException, InterruptedException {
    EngineSettings defaults = EngineSettings.DEFAULT;
    EngineSettings settings =
        new EngineSettings(
            DOOR,
            defaults.maximumFrameBytes(),
            defaults.seed(),
            defaults.spinNanos(),
            defaults.realTime());
    ChainLoad chain = new ChainLoad(count, frameBytes);
    return measure(Engine.core, count, (rate, time) -> chain.run(rate, time, settings));
  }

  private Result kernel(int count) throws IOException, InterruptedException {
    try (NetemChain chain = NetemChain.build(count)) {
      UdpLoad load = chain.load(frameBytes);
      return measure(Engine.kernel, count, load::run);
    }
  }

  private Result measure(Engine engine, int count, Load chain)
      throws IOException, InterruptedException {
    chain.run(LEAST_PACKETS_PER_SECOND, Duration.ofSeconds(warmUpSeconds));
    List<CapacitySearch.Step> steps =
        CapacitySearch.from(
            LEAST_PACKETS_PER_SECOND, MOST_PACKETS_PER_SECOND, load -> chain.run(load, TRIAL));
    Duration window = Duration.ofSeconds(windowSeconds);
    double capacity =
        CapacitySearch.confirmed(CapacitySearch.capacity(steps), load -> chain.run(load, window));
    double load = Math.max(LEAST_PACKETS_PER_SECOND, LOAD_SHARE * capacity);
    LoadResult loaded = chain.run(load, window);
    return new Result(
        engine.name(),
        count,
        frameBytes,
        Math.rint(capacity),
        Math.rint(loaded.packetsPerSecond()),
        1 - loaded.deliveredPackets() / (double) loaded.offeredPackets(),
        Micros.of(loaded.deliveryLateness()),
        Micros.of(loaded.hopLateness()),
        Micros.of(loaded.doorWait()),
        loaded.realTime(),
        steps.stream().map(PipesBench::step).toList());
  }

  private static Step step(CapacitySearch.Step step) {
    return new Step(
        Math.rint(step.offeredPerSecond()),
        Math.rint(step.result().packetsPerSecond()),
        Micros.of(step.result().deliveryLateness()));
  }

  private static void print(List<Result> results) {
    TextTable table =
        new TextTable(
            "ENGINE", "HOPS", "PACKETS/S", "LOAD", "LATE p50", "p99", "max", "DROPPED", "CLASS");
    for (Result result : results) {
      table.row(
          result.engine(),
          Integer.toString(result.hops()),
          String.format(Locale.ROOT, "%.0f", result.packetsPerSecond()),
          String.format(Locale.ROOT, "%.0f", result.loadPacketsPerSecond()),
          micros(result.latenessMicros().p50()),
          micros(result.latenessMicros().p99()),
          micros(result.latenessMicros().max()),
          String.format(Locale.ROOT, "%.3f %%", 100 * result.dropShare()),
          result.realTime() ? "real-time" : "normal");
    }
    System.out.print(table);
    System.out.println(
        "LATE, DROPPED: at LOAD, 80 % of what is moved without drops; host time after the deadline"
            + " of the last hop.");
  }

  private static String micros(double micros) {
    return String.format(Locale.ROOT, "%.0f µs", micros);
  }
}
