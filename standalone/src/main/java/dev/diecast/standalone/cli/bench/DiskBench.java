package dev.diecast.standalone.cli.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.diecast.api.v1alpha1.TargetDisk;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.standalone.cli.session.ModelFile;
import dev.diecast.standalone.cli.session.ProgressConsole;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.Session;
import dev.diecast.standalone.cli.session.Setup;
import dev.diecast.standalone.cli.session.TextTable;
import dev.diecast.standalone.image.ProgramImage;
import dev.diecast.standalone.supervisor.Instance;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How true are guests' disks, over the whole stack, at several dilation factors at once? */
@Command(
    name = "disk",
    mixinStandardHelpOptions = true,
    description =
        "Boots one guest per dilation factor with a disk of limited rates, and measures inside it, with direct I/O and by its clock, how fast the disk is.")
final class DiskBench extends GuestBench<DiskBench.Result> {
  private static final Rational SHARE = Rational.of(1, 2);
  private static final String DISK = "data";
  private static final String SLOW_DISK = "slow";
  private static final String CAPACITY = "128Mi";
  private static final String MEMORY = "384Mi";
  private static final int MOST_GUESTS = 3;
  private static final int MOST_SECONDS = 600;

  @Option(
      names = "--factors",
      split = ",",
      paramLabel = "T",
      defaultValue = "1,5,10",
      description = "Dilation factors, 3 at most (default: ${DEFAULT-VALUE}).")
  private List<String> factors;

  @Option(
      names = "--window",
      paramLabel = "SECONDS",
      defaultValue = "20",
      description =
          "Host time of each measurement, four in a row (default: ${DEFAULT-VALUE}). A throttle works in slices of 0.1 s: the window must be long beside it.")
  private int windowSeconds;

  @Option(
      names = "--bytes-per-second",
      paramLabel = "RATE",
      defaultValue = "40M",
      description =
          "Throughput of the disk in guest time, read and write (default: ${DEFAULT-VALUE}).")
  private String bytesPerSecond;

  @Option(
      names = "--iops",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Operations per second of guest time, read and write (default: ${DEFAULT-VALUE}).")
  private long iops;

  @Option(
      names = "--latency-micros",
      paramLabel = "MICROS",
      defaultValue = "5000",
      description =
          "Latency floor of a second disk in guest time, read and write; 0 for no such disk (default: ${DEFAULT-VALUE}).")
  private long latencyMicros;

  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Result(
      String timeDilationFactor,
      String disk,
      String rate,
      int blockBytes,
      double configured,
      Double delivered,
      Double ratio,
      Double meanLatencyMicros,
      Double guestSeconds,
      String failure) {}

  @Override
  String name() {
    return "disk";
  }

  @Override
  void check() {
    requireWithin("--window", windowSeconds, 5, MOST_SECONDS, "seconds");
    factors();
    disks();
  }

  @Override
  List<Result> measure(Session session, Instance target, ProgressConsole progress)
      throws IOException, InterruptedException {
    ProgramImage.FIO.buildIfMissing(Setup.cache(), progress);
    List<TargetDisk> disks = disks();
    ModelFile file =
        models(factors(), new BenchModels.Guest(ProgramImage.FIO.reference(), MEMORY, disks));
    Setup.prepareDisks(file, progress);
    session.apply(file);
    return new DiskMeasurement(session, progress, windowSeconds).measure(file.models(), disks);
  }

  @Override
  boolean isMeasured(Result result) {
    return result.ratio() != null;
  }

  private List<DilationFactor> factors() {
    List<DilationFactor> wanted = BenchModels.factors(factors);
    if (wanted.size() > MOST_GUESTS) {
      throw new Refusal(
          "--factors: at most %d at once, not %d: each guest has half a core"
              .formatted(MOST_GUESTS, wanted.size()));
    }
    return wanted;
  }

  private static ModelFile models(List<DilationFactor> factors, BenchModels.Guest guest) {
    List<ModelFile> files =
        factors.stream()
            .map(
                factor ->
                    BenchModels.model(
                        "disk",
                        factor,
                        guest,
                        BenchModels.group("guest", 1, SHARE.times(factor.value()), guest)))
            .toList();
    return new ModelFile(
        files.stream().flatMap(file -> file.models().stream()).toList(), files.getFirst().others());
  }

  private List<TargetDisk> disks() {
    if (latencyMicros < 0 || latencyMicros > TargetDisk.MOST_LATENCY_MICROS) {
      throw new Refusal(
          "--latency-micros: must be 0 to %d, not %d"
              .formatted(TargetDisk.MOST_LATENCY_MICROS, latencyMicros));
    }
    List<TargetDisk> disks = new ArrayList<>(List.of(limited()));
    if (latencyMicros > 0) {
      Quantity capacity = new Quantity(CAPACITY);
      disks.add(
          new TargetDisk(
              SLOW_DISK, capacity, null, null, null, null, latencyMicros, latencyMicros));
    }
    return disks;
  }

  private TargetDisk limited() {
    try {
      Quantity rate = Quantity.parse(bytesPerSecond);
      TargetDisk disk = new TargetDisk(DISK, new Quantity(CAPACITY), rate, rate, iops, iops);
      if (disk.readRate().orElseThrow().signum() > 0 && iops > 0) {
        return disk;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw new Refusal(
        "--bytes-per-second %s, --iops %d: both must be greater than 0, as 40M and 1000"
            .formatted(bytesPerSecond, iops));
  }

  @Override
  TextTable table(List<Result> results) {
    TextTable table =
        new TextTable(
            "T",
            "DISK",
            "RATE",
            "BLOCK",
            "CONFIGURED (/s, µs)",
            "DELIVERED",
            "RATIO",
            "GUEST WINDOW");
    for (Result result : results) {
      if (result.ratio() == null) {
        table.row(
            result.timeDilationFactor(),
            result.disk(),
            result.rate(),
            "",
            "",
            result.failure(),
            "",
            "");
        continue;
      }
      table.row(
          result.timeDilationFactor(),
          result.disk(),
          result.rate(),
          Integer.toString(result.blockBytes()),
          String.format(Locale.ROOT, "%.0f", result.configured()),
          String.format(Locale.ROOT, "%.0f", result.delivered()),
          String.format(Locale.ROOT, "%.3f", result.ratio()),
          String.format(Locale.ROOT, "%.1f s", result.guestSeconds()));
    }
    return table;
  }
}
