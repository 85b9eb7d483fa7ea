package dev.diecast.daemon.dilation;

import dev.diecast.core.DilationFactor;
import dev.diecast.daemon.process.ProcessKey;
import java.time.Instant;
import java.util.List;

/** What became of bringing a guest's clock to its T. */
public sealed interface DilationOutcome {

  /** T by which the guest's clock goes, as far as is known. */
  DilationFactor inEffect();

  /** Whether that is the T wanted. */
  default boolean isInEffect() {
    return switch (this) {
      case ByGuestKernel _, InEffect _ -> true;
      case Pending _, Refused _ -> false;
    };
  }

  /** The guest's own kernel sees to it, from its boot on. */
  record ByGuestKernel(DilationFactor inEffect) implements DilationOutcome {}

  /**
   * The host's module says so.
   *
   * @param process that it says it of
   * @param caveats what of the guest's time does not follow
   */
  record InEffect(
      DilationFactor inEffect, ProcessKey process, ModuleState state, List<String> caveats)
      implements DilationOutcome {
    public InEffect {
      caveats = List.copyOf(caveats);
    }
  }

  /** T changes at a host time that is yet to come. */
  record Pending(DilationFactor inEffect, Instant at) implements DilationOutcome {}

  /** It could not be done; the clock goes on as before. */
  record Refused(DilationFactor inEffect, Obstacle obstacle, String message)
      implements DilationOutcome {}

  /** Reasons of the condition Dilated. */
  enum Obstacle {
    /** The module is not loaded, or not one that this daemon can use. */
    ModuleAbsent,
    /** The module does not take what is asked of it. */
    ModuleRefused,
    /** T can change only when the guest boots. */
    RestartNeeded,
    RecordNotWritable
  }
}
