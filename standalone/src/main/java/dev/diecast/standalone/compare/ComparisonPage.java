package dev.diecast.standalone.compare;

import dev.diecast.standalone.report.Html;
import dev.diecast.standalone.report.SvgPlot;
import java.util.List;
import java.util.Locale;

/** A comparison for a browser: one table, and the cumulative curves of each latency. */
public final class ComparisonPage {
  private static final int POINTS = 400;

  /** The slowest thousandth would squeeze all others into the first millimetre. */
  private static final double SHOWN = 0.999;

  private ComparisonPage() {}

  public static String of(Comparison comparison) {
    Html page = new Html("Comparison of two runs");
    page.verdict(
        comparison.outcome().name(),
        switch (comparison.outcome()) {
          case PASS -> "The two runs came to the same results, within the limits below.";
          case FAIL -> "The two runs differ by more than the limits below allow.";
          case UNKNOWN -> "It could not be shown whether the two runs are the same.";
        });
    page.paragraph(
        "A is %s, B is %s. All rates and durations are those that the guests saw (guest time)."
            .formatted(described(comparison.a()), described(comparison.b())));
    page.table(
        List.of("what", "series", "outcome", "B against A"),
        comparison.rows().stream()
            .map(row -> List.of(row.kind(), row.name(), row.outcome().name(), row.text()))
            .toList());
    for (Comparison.Row row : comparison.rows()) {
      if (row.a().orElse(null) instanceof Series.Latency a
          && row.b().orElse(null) instanceof Series.Latency b) {
        page.heading("Latency of " + row.name());
        page.table(
            List.of("quantile", "A, ms", "B, ms"),
            java.util.stream.DoubleStream.of(0.5, 0.9, 0.99)
                .mapToObj(
                    share ->
                        List.of(
                            format("%.0f %%", share * 100),
                            millis(a.distribution(), share),
                            millis(b.distribution(), share)))
                .toList());
        page.figure(curves(row, a.distribution(), b.distribution()));
      }
    }
    return page.page();
  }

  private static String curves(Comparison.Row row, Distribution a, Distribution b) {
    double most = Math.max(a.quantile(SHOWN), b.quantile(SHOWN));
    double[] millis = new double[POINTS + 1];
    double[] first = new double[POINTS + 1];
    double[] second = new double[POINTS + 1];
    for (int i = 0; i <= POINTS; i++) {
      double seconds = most * i / POINTS;
      millis[i] = seconds * 1e3;
      first[i] = a.cumulative(seconds);
      second[i] = b.cumulative(seconds);
    }
    return new SvgPlot(
            "Share of all that took no longer: " + row.text(),
            "latency, ms of guest time",
            "cumulative share")
        .line("A", millis, first)
        .line("B", millis, second)
        .svg();
  }

  private static String described(RunRecord run) {
    return run.name() + run.timeDilationFactor().map(t -> " (T = " + t + ")").orElse("");
  }

  private static String millis(Distribution distribution, double share) {
    return format("%.4g", distribution.quantile(share) * 1e3);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
