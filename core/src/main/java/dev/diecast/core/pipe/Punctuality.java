package dev.diecast.core.pipe;

/**
 * Whether a packet was delivered when it should have been: as late as 1 % of the time that its path
 * takes and 100 µs of the host's time are what an experiment does not see.
 */
public final class Punctuality {
  /** Host time; on top of the share. */
  public static final long FIXED_NANOS = 100_000;

  /** One of so many parts of the path's time. */
  public static final long PARTS = 100;

  private Punctuality() {}

  /**
   * @param latenessNanos after its deadline, host time
   * @param pathNanos that its way ought to have taken, waiting in queues included; of a path that
   *     crosses hosts the part on the last one
   */
  public static boolean isOverdue(long latenessNanos, long pathNanos) {
    return latenessNanos > FIXED_NANOS && (latenessNanos - FIXED_NANOS) * PARTS > pathNanos;
  }
}
