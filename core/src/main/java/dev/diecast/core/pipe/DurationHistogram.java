package dev.diecast.core.pipe;

/**
 * Counts of durations in nanoseconds, in buckets of a 32nd of each power of two: any quantile is
 * known within 3 %, the least and the greatest exactly, and recording one is two array accesses.
 * There are as many buckets as lie between the least and the greatest, so that one for each pipe of
 * a large network has room.
 *
 * <p>Written by one thread; others may read meanwhile, and see what was recorded up to a moment
 * ago.
 */
public final class DurationHistogram {
  private static final int SUB_BITS = 5;
  private static final int SUB = 1 << SUB_BITS;

  /** How many buckets more than needed there are at either end after growth. */
  private static final int SPARE = 8;

  /** Of all that recorded nothing: a network has as many as pipes. */
  private static final Buckets NONE = new Buckets(0, new long[0]);

  private Buckets buckets = NONE;
  private long count;
  private long min = Long.MAX_VALUE;
  private long max;

  /** Counts of the buckets from {@code first} on. */
  private record Buckets(int first, long[] counts) {

    boolean has(int bucket) {
      return bucket >= first && bucket < first + counts.length;
    }

    /** With these too, and the same counts. */
    Buckets withRoomFor(int from, int to) {
      boolean isEmpty = counts.length == 0;
      int low = Math.max(0, Math.min(isEmpty ? from : first, from) - SPARE);
      int high = Math.max(isEmpty ? to : first + counts.length - 1, to) + SPARE;
      long[] grown = new long[high - low + 1];
      System.arraycopy(counts, 0, grown, isEmpty ? 0 : first - low, counts.length);
      return new Buckets(low, grown);
    }
  }

  /** What is below 0 counts as 0. */
  public void record(long nanos) {
    long value = Math.max(0, nanos);
    int bucket = bucket(value);
    if (!buckets.has(bucket)) {
      buckets = buckets.withRoomFor(bucket, bucket);
    }
    buckets.counts[bucket - buckets.first]++;
    count++;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }

  public long count() {
    return count;
  }

  public long maxNanos() {
    return max;
  }

  /** 0 where nothing was recorded. */
  public long minNanos() {
    return min == Long.MAX_VALUE ? 0 : min;
  }

  /**
   * The least duration that at least this share of the recorded ones do not exceed; 0 where nothing
   * was recorded.
   *
   * @param share 0 to 1
   */
  public long quantileNanos(double share) {
    long wanted = Math.max(1, (long) Math.ceil(share * count));
    Buckets read = buckets;
    long seen = 0;
    for (int i = 0; i < read.counts.length; i++) {
      seen += read.counts[i];
      if (seen >= wanted) {
        return Math.min(max, upperBound(read.first + i));
      }
    }
    return max;
  }

  /** Adds everything that another one recorded. */
  public void add(DurationHistogram other) {
    Buckets more = other.buckets;
    if (more.counts.length > 0) {
      int last = more.first + more.counts.length - 1;
      if (!buckets.has(more.first) || !buckets.has(last)) {
        buckets = buckets.withRoomFor(more.first, last);
      }
      for (int i = 0; i < more.counts.length; i++) {
        buckets.counts[more.first - buckets.first + i] += more.counts[i];
      }
    }
    count += other.count;
    min = Math.min(min, other.min);
    max = Math.max(max, other.max);
  }

  public void clear() {
    java.util.Arrays.fill(buckets.counts, 0);
    count = 0;
    min = Long.MAX_VALUE;
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
