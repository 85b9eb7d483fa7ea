package dev.diecast.daemon.host;

/**
 * How fast a core of this host counts, for a person to compare hosts by: the same loop on each, by
 * the same virtual machine. It is published and not used: a measurement that wanders from day to
 * day must not move caps. What a host is taken for is {@code spec.relativeSpeed} of its
 * DilationHost.
 */
final class CoreSpeed {
  private static final int RUNS = 12;
  private static final int ITERATIONS = 2_000_000;

  /** So that the loop's result is used. */
  private static volatile long sink;

  private CoreSpeed() {}

  /** Iterations of xorshift64 (Marsaglia 2003) per second, the best of some short runs. */
  static long iterationsPerSecond() {
    long best = Long.MAX_VALUE;
    for (int run = 0; run < RUNS; run++) {
      long begin = System.nanoTime();
      sink = count(run + 1L);
      best = Math.min(best, System.nanoTime() - begin);
    }
    return Math.round(ITERATIONS * 1e9 / Math.max(1, best));
  }

  private static long count(long seed) {
    long state = seed;
    for (int i = 0; i < ITERATIONS; i++) {
      state ^= state << 13;
      state ^= state >>> 7;
      state ^= state << 17;
    }
    return state;
  }
}
