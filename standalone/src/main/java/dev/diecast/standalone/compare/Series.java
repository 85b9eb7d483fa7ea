package dev.diecast.standalone.compare;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;

/** One result of a run, in the guest's frame of time. */
public sealed interface Series {
  /** What it is called in both runs. */
  String name();

  /** {@code throughput}, {@code latency} or {@code cpu}. */
  default String kind() {
    return getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  /** Two series are compared where these are the same: {@code throughput:web}. */
  default String key() {
    return kind() + ":" + name();
  }

  /**
   * Several of one kind and name as one: all latencies are one distribution, of throughputs and
   * shares the mean counts.
   *
   * @param same at least one
   */
  static Series pooled(List<Series> same) {
    return switch (same.getFirst()) {
      case Series first when same.size() == 1 -> first;
      case Throughput first ->
          new Throughput(
              first.name(), all(same, series -> ((Throughput) series).values()), first.unit());
      case Cpu first -> new Cpu(first.name(), all(same, series -> ((Cpu) series).shares()));
      case Latency first ->
          new Latency(
              first.name(),
              Distribution.pooled(
                      same.stream().map(series -> ((Latency) series).distribution()).toList())
                  .orElseThrow(
                      () ->
                          new IllegalArgumentException(
                              ("latency %s: what several files, or lines, say of it cannot be put"
                                      + " together (single values beside quantiles, or quantiles"
                                      + " that have no range in common): call them differently")
                                  .formatted(first.name()))));
    };
  }

  private static List<Double> all(List<Series> same, Function<Series, List<Double>> values) {
    return same.stream().flatMap(series -> values.apply(series).stream()).toList();
  }

  /**
   * @param values of each node, or each time
   * @param unit such as {@code requests/s}, of guest time
   */
  record Throughput(String name, List<Double> values, String unit) implements Series {
    public Throughput {
      Objects.requireNonNull(unit);
      values = List.copyOf(values);
      values.forEach(value -> requireSound("throughput", name, value));
    }

    public Throughput(String name, double value, String unit) {
      this(name, List.of(value), unit);
    }

    public double value() {
      return Ratio.mean(values);
    }
  }

  /** How long something took. */
  record Latency(String name, Distribution distribution) implements Series {
    public Latency {
      Objects.requireNonNull(name);
      Objects.requireNonNull(distribution);
    }
  }

  /**
   * @param shares of the CPU that was due to a tier, that it used, each time
   */
  record Cpu(String name, List<Double> shares) implements Series {
    public Cpu {
      shares = List.copyOf(shares);
      shares.forEach(share -> requireSound("cpu", name, share));
    }

    public Cpu(String name, double share) {
      this(name, List.of(share));
    }

    public double share() {
      return Ratio.mean(shares);
    }
  }

  private static void requireSound(String what, String name, double value) {
    Objects.requireNonNull(name);
    if (!(value >= 0) || !Double.isFinite(value)) {
      throw new IllegalArgumentException("%s of %s is %s".formatted(what, name, value));
    }
  }
}
