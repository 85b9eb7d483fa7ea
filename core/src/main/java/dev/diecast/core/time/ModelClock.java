package dev.diecast.core.time;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.frame.Frames;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * The clock that all nodes of a model share: model(t) = origin + (t - origin)/T.
 *
 * <p>A guest that boots later than another must agree with it about the wall clock, so whoever
 * boots a guest gives it {@link #modelTime} of that moment as its real-time clock.
 *
 * @param origin the instant at which model time and host time are equal
 * @param factor T
 */
public record ModelClock(Instant origin, DilationFactor factor) {

  public ModelClock {
    Objects.requireNonNull(origin);
    Objects.requireNonNull(factor);
  }

  /** What the guests' clocks show when the host's shows {@code host}; to the nearest nanosecond. */
  public Instant modelTime(Instant host) {
    return origin.plus(Frames.guestDuration(Duration.between(origin, host), factor));
  }

  /** What the host's clock shows when the guests' show {@code model}; to the nearest nanosecond. */
  public Instant hostTime(Instant model) {
    return origin.plus(Frames.hostDuration(Duration.between(origin, model), factor));
  }
}
