package dev.diecast.standalone.compare;

import dev.diecast.core.fidelity.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Two runs held against each other. PASS: the same within the limits; FAIL: different; UNKNOWN:
 * nothing to compare, or too little to tell.
 *
 * @param rows one for each series of either run
 */
public record Comparison(Outcome outcome, RunRecord a, RunRecord b, List<Row> rows) {

  /**
   * How much runs may differ.
   *
   * @param throughput of the ratio from 1, so 0.03 is 3 %
   * @param distance Kolmogorov's and Smirnov's, of latencies: the greatest vertical distance of the
   *     two cumulative curves
   * @param significance probability at which a distance counts as chance no longer
   * @param cpu of the ratio from 1
   * @param tolerance of latencies' ratio from 1: values that are nearer to each other are not told
   *     apart; 0 for none
   */
  public record Limits(
      double throughput, double distance, double significance, double cpu, double tolerance) {
    public static final Limits DEFAULT = new Limits(0.03, 0.1, 0.05, 0.05, 0);
  }

  /**
   * @param ratio b over a: of throughput, of CPU, of the median latency; empty where one is missing
   * @param test of latencies
   */
  public record Row(
      String kind,
      String name,
      Outcome outcome,
      String text,
      Optional<Double> ratio,
      Optional<KolmogorovSmirnov> test,
      Optional<Series> a,
      Optional<Series> b) {}

  public static Comparison of(RunRecord a, RunRecord b, Limits limits) {
    Map<String, Series> first = byKey(a);
    Map<String, Series> second = byKey(b);
    List<Row> rows = new ArrayList<>();
    verdict("A", a).ifPresent(rows::add);
    verdict("B", b).ifPresent(rows::add);
    first.forEach(
        (key, series) ->
            rows.add(
                second.containsKey(key)
                    ? row(series, second.get(key), limits)
                    : alone(series, Optional.of(series), Optional.empty(), "B")));
    second.forEach(
        (key, series) -> {
          if (!first.containsKey(key)) {
            rows.add(alone(series, Optional.empty(), Optional.of(series), "A"));
          }
        });
    return new Comparison(Outcome.together(rows.stream().map(Row::outcome).toList()), a, b, rows);
  }

  private static Map<String, Series> byKey(RunRecord run) {
    Map<String, Series> series = new LinkedHashMap<>();
    run.series().forEach(s -> series.put(s.key(), s));
    return series;
  }

  /** A run that is not true is nothing to be measured by. */
  private static Optional<Row> verdict(String which, RunRecord run) {
    return run.verdict()
        .filter(verdict -> verdict != Outcome.PASS)
        .map(
            verdict ->
                new Row(
                    "verdict",
                    which,
                    Outcome.UNKNOWN,
                    "%s is not known to be a true run: its own verdict is %s"
                        .formatted(run.name(), verdict),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()));
  }

  private static Row alone(Series series, Optional<Series> a, Optional<Series> b, String missing) {
    return new Row(
        kind(series),
        series.name(),
        Outcome.UNKNOWN,
        "there is none in " + missing,
        Optional.empty(),
        Optional.empty(),
        a,
        b);
  }

  private static String kind(Series series) {
    return series.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  private static Row row(Series a, Series b, Limits limits) {
    return switch (a) {
      case Series.Throughput t ->
          ratio(a, b, t.value(), ((Series.Throughput) b).value(), t.unit(), limits.throughput());
      case Series.Cpu c -> ratio(a, b, c.share(), ((Series.Cpu) b).share(), "of due", limits.cpu());
      case Series.Latency l -> latency(l, (Series.Latency) b, limits);
    };
  }

  private static Row ratio(
      Series a, Series b, double first, double second, String unit, double limit) {
    if (first <= 0) {
      return new Row(
          kind(a),
          a.name(),
          second <= 0 ? Outcome.PASS : Outcome.FAIL,
          format("%.4g against %.4g %s", second, first, unit),
          Optional.empty(),
          Optional.empty(),
          Optional.of(a),
          Optional.of(b));
    }
    double ratio = second / first;
    return new Row(
        kind(a),
        a.name(),
        Math.abs(ratio - 1) <= limit + 1e-9 ? Outcome.PASS : Outcome.FAIL,
        format(
            "%.4g against %.4g %s: %.1f %%, may differ by %.1f %%",
            second, first, unit, ratio * 100, limit * 100),
        Optional.of(ratio),
        Optional.empty(),
        Optional.of(a),
        Optional.of(b));
  }

  private static Row latency(Series.Latency a, Series.Latency b, Limits limits) {
    KolmogorovSmirnov test =
        KolmogorovSmirnov.of(a.distribution(), b.distribution(), limits.tolerance());
    Outcome outcome =
        test.distance() <= limits.distance()
            ? Outcome.PASS
            : test.probability() < limits.significance() ? Outcome.FAIL : Outcome.UNKNOWN;
    double median = a.distribution().quantile(0.5);
    return new Row(
        kind(a),
        a.name(),
        outcome,
        format(
            "KS distance %.3f, may be %.3f; p = %.2g of %d and %d values%s",
            test.distance(),
            limits.distance(),
            test.probability(),
            a.distribution().count(),
            b.distribution().count(),
            outcome == Outcome.UNKNOWN ? ": too few to tell, measure more" : ""),
        median > 0 ? Optional.of(b.distribution().quantile(0.5) / median) : Optional.empty(),
        Optional.of(test),
        Optional.of(a),
        Optional.of(b));
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
