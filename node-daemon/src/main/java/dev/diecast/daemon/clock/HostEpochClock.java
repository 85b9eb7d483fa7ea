package dev.diecast.daemon.clock;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Host time as nanoseconds since the epoch that never steps: CLOCK_REALTIME is read once, and
 * CLOCK_MONOTONIC ({@link System#nanoTime}) counts on from there. A host whose wall clock is set
 * while guests are measured must not make their clocks look wrong.
 */
public final class HostEpochClock {
  private final long epochNanosAtZero;

  private HostEpochClock(long epochNanosAtZero) {
    this.epochNanosAtZero = epochNanosAtZero;
  }

  public static HostEpochClock start() {
    long before = System.nanoTime();
    Instant now = Instant.now();
    long after = System.nanoTime();
    long epoch = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    return new HostEpochClock(epoch - (before + (after - before) / 2));
  }

  public long nanos() {
    return epochNanosAtZero + System.nanoTime();
  }

  public static Instant instant(long epochNanos) {
    return Instant.ofEpochSecond(0, epochNanos);
  }

  public static long nanos(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
  }
}
