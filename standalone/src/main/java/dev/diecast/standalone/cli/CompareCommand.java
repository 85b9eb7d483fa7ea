package dev.diecast.standalone.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.diecast.core.fidelity.Outcome;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.OutputOption;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.TextTable;
import dev.diecast.standalone.compare.Comparison;
import dev.diecast.standalone.compare.ComparisonPage;
import dev.diecast.standalone.compare.KolmogorovSmirnov;
import dev.diecast.standalone.compare.RunRecord;
import dev.diecast.standalone.compare.Series;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Holds the results of two runs against each other. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = {
      "Compares the results of two runs: throughput, latency (Kolmogorov-Smirnov), CPU per tier.",
      "Each is a directory that `run --results` wrote, with what tools in the guests printed put",
      "beside, a directory of such directories (one run, repeated), or one such file (wrk, pgbench,",
      "fio json, iperf3 json, JSON lines)."
    },
    footer = {
      "",
      "Exit codes: 0 the same, 1 different, 2 refused, 3 unknown. docs/reference/results.md."
    })
final class CompareCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "A", description = "The run to be measured by.")
  private Path first;

  @Parameters(index = "1", paramLabel = "B", description = "The run that is measured.")
  private Path second;

  @Mixin private OutputOption output;

  @Option(names = "--html", paramLabel = "FILE", description = "Writes a page with the curves.")
  private Path html;

  @Option(
      names = "--throughput-limit",
      paramLabel = "PERCENT",
      defaultValue = "3",
      description = "How far throughputs may be apart (default: ${DEFAULT-VALUE}).")
  private double throughputPercent;

  @Option(
      names = "--distance-limit",
      paramLabel = "D",
      defaultValue = "0.1",
      description = "KS distance that latencies may have, 0 to 1 (default: ${DEFAULT-VALUE}).")
  private double distance;

  @Option(
      names = "--significance",
      paramLabel = "P",
      defaultValue = "0.05",
      description = "Below this probability a difference is no chance (default: ${DEFAULT-VALUE}).")
  private double significance;

  @Option(
      names = "--cpu-limit",
      paramLabel = "PERCENT",
      defaultValue = "5",
      description = "How far the CPU of a tier may be apart (default: ${DEFAULT-VALUE}).")
  private double cpuPercent;

  @Option(
      names = "--latency-tolerance",
      paramLabel = "PERCENT",
      defaultValue = "0",
      description = {
        "Latencies that are nearer to each other are not told apart, for those that are all nearly",
        "the same, as of a ping (default: ${DEFAULT-VALUE})."
      })
  private double latencyPercent;

  @Option(
      names = "--series",
      paramLabel = "GLOB",
      description = {
        "Compares these series alone, such as `load/*`, or `throughput:web` for one of a kind; may be",
        "repeated (default: all there are)."
      })
  private List<String> wanted = List.of();

  /** As {@code -o json} prints it. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Report(Outcome outcome, String a, String b, List<Row> rows) {}

  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Row(
      String kind,
      String name,
      Outcome outcome,
      String text,
      Double ratio,
      Double distance,
      Double probability,
      Quantiles a,
      Quantiles b) {}

  /** Of latencies, seconds of guest time. */
  record Quantiles(double p50, double p90, double p99, long count) {}

  @Override
  public Integer call() throws IOException {
    Comparison.Limits limits =
        new Comparison.Limits(
            percent("--throughput-limit", throughputPercent),
            share("--distance-limit", distance),
            share("--significance", significance),
            percent("--cpu-limit", cpuPercent),
            latencyPercent == 0 ? 0 : percent("--latency-tolerance", latencyPercent));
    Comparison comparison = Comparison.of(read(first), read(second), limits);
    if (html != null) {
      Files.writeString(html, ComparisonPage.of(comparison));
    }
    if (output.json()) {
      output.printJson(report(comparison));
    } else {
      System.out.print(table(comparison));
    }
    return ExitCode.of(comparison.outcome());
  }

  private RunRecord read(Path path) throws IOException {
    try {
      RunRecord all = RunRecord.read(path);
      return wanted.isEmpty() ? all : all.only(matching(wanted));
    } catch (IllegalArgumentException e) {
      throw new Refusal(e.getMessage());
    }
  }

  /** Names are matched as paths are: a star stops at a slash. */
  private static Predicate<String> matching(List<String> globs) {
    try {
      List<PathMatcher> matchers =
          globs.stream()
              .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
              .toList();
      return name -> matchers.stream().anyMatch(matcher -> matcher.matches(Path.of(name)));
    } catch (PatternSyntaxException e) {
      throw new Refusal("--series: %s is no pattern: %s".formatted(globs, e.getDescription()));
    }
  }

  private static double percent(String option, double value) {
    if (!(value > 0 && value < 100)) {
      throw new Refusal(option + ": must be above 0 and below 100 per cent, not " + value);
    }
    return value / 100;
  }

  private static double share(String option, double value) {
    if (!(value > 0 && value < 1)) {
      throw new Refusal(option + ": must be above 0 and below 1, not " + value);
    }
    return value;
  }

  static String table(Comparison comparison) {
    TextTable table = new TextTable("WHAT", "SERIES", "OUTCOME", "B AGAINST A");
    comparison
        .rows()
        .forEach(row -> table.row(row.kind(), row.name(), row.outcome().name(), row.text()));
    return "A: %s%nB: %s%n%n%s%n%s%n"
        .formatted(
            comparison.a().name(),
            comparison.b().name(),
            table,
            switch (comparison.outcome()) {
              case PASS -> "The same.";
              case FAIL -> "Different.";
              case UNKNOWN -> "Unknown.";
            });
  }

  private static Report report(Comparison comparison) {
    return new Report(
        comparison.outcome(),
        comparison.a().name(),
        comparison.b().name(),
        comparison.rows().stream().map(CompareCommand::row).toList());
  }

  private static Row row(Comparison.Row row) {
    return new Row(
        row.kind(),
        row.name(),
        row.outcome(),
        row.text(),
        row.ratio().orElse(null),
        row.test().map(KolmogorovSmirnov::distance).orElse(null),
        row.probability().orElse(null),
        quantiles(row.a()),
        quantiles(row.b()));
  }

  private static Quantiles quantiles(Optional<Series> series) {
    return series.orElse(null) instanceof Series.Latency latency
        ? new Quantiles(
            latency.distribution().quantile(0.5),
            latency.distribution().quantile(0.9),
            latency.distribution().quantile(0.99),
            latency.distribution().count())
        : null;
  }
}
