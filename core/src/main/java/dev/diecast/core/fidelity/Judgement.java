package dev.diecast.core.fidelity;

import java.util.Objects;

/**
 * That a guest is not faithful, and why.
 *
 * @param delivered over due, in the worst place; 1 where nothing was measured to be missing
 * @param message one sentence with what was measured
 */
public record Judgement(Cause cause, double delivered, String message) {
  public Judgement {
    Objects.requireNonNull(cause);
    Objects.requireNonNull(message);
  }

  /** Delivered over due, per cent. */
  public int deliveredPercent() {
    return (int) Math.min(Integer.MAX_VALUE, Math.round(delivered * 100));
  }
}
