package dev.diecast.daemon.overload;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether the host stood still: a thread that only sleeps was woken far too late. Its sleeps are
 * short, so that a processor that is merely busy gives it its turn long before.
 */
public final class Standstill {
  /** How long that thread is to sleep at a time. */
  public static final Duration LOOK = Duration.ofMillis(250);

  /** Woken later than this it was not for want of a processor. */
  static final Duration LATE = Duration.ofMillis(700);

  private long longest;
  private OptionalLong last = OptionalLong.empty();

  /**
   * The thread has woken, having slept for {@link #LOOK}.
   *
   * @param nanos of a clock that only goes on
   */
  public synchronized void woken(long nanos) {
    longest = Math.max(longest, late(nanos));
    last = OptionalLong.of(nanos);
  }

  private long late(long nanos) {
    return last.isEmpty() ? 0 : nanos - last.getAsLong() - LOOK.toNanos();
  }

  /**
   * For how long at least it stood still since this was asked last, as a sentence. Whoever asks may
   * be awake again before that thread is.
   *
   * @param nanos of the same clock
   */
  public synchronized Optional<String> seen(long nanos) {
    if (late(nanos) >= LATE.toNanos()) {
      woken(nanos);
    }
    long late = longest;
    longest = 0;
    return late < LATE.toNanos()
        ? Optional.empty()
        : Optional.of(
            "nothing ran on the host for %.1f s: was it suspended or paused?"
                .formatted(late / 1e9));
  }
}
