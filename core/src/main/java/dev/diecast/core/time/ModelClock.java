package dev.diecast.core.time;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.frame.Frames;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * The clock that all nodes of a model share: model(t) = start + (t - origin)/T.
 *
 * <p>A guest that boots later than another must agree with it about the wall clock, so whoever
 * boots a guest gives it {@link #modelTime} of that moment as its real-time clock.
 *
 * @param origin a host time
 * @param start what the model's clock shows then: the same, until T has changed in running guests
 * @param factor T
 */
public record ModelClock(Instant origin, Instant start, DilationFactor factor) {

  public ModelClock {
    Objects.requireNonNull(origin);
    Objects.requireNonNull(start);
    Objects.requireNonNull(factor);
  }

  /**
   * A clock that began at T, with model time equal to host time.
   *
   * @param origin the instant at which they were equal
   */
  public ModelClock(Instant origin, DilationFactor factor) {
    this(origin, origin, factor);
  }

  /** The clock that goes on from this one at another T, without a step, at a host time. */
  public ModelClock changedAt(Instant host, DilationFactor other) {
    return new ModelClock(host, modelTime(host), other);
  }

  /** What the guests' clocks show when the host's shows {@code host}; to the nearest nanosecond. */
  public Instant modelTime(Instant host) {
    return start.plus(Frames.guestDuration(Duration.between(origin, host), factor));
  }

  /** What the host's clock shows when the guests' show {@code model}; to the nearest nanosecond. */
  public Instant hostTime(Instant model) {
    return origin.plus(Frames.hostDuration(Duration.between(start, model), factor));
  }
}
