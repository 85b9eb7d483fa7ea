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

  /** Of values that differ by more than they may, and may do so by chance. */
  private static final String TOO_FEW = ": too few to tell, measure more";

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
   * @param probability of a difference as great by chance, where that can be told
   * @param test of latencies
   */
  public record Row(
      String kind,
      String name,
      Outcome outcome,
      String text,
      Optional<Double> ratio,
      Optional<Double> probability,
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
                    Optional.empty(),
                    Optional.empty()));
  }

  private static Row alone(Series series, Optional<Series> a, Optional<Series> b, String missing) {
    return new Row(
        series.kind(),
        series.name(),
        Outcome.UNKNOWN,
        "there is none in " + missing,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        a,
        b);
  }

  private static Row row(Series a, Series b, Limits limits) {
    return switch (a) {
      case Series.Throughput t ->
          ratio(
              a,
              b,
              new Ratio(t.values(), ((Series.Throughput) b).values()),
              t.unit(),
              limits.throughput(),
              limits.significance());
      case Series.Cpu c ->
          ratio(
              a,
              b,
              new Ratio(c.shares(), ((Series.Cpu) b).shares()),
              "of due",
              limits.cpu(),
              limits.significance());
      case Series.Latency l -> latency(l, (Series.Latency) b, limits);
    };
  }

  private static Row ratio(
      Series a, Series b, Ratio ratio, String unit, double limit, double significance) {
    boolean isSame =
        ratio.value().map(value -> Math.abs(value - 1) <= limit + 1e-9).orElse(ratio.second() <= 0);
    boolean isChance = ratio.probability().filter(p -> p >= significance).isPresent();
    Outcome outcome = isSame ? Outcome.PASS : isChance ? Outcome.UNKNOWN : Outcome.FAIL;
    StringBuilder text =
        new StringBuilder(format("%.4g against %.4g %s", ratio.second(), ratio.first(), unit));
    ratio
        .value()
        .ifPresent(
            value ->
                text.append(format(": %.1f %%, may differ by %.1f %%", value * 100, limit * 100)));
    ratio
        .probability()
        .ifPresent(
            p ->
                text.append(
                    format(
                        "; p = %.2g of %d and %d values", p, ratio.a().size(), ratio.b().size())));
    return new Row(
        a.kind(),
        a.name(),
        outcome,
        text + (outcome == Outcome.UNKNOWN ? TOO_FEW : ""),
        ratio.value(),
        ratio.probability(),
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
        a.kind(),
        a.name(),
        outcome,
        format(
            "KS distance %.3f, may be %.3f; p = %.2g of %d and %d values%s",
            test.distance(),
            limits.distance(),
            test.probability(),
            a.distribution().count(),
            b.distribution().count(),
            outcome == Outcome.UNKNOWN ? TOO_FEW : ""),
        median > 0 ? Optional.of(b.distribution().quantile(0.5) / median) : Optional.empty(),
        Optional.of(test.probability()),
        Optional.of(test),
        Optional.of(a),
        Optional.of(b));
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
