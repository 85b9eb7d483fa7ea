package dev.diecast.core.pipe;

/**
 * Counts of durations in nanoseconds, in buckets of a 32nd of each power of two: any quantile is
 * known within 3 %, the greatest exactly, and recording one is two array accesses.
 */
public final class DurationHistogram {
  private static final int SUB_BITS = 5;
  private static final int SUB = 1 << SUB_BITS;

  private final long[] counts = new long[(Long.SIZE - SUB_BITS) * SUB];
  private long count;
  private long max;

  /** What is below 0 counts as 0. */
  public void record(long nanos) {
    long value = Math.max(0, nanos);
    counts[bucket(value)]++;
    count++;
    max = Math.max(max, value);
  }

  public long count() {
    return count;
  }

  public long maxNanos() {
    return max;
  }

  /**
   * The least duration that at least this share of the recorded ones do not exceed; 0 where nothing
   * was recorded.
   *
   * @param share 0 to 1
   */
  public long quantileNanos(double share) {
    long wanted = Math.max(1, (long) Math.ceil(share * count));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= wanted) {
        return Math.min(max, upperBound(i));
      }
    }
    return max;
  }

  /** Adds everything that another one recorded. */
  public void add(DurationHistogram other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    count += other.count;
    max = Math.max(max, other.max);
  }

  public void clear() {
    java.util.Arrays.fill(counts, 0);
    count = 0;
    max = 0;
  }

  private static int bucket(long value) {
    if (value < SUB) {
      return (int) value;
    }
    int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - SUB_BITS;
    return (exponent + 1) * SUB + (int) (value >>> exponent) - SUB;
  }

  private static long upperBound(int bucket) {
    if (bucket < SUB) {
      return bucket;
    }
    int exponent = bucket / SUB - 1;
    return ((bucket % SUB + SUB + 1L) << exponent) - 1;
  }
}
