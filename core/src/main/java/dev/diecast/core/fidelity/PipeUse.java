package dev.diecast.core.fidelity;

/**
 * What the pipes of a model did to its frames in a stretch of host time, beside what the model has
 * them do: loss, queues and failed links of the model are not in here.
 *
 * @param deliveredFrames that left their last pipe
 * @param lateFrames of them, those that were later than the engine's bound
 * @param lostFrames that the engine turned away rather than be late, or that their guest did not
 *     take
 */
public record PipeUse(long lengthNanos, long deliveredFrames, long lateFrames, long lostFrames) {

  /** Fewer frames than this tell of no share. */
  static final long NOTABLE_FRAMES = 20;

  /** Lost or late, of all that should have arrived, 0 to 1. */
  public double wrong() {
    long due = deliveredFrames + lostFrames;
    return due <= 0 ? 0 : Math.min(1, (lateFrames + lostFrames) / (double) due);
  }

  boolean isOverloaded(Tolerances tolerances) {
    return deliveredFrames + lostFrames >= NOTABLE_FRAMES && wrong() > tolerances.pipeShare();
  }
}
