package dev.diecast.core.fidelity;

import java.time.Duration;
import java.time.Instant;

/**
 * A stretch of host time that is judged; of no length where it is a moment.
 *
 * @param to not before {@code from}
 */
public record Window(Instant from, Instant to) {
  public Window {
    if (to.isBefore(from)) {
      throw new IllegalArgumentException("a window from %s to %s".formatted(from, to));
    }
  }

  /** This moment. */
  public static Window at(Instant now) {
    return new Window(now, now);
  }

  public Duration length() {
    return Duration.between(from, to);
  }

  /** Whether an interval has any moment in common with this window. */
  public boolean meets(UnfaithfulInterval interval) {
    return !interval.from().isAfter(to)
        && interval.to().map(end -> !end.isBefore(from)).orElse(true);
  }

  /** The part of an interval that is in this window; it must {@link #meets meet} it. */
  Window common(UnfaithfulInterval interval) {
    Instant begin = interval.from().isAfter(from) ? interval.from() : from;
    Instant end = interval.to().filter(last -> last.isBefore(to)).orElse(to);
    return new Window(begin, end.isBefore(begin) ? begin : end);
  }
}
