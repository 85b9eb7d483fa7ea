package dev.diecast.core.fidelity;

/**
 * What the pipes of a model did to its frames in a stretch of host time, beside what the model has
 * them do: loss, queues and failed links of the model are not in here.
 *
 * @param deliveredFrames that left their last pipe
 * @param lateFrames of them, those that were later than the engine's bound
 * @param overdueFrames of those delivered, those later than {@code core.pipe.Punctuality} tolerates
 * @param lostFrames that the engine turned away rather than be late, or that their guest did not
 *     take
 */
public record PipeUse(
    long lengthNanos, long deliveredFrames, long lateFrames, long overdueFrames, long lostFrames) {

  /** Fewer frames than this tell of no share. */
  static final long NOTABLE_FRAMES = 20;

  /** Pipes are measured by the 99th percentile: one frame in a hundred may be overdue. */
  static final double OVERDUE_SHARE = 0.01;

  /**
   * Standard deviations by which a number must be above what is tolerable: two frames of a hundred
   * are no percentile.
   */
  private static final double SURE = 3;

  /** None overdue but the late ones. */
  public PipeUse(long lengthNanos, long deliveredFrames, long lateFrames, long lostFrames) {
    this(lengthNanos, deliveredFrames, lateFrames, lateFrames, lostFrames);
  }

  /** Overdue, of those delivered, 0 to 1. */
  public double overdue() {
    return deliveredFrames <= 0 ? 0 : overdueFrames / (double) deliveredFrames;
  }

  /** Whether surely more than {@link #OVERDUE_SHARE} are, the frames seen being a sample. */
  boolean isOverdue() {
    return isSurelyAbove(OVERDUE_SHARE, overdueFrames, deliveredFrames);
  }

  /**
   * Whether so many of all are surely a greater share than this. A single one is no share, but
   * where none is tolerated it is one too many.
   */
  private static boolean isSurelyAbove(double share, long some, long all) {
    double tolerable = share * all;
    return all >= NOTABLE_FRAMES
        && some > (share > 0 ? 1 : 0)
        && some > tolerable + SURE * Math.sqrt(tolerable);
  }

  /** Lost or late, of all that should have arrived, 0 to 1. */
  public double wrong() {
    long due = deliveredFrames + lostFrames;
    return due <= 0 ? 0 : Math.min(1, (lateFrames + lostFrames) / (double) due);
  }

  boolean isOverloaded(Tolerances tolerances) {
    return isSurelyAbove(
        tolerances.pipeShare(), lateFrames + lostFrames, deliveredFrames + lostFrames);
  }
}
