package dev.diecast.core.fidelity;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A stretch of host time in which a guest was not faithful.
 *
 * @param from the earliest moment at which it may have begun
 * @param to the last moment at which it was seen; empty while it lasts
 * @param deliveredPercent delivered over due, per cent, where it was farthest from 100
 */
public record UnfaithfulInterval(
    Instant from, Optional<Instant> to, Cause cause, int deliveredPercent) {

  UnfaithfulInterval worsenedBy(Judgement judgement) {
    int now = judgement.deliveredPercent();
    Cause sharper = cause == Cause.CpuStarved ? judgement.cause() : cause;
    return new UnfaithfulInterval(
        from,
        to,
        sharper,
        Math.abs(now - 100) > Math.abs(deliveredPercent - 100) ? now : deliveredPercent);
  }

  UnfaithfulInterval endedAt(Instant end) {
    return new UnfaithfulInterval(
        from, Optional.of(end.isBefore(from) ? from : end), cause, deliveredPercent);
  }

  /** Whether a judgement speaks of the same trouble. */
  boolean isOf(Judgement judgement) {
    return cause == judgement.cause() || cause.isStarvation() && judgement.cause().isStarvation();
  }

  /** Up to now where it lasts. */
  Duration length(Instant now) {
    return Duration.between(from, to.orElse(now));
  }
}
