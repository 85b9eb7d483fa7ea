package dev.diecast.daemon.network.bench;

import dev.diecast.daemon.linux.PreciseThread;
import dev.diecast.daemon.linux.SystemCallException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * An even rate: ten thousand times a second as many packets as are due. What could not be offered
 * since the thread did not run is left out rather than sent in one burst.
 */
final class Pacing {
  /** Sends so many packets, or loses them. */
  @FunctionalInterface
  interface Sender {
    void send(int packets) throws IOException;
  }

  static final int MOST_PER_CALL = 256;
  private static final long TICK_NANOS = 100_000;
  private static final double MOST_BEHIND_SECONDS = 0.001;
  private static final double NANOS_PER_SECOND = 1e9;

  private Pacing() {}

  /** Offers packets for a while; the calling thread becomes precise for good. */
  static long offer(double packetsPerSecond, Duration time, boolean realTime, Sender sender)
      throws IOException {
    becomePrecise(realTime);
    long begin = System.nanoTime();
    long end = begin + time.toNanos();
    long offered = 0;
    long leftOut = 0;
    for (long now = begin; now < end; now = System.nanoTime()) {
      long due = (long) ((now - begin) * packetsPerSecond / NANOS_PER_SECOND) - offered - leftOut;
      long most = Math.max(MOST_PER_CALL, (long) (packetsPerSecond * MOST_BEHIND_SECONDS));
      leftOut += Math.max(0, due - most);
      due = Math.min(due, most);
      while (due > 0) {
        int count = (int) Math.min(due, MOST_PER_CALL);
        sender.send(count);
        offered += count;
        due -= count;
      }
      LockSupport.parkNanos(TICK_NANOS);
    }
    return offered;
  }

  /** As precise as this process may be. */
  static void becomePrecise(boolean realTime) throws IOException {
    PreciseThread.wakePrecisely();
    if (realTime) {
      try {
        PreciseThread.realTime(1);
      } catch (SystemCallException e) {
        // The load is less even, and the result says what was offered.
      }
    }
  }
}
