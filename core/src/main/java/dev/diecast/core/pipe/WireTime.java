package dev.diecast.core.pipe;

import dev.diecast.core.Rational;
import dev.diecast.core.network.EthernetFrame;
import java.math.BigInteger;

/**
 * How long a frame occupies an Ethernet wire of some rate. A bit's time is a binary fraction, and
 * what is left over of one frame is carried to the next, so that a stream of frames has exactly the
 * rate however short each frame's time is. {@link EthernetFrame} says how many bits it takes.
 */
public final class WireTime {
  /** Beyond any real time, and far enough from overflow to add a delay to. */
  static final long FAR = Long.MAX_VALUE / 2;

  private static final int FINE_SHIFT = 32;
  private static final int COARSE_SHIFT = 20;
  private static final BigInteger NANOS_PER_SECOND = BigInteger.valueOf(1_000_000_000L);

  private final long bitTime;
  private final int shift;
  private long fraction;

  public WireTime(Rational bitsPerSecond) {
    // Below one bit a second the fine fraction would not fit a long.
    this.shift = bitsPerSecond.compareTo(Rational.ONE) < 0 ? COARSE_SHIFT : FINE_SHIFT;
    this.bitTime =
        new Rational(NANOS_PER_SECOND.shiftLeft(shift), BigInteger.ONE)
            .dividedBy(bitsPerSecond)
            .roundToLong();
  }

  /** Bits on the wire for a frame of this many bytes: {@link EthernetFrame#wireBits}. */
  public static int wireBits(int frameBytes) {
    return EthernetFrame.wireBits(frameBytes);
  }

  /** When a frame has left that begins at {@code start} on a wire which was idle before. */
  long departFromIdle(long start, int frameBytes) {
    fraction = 0;
    return departInSequence(start, frameBytes);
  }

  /** When a frame has left that begins the moment the one before it, at {@code start}, has left. */
  long departInSequence(long start, int frameBytes) {
    long bits = wireBits(frameBytes);
    long low = bits * bitTime;
    long high = Math.multiplyHigh(bits, bitTime);
    long sum = low + fraction;
    if (Long.compareUnsigned(sum, low) < 0) {
      high++;
    }
    fraction = sum & ((1L << shift) - 1);
    if (high >>> shift != 0) {
      return FAR;
    }
    long nanos = high << (Long.SIZE - shift) | sum >>> shift;
    return nanos < 0 ? FAR : Math.min(FAR, start + nanos);
  }

  /** What {@code nanos} of sending at the rate of {@code other} take at this one's. */
  long converted(long nanos, WireTime other) {
    double ratio = (double) bitTime / other.bitTime * Math.scalb(1.0, other.shift - shift);
    return Math.min(FAR, Math.round(nanos * ratio));
  }
}
