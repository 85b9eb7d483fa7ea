package dev.diecast.standalone.process;

import java.time.Duration;

/**
 * Delay before the n-th restart in a row: doubles from {@code first} to {@code longest}.
 *
 * @param settled a run of at least this long is a success: counting starts anew
 */
public record Backoff(Duration first, Duration longest, Duration settled) {

  /** Of the control plane and the JVMs: quick at first, since a run waits for them. */
  public static final Backoff COMPONENT =
      new Backoff(Duration.ofMillis(200), Duration.ofSeconds(20), Duration.ofSeconds(60));

  /**
   * @param failures failures in a row, at least 1
   */
  public Duration delay(int failures) {
    int doublings = Math.min(Math.max(failures - 1, 0), 30);
    Duration delay = first.multipliedBy(1L << doublings);
    return delay.compareTo(longest) > 0 ? longest : delay;
  }
}
