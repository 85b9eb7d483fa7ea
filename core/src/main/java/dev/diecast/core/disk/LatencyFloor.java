package dev.diecast.core.disk;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.frame.Frames;
import java.time.Duration;

/**
 * The least time that a disk takes over a read and over a write.
 *
 * @param read zero for no floor
 * @param write zero for no floor
 */
public record LatencyFloor(Duration read, Duration write) {
  public static final LatencyFloor NONE = new LatencyFloor(Duration.ZERO, Duration.ZERO);

  public LatencyFloor {
    if (read.isNegative() || write.isNegative()) {
      throw new IllegalArgumentException(
          "a latency is never negative, not " + read + " and " + write);
    }
  }

  public static LatencyFloor ofMicros(long readMicros, long writeMicros) {
    return new LatencyFloor(duration(readMicros), duration(writeMicros));
  }

  private static Duration duration(long micros) {
    return Duration.ofNanos(Math.multiplyExact(micros, 1000L));
  }

  /** What the host must take for it, l·T; this being of the guest's frame. */
  public LatencyFloor onHost(DilationFactor factor) {
    return new LatencyFloor(Frames.hostDuration(read, factor), Frames.hostDuration(write, factor));
  }

  /** What two delays that a request goes through make together. */
  public LatencyFloor plus(LatencyFloor other) {
    return new LatencyFloor(read.plus(other.read), write.plus(other.write));
  }

  /** To whole milliseconds, as nbdkit counts them; what is not zero is never rounded to it. */
  public LatencyFloor inMillis() {
    return new LatencyFloor(inMillis(read), inMillis(write));
  }

  private static Duration inMillis(Duration duration) {
    long nanosPerMilli = 1_000_000;
    long millis = (duration.toNanos() + nanosPerMilli / 2) / nanosPerMilli;
    return Duration.ofMillis(duration.isZero() ? 0 : Math.max(1, millis));
  }

  /** Whether this is as long as another one that is rounded to whole milliseconds. */
  public boolean isAtLeast(LatencyFloor other) {
    LatencyFloor due = other.inMillis();
    return read.compareTo(due.read) >= 0 && write.compareTo(due.write) >= 0;
  }

  public boolean isNone() {
    return read.isZero() && write.isZero();
  }
}
