package dev.diecast.core.time;

import java.util.Optional;

/** What a window of clock readings says of the guest's clock. */
public sealed interface ClockFit {

  /** All readings lie on one line. */
  record Even(ClockEstimate estimate) implements ClockFit {}

  /**
   * The readings bound no rate yet: there are fewer than two, or they were taken so close to one
   * another that any rate passes through all of them.
   */
  record TooShort(int samples) implements ClockFit {}

  /**
   * No line passes through all readings: the guest's clock stepped, stopped or changed its rate in
   * this window.
   *
   * @param firstAtOdds the first reading, in order of host time, that no line can join with all of
   *     those before it; a new window may begin with it
   */
  record Uneven(ClockReading firstAtOdds, int samples) implements ClockFit {}

  default Optional<ClockEstimate> toEstimate() {
    return this instanceof Even even ? Optional.of(even.estimate()) : Optional.empty();
  }
}
