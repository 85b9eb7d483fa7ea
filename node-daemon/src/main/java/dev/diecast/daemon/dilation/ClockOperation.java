package dev.diecast.daemon.dilation;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.time.ModelClock;

/** All that the daemon does to a guest's clock through the host's module: a closed list. */
public sealed interface ClockOperation {

  /**
   * T from now on.
   *
   * @param clock what a guest that boots gets for the time of day
   */
  record SetFactor(ModelClock clock) implements ClockOperation {
    DilationFactor factor() {
      return clock.factor();
    }
  }

  /** T = 1: the guest is KVM's alone again, and goes on from the time that it has reached. */
  record Restore() implements ClockOperation {}
}
