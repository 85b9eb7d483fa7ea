package dev.diecast.core.placement;

/**
 * A bound on how long a search goes on, counted in steps and not in seconds, so that equal input
 * gives equal output on every machine.
 */
final class Effort {
  private long left;

  Effort(long steps) {
    left = steps;
  }

  /** Takes one step; false once all are used up. */
  boolean spend() {
    return left-- > 0;
  }

  boolean isSpent() {
    return left <= 0;
  }
}
