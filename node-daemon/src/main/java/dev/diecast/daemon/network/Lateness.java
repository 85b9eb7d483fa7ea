package dev.diecast.daemon.network;

import dev.diecast.core.pipe.DurationHistogram;

/** A distribution of durations, in microseconds of the host's time; all 0 where count is. */
public record Lateness(long count, double p50Micros, double p99Micros, double maxMicros) {
  private static final double MICRO = 1e3;

  /** The distribution that a histogram holds. */
  public static Lateness of(DurationHistogram histogram) {
    return new Lateness(
        histogram.count(),
        histogram.quantileNanos(0.50) / MICRO,
        histogram.quantileNanos(0.99) / MICRO,
        histogram.maxNanos() / MICRO);
  }
}
