package dev.diecast.standalone.cli.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.standalone.cli.run.RunReport;
import dev.diecast.standalone.cli.run.Views;
import dev.diecast.standalone.cli.session.ModelFile;
import dev.diecast.standalone.cli.session.ModelWatch;
import dev.diecast.standalone.cli.session.ProgressConsole;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.Session;
import dev.diecast.standalone.cli.session.TextTable;
import dev.diecast.standalone.supervisor.Instance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How true are guests' clocks, over the whole stack, at several dilation factors at once? */
@Command(
    name = "clock",
    mixinStandardHelpOptions = true,
    description =
        "Boots one guest per dilation factor and measures each clock's rate error in ppm.")
final class ClockBench extends GuestBench<ClockBench.Result> {
  /** Host cores that each guest may use: an idle guest boots sooner, and needs no more later. */
  private static final Rational SHARE = Rational.of(1, 4);

  /** A little less than the daemon's window of readings, which slides. */
  private static final int MOST_SECONDS = 50;

  private static final Duration BOOT = Duration.ofMinutes(5);

  @Option(
      names = "--factors",
      split = ",",
      paramLabel = "T",
      defaultValue = "1,2,5/2,10,50",
      description = "Dilation factors, 64 at most (default: ${DEFAULT-VALUE}).")
  private List<String> factors;

  @Option(
      names = "--window",
      paramLabel = "SECONDS",
      defaultValue = "45",
      description = "Host time each clock is watched for (default: ${DEFAULT-VALUE}).")
  private int windowSeconds;

  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Result(
      String timeDilationFactor,
      Double ppm,
      Double ppmError,
      Long offsetMicros,
      Long offsetErrorMicros,
      Integer samples,
      Double windowSeconds) {}

  @Override
  String name() {
    return "clock";
  }

  @Override
  void check() {
    if (windowSeconds < 1 || windowSeconds > MOST_SECONDS) {
      throw new Refusal(
          "--window: must be 1 to %d seconds (the daemon's own window is 60), not %d"
              .formatted(MOST_SECONDS, windowSeconds));
    }
    BenchModels.factors(factors);
  }

  @Override
  List<Result> measure(Session session, Instance target, ProgressConsole progress)
      throws InterruptedException {
    List<ModelFile> files = BenchModels.factors(factors).stream().map(ClockBench::model).toList();
    files.forEach(session::apply);
    return measure(
        session, files.stream().map(file -> file.models().getFirst()).toList(), progress);
  }

  @Override
  boolean isMeasured(Result result) {
    return result.ppm() != null;
  }

  private static ModelFile model(DilationFactor factor) {
    return BenchModels.model(
        "clock", factor, BenchModels.group("guest", 1, SHARE.times(factor.value())));
  }

  private List<Result> measure(Session session, List<ScaleModel> models, ProgressConsole progress)
      throws InterruptedException {
    List<Result> results = new ArrayList<>();
    for (ScaleModel model : models) {
      ModelWatch watch = session.watch(model, progress);
      ModelWatch.Snapshot measured =
          watch.await(
              model.getMetadata().getName() + ": a clock window of " + windowSeconds + " s",
              BOOT.plusSeconds(3L * windowSeconds),
              snapshot -> snapshot.nodes().stream().anyMatch(this::seenLongEnough));
      results.add(result(model, measured.nodes().getFirst()));
    }
    return results;
  }

  private boolean seenLongEnough(DilatedNode node) {
    return Optional.ofNullable(node.getStatus())
        .map(DilatedNodeStatus::clock)
        .map(DilatedNodeStatus.Clock::windowMillis)
        .filter(millis -> millis >= windowSeconds * 1000L)
        .isPresent();
  }

  private static Result result(ScaleModel model, DilatedNode node) {
    RunReport.Clock clock = Views.clock(node.getStatus().clock());
    return new Result(
        model.getSpec().timeDilation().factor(),
        clock.ppm(),
        clock.ppmError(),
        clock.offsetMicros(),
        clock.offsetErrorMicros(),
        clock.samples(),
        clock.windowSeconds());
  }

  @Override
  TextTable table(List<Result> results) {
    TextTable table = new TextTable("T", "CLOCK ERROR", "WALL CLOCK OFFSET", "SAMPLES", "WINDOW");
    for (Result result : results) {
      table.row(
          result.timeDilationFactor(),
          String.format(Locale.ROOT, "%+.2f ± %.2f ppm", result.ppm(), result.ppmError()),
          String.format(
              Locale.ROOT,
              "%+.2f ± %.2f ms",
              result.offsetMicros() / 1e3,
              result.offsetErrorMicros() / 1e3),
          result.samples().toString(),
          String.format(Locale.ROOT, "%.0f s", result.windowSeconds()));
    }
    return table;
  }
}
