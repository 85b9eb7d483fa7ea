package dev.diecast.daemon.host;

import dev.diecast.daemon.linux.TimeStampCounter;
import java.time.Duration;

/**
 * The TSC's rate against CLOCK_MONOTONIC ({@link System#nanoTime}), which is what a guest's clock
 * is judged by. Each end of the interval is the tightest of many brackets counter, clock, counter,
 * so that an interrupt between two reads does no harm: a bracket of 300 ticks over one second is an
 * error of 0.1 ppm.
 */
final class TscCalibration {
  private static final int BRACKETS = 20_000;

  private TscCalibration() {}

  private record Pair(long ticks, long nanos) {}

  /** Blocks for {@code interval}; the rate in kHz, rounded. */
  static long kilohertz(TimeStampCounter counter, Duration interval) throws InterruptedException {
    tightestBracket(counter); // compiles the path, so that the first end is as tight as the second
    Pair start = tightestBracket(counter);
    Thread.sleep(interval);
    Pair end = tightestBracket(counter);
    return Math.round((end.ticks - start.ticks) * 1e6 / (end.nanos - start.nanos));
  }

  private static Pair tightestBracket(TimeStampCounter counter) {
    long tightest = Long.MAX_VALUE;
    Pair best = null;
    for (int i = 0; i < BRACKETS; i++) {
      long before = counter.read();
      long nanos = System.nanoTime();
      long after = counter.read();
      if (after - before < tightest) {
        tightest = after - before;
        best = new Pair(before + tightest / 2, nanos);
      }
    }
    return best;
  }
}
