package dev.diecast.core.network;

import java.util.Objects;

/**
 * What a pipe does to packets, in the guest's time frame; {@link dev.diecast.core.frame.Frames}
 * gives the host's.
 *
 * <p>Source: Vahdat et al., "Scalability and Accuracy in a Large-Scale Network Emulator"
 * (ModelNet), OSDI 2002, section 2.2: each pipe has bandwidth, latency, loss rate and a queue.
 *
 * @param bitsPerSecond 1 to {@value #MAXIMUM_BITS_PER_SECOND}
 * @param delayNanos propagation alone, without serialisation and queueing; 0 to an hour
 * @param lossPartsPerBillion share of packets lost at random, besides those that the queue drops; 0
 *     to 10^9
 */
public record PipeAttributes(
    long bitsPerSecond, long delayNanos, int lossPartsPerBillion, QueueLimit queue) {

  public static final long MAXIMUM_BITS_PER_SECOND = 100_000_000_000_000L;

  /** Of one link; a distilled pipe adds up many. */
  public static final long MAXIMUM_LINK_DELAY_NANOS = 3_600_000_000_000L;

  public static final int BILLION = 1_000_000_000;

  public PipeAttributes {
    if (bitsPerSecond < 1 || bitsPerSecond > MAXIMUM_BITS_PER_SECOND) {
      throw new IllegalArgumentException(
          "a bandwidth of %d bit/s: write 1 to %d"
              .formatted(bitsPerSecond, MAXIMUM_BITS_PER_SECOND));
    }
    if (delayNanos < 0) {
      throw new IllegalArgumentException("a delay of %d ns: write 0 or more".formatted(delayNanos));
    }
    if (lossPartsPerBillion < 0 || lossPartsPerBillion > BILLION) {
      throw new IllegalArgumentException(
          "a loss of %d parts per billion: write 0 to 10^9".formatted(lossPartsPerBillion));
    }
    Objects.requireNonNull(queue);
  }

  /** Two pipes one after the other seen as one: the rule by which distillation collapses a path. */
  public PipeAttributes then(PipeAttributes next) {
    boolean narrower = next.bitsPerSecond < bitsPerSecond;
    return new PipeAttributes(
        narrower ? next.bitsPerSecond : bitsPerSecond,
        Math.addExact(delayNanos, next.delayNanos),
        Loss.inSeries(lossPartsPerBillion, next.lossPartsPerBillion),
        narrower ? next.queue : queue);
  }
}
