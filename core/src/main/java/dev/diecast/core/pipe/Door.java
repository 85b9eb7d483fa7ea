package dev.diecast.core.pipe;

/**
 * What an engine does when it cannot keep up: it takes no more packets in, and counts those it did
 * not take.
 *
 * @param descriptors packets that can be inside at once
 * @param latenessNanos how far the scheduler may be behind its earliest deadline and still take
 *     packets in, host time
 */
public record Door(int descriptors, long latenessNanos) {
  /**
   * 16,384 packets are 24 MiB of full frames. Five milliseconds are 50 guest milliseconds' worth of
   * nothing at T = 10: a host that falls behind more is not fit for the load.
   */
  public static final Door DEFAULT = new Door(16_384, 5_000_000);

  public Door {
    if (descriptors < 1 || descriptors > 1 << 20) {
      throw new IllegalArgumentException(
          "%d descriptors: write 1 to %d".formatted(descriptors, 1 << 20));
    }
    if (latenessNanos < 1) {
      throw new IllegalArgumentException("a lateness of %d ns".formatted(latenessNanos));
    }
  }
}
