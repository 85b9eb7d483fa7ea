package dev.diecast.standalone.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What wrk and pgbench print for people, and pgbench's log of transactions. */
final class ToolText {
  private static final Pattern WRK_RATE = Pattern.compile("(?m)^Requests/sec:\\s+([0-9.]+)");
  private static final Pattern WRK_COUNT = Pattern.compile("(?m)^\\s+(\\d+) requests in ");
  private static final Pattern WRK_QUANTILE =
      Pattern.compile("(?m)^\\s+([0-9.]+)%\\s+([0-9.]+)(us|ms|s|m|h)\\s*$");
  private static final Pattern PGBENCH_RATE = Pattern.compile("(?m)^tps = ([0-9.]+)(.*)$");
  private static final Pattern PGBENCH_LOG =
      Pattern.compile("(?:\\d+ \\d+ \\d+ \\d+ \\d+ \\d+(?: \\d+)*\\R?)+");
  private static final Map<String, Double> SECONDS =
      Map.of("us", 1e-6, "ms", 1e-3, "s", 1.0, "m", 60.0, "h", 3600.0);

  private ToolText() {}

  /** Empty where it is of neither. */
  static Optional<List<Series>> read(String name, String text) {
    if (WRK_RATE.matcher(text).find()) {
      return Optional.of(wrk(name, text));
    }
    if (PGBENCH_RATE.matcher(text).find()) {
      return Optional.of(List.of(pgbench(name, text)));
    }
    return PGBENCH_LOG.matcher(text).matches()
        ? Optional.of(List.of(pgbenchLog(name, text)))
        : Optional.empty();
  }

  private static List<Series> wrk(String name, String text) {
    List<Series> series = new ArrayList<>();
    Matcher rate = WRK_RATE.matcher(text);
    rate.find();
    series.add(new Series.Throughput(name, Double.parseDouble(rate.group(1)), "requests/s"));
    TreeMap<Double, Double> quantiles = new TreeMap<>();
    Matcher quantile = WRK_QUANTILE.matcher(text);
    while (quantile.find()) {
      quantiles.put(
          Double.parseDouble(quantile.group(1)) / 100,
          Double.parseDouble(quantile.group(2)) * SECONDS.get(quantile.group(3)));
    }
    Matcher count = WRK_COUNT.matcher(text);
    if (quantiles.size() > 1 && count.find()) {
      series.add(
          new Series.Latency(
              name, new Distribution.Curve(quantiles, Long.parseLong(count.group(1)))));
    }
    return series;
  }

  /** Where it prints two rates, the one without the time of connecting. */
  private static Series pgbench(String name, String text) {
    Matcher rate = PGBENCH_RATE.matcher(text);
    rate.find();
    String value = rate.group(1);
    while (rate.find()) {
      if (rate.group(2).toLowerCase(Locale.ROOT).matches(".*(without|excluding).*")) {
        value = rate.group(1);
      }
    }
    return new Series.Throughput(name, Double.parseDouble(value), "transactions/s");
  }

  /** Third column: microseconds of one transaction (PostgreSQL's manual, pgbench). */
  private static Series pgbenchLog(String name, String text) {
    return new Series.Latency(
        name,
        new Distribution.Samples(
            text.lines()
                .mapToDouble(line -> Double.parseDouble(line.split(" ")[2]) / 1e6)
                .toArray()));
  }
}
