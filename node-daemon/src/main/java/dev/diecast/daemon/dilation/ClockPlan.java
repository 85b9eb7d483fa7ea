package dev.diecast.daemon.dilation;

import dev.diecast.core.time.ModelClock;
import java.time.Duration;
import java.time.Instant;

/** What is to be done to a guest's clock now. Pure. */
final class ClockPlan {
  private ClockPlan() {}

  /** What {@link #compare} finds. */
  sealed interface Due {
    /** T is as wanted. */
    record Nothing() implements Due {}

    /** It is to change at this moment of host time, at which all nodes of its model change. */
    record Later(Duration in) implements Due {}

    record Now(ClockOperation.SetFactor operation) implements Due {}

    /** The module cannot change the T of a guest that runs. */
    record NeedsRestart() implements Due {}
  }

  /**
   * @param wanted its origin is when its T comes into effect
   */
  static Due compare(ModuleState state, ModelClock wanted, ModuleInfo module, Instant now) {
    if (state.asked().equals(wanted.factor())) {
      return new Due.Nothing();
    }
    boolean runs = state.is(ModuleAbi.STATE_SEEN) && state.booted().isPresent();
    if (runs && !module.has(ModuleAbi.FEATURE_RUNTIME_CHANGE)) {
      return new Due.NeedsRestart();
    }
    Duration wait = Duration.between(now, wanted.origin());
    // A guest that has not run yet has no former T to stay at until then.
    return runs && wait.isPositive()
        ? new Due.Later(wait)
        : new Due.Now(new ClockOperation.SetFactor(wanted));
  }
}
