package dev.diecast.core.pipe;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.frame.Frames;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.QueueLimit;
import java.time.Duration;
import java.util.Objects;

/**
 * What a pipe does to packets in the host's time frame: the frame that an engine runs in.
 *
 * @param bitsPerSecond b/T, above 0
 * @param delayNanos d·T, 0 to {@link #MAXIMUM_DELAY_NANOS}
 * @param lossPartsPerBillion share lost at random; the same in both frames
 * @param queue drop-tail bound of what waits for the wire, the frame on it not counted; the same in
 *     both frames
 * @param up whether frames may enter
 */
public record HostPipe(
    Rational bitsPerSecond,
    long delayNanos,
    int lossPartsPerBillion,
    QueueLimit queue,
    boolean up) {

  /** A hundred days: an hour at T = 1000, twice over. */
  public static final long MAXIMUM_DELAY_NANOS = 8_640_000_000_000_000L;

  /** 1 bit/s at T = 1000. */
  private static final Rational MINIMUM_BITS_PER_SECOND = Rational.of(1, DilationFactor.MAXIMUM);

  public HostPipe {
    Objects.requireNonNull(queue);
    if (bitsPerSecond.compareTo(MINIMUM_BITS_PER_SECOND) < 0) {
      throw new IllegalArgumentException(
          "a pipe of %s bit/s of host time: write a bandwidth of at least 1 bit/s"
              .formatted(bitsPerSecond.toText()));
    }
    if (delayNanos < 0 || delayNanos > MAXIMUM_DELAY_NANOS) {
      throw new IllegalArgumentException(
          "a delay of %d ns of host time: write 0 to %d"
              .formatted(delayNanos, MAXIMUM_DELAY_NANOS));
    }
    if (lossPartsPerBillion < 0 || lossPartsPerBillion > PipeAttributes.BILLION) {
      throw new IllegalArgumentException(
          "a loss of %d parts per billion: write 0 to 10^9".formatted(lossPartsPerBillion));
    }
  }

  /** A pipe that the guests see so, as the host must do it at this T. */
  public static HostPipe of(PipeAttributes guest, DilationFactor factor) {
    return new HostPipe(
        Frames.hostRate(Rational.of(guest.bitsPerSecond()), factor),
        Frames.hostDuration(Duration.ofNanos(guest.delayNanos()), factor).toNanos(),
        guest.lossPartsPerBillion(),
        guest.queue(),
        true);
  }

  /** The same pipe, broken or mended. */
  public HostPipe withUp(boolean nowUp) {
    return new HostPipe(bitsPerSecond, delayNanos, lossPartsPerBillion, queue, nowUp);
  }
}
