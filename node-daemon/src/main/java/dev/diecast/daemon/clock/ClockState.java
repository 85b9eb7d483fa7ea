package dev.diecast.daemon.clock;

import dev.diecast.core.time.ClockFit;
import java.time.Instant;
import java.util.Optional;

/**
 * What is known of one guest's clock.
 *
 * @param fit of the readings so far
 * @param lastReading host time
 * @param unreachable why the guest agent does not answer; empty while it does
 */
public record ClockState(
    ClockFit fit, Optional<Instant> lastReading, Optional<String> unreachable) {

  static final ClockState NOTHING =
      new ClockState(new ClockFit.TooShort(0), Optional.empty(), Optional.of("not connected yet"));
}
