package dev.diecast.standalone.compare;

import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/** One result of a run, in the guest's frame of time. */
public sealed interface Series {
  /** What it is called in both runs. */
  String name();

  /** Of which kind: two series are compared where kind and name are the same. */
  default String key() {
    return getClass().getSimpleName() + " " + name();
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
              first.name(), mean(same, series -> ((Throughput) series).value()), first.unit());
      case Cpu first -> new Cpu(first.name(), mean(same, series -> ((Cpu) series).share()));
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

  private static double mean(List<Series> same, ToDoubleFunction<Series> value) {
    return same.stream().mapToDouble(value).average().orElseThrow();
  }

  /**
   * @param unit such as {@code requests/s}, of guest time
   */
  record Throughput(String name, double value, String unit) implements Series {
    public Throughput {
      Objects.requireNonNull(unit);
      requireSound("throughput", name, value);
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
   * @param share of the CPU that was due to a tier, that it used
   */
  record Cpu(String name, double share) implements Series {
    public Cpu {
      requireSound("cpu", name, share);
    }
  }

  private static void requireSound(String what, String name, double value) {
    Objects.requireNonNull(name);
    if (!(value >= 0) || !Double.isFinite(value)) {
      throw new IllegalArgumentException("%s of %s is %s".formatted(what, name, value));
    }
  }
}
