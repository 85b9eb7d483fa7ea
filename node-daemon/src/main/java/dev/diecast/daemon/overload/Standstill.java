package dev.diecast.daemon.overload;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether the host stood still: a thread that only sleeps was woken far too late. Its sleeps are
 * short, so that a processor that is merely busy gives it its turn long before.
 */
public final class Standstill {
  /** How long that thread is to sleep at a time. */
  public static final Duration LOOK = Duration.ofMillis(250);

  /** Woken later than this it was not for want of a processor. */
  static final Duration LATE = Duration.ofMillis(700);

  private final AtomicLong longest = new AtomicLong();
  private OptionalLong last = OptionalLong.empty();

  /**
   * The thread has woken, having slept for {@link #LOOK}.
   *
   * @param nanos of a clock that only goes on
   */
  public void woken(long nanos) {
    long late = last.isEmpty() ? 0 : nanos - last.getAsLong() - LOOK.toNanos();
    last = OptionalLong.of(nanos);
    if (late >= LATE.toNanos()) {
      longest.accumulateAndGet(late, Math::max);
    }
  }

  /** For how long at least it stood still since this was asked last, as a sentence. */
  public Optional<String> seen() {
    long late = longest.getAndSet(0);
    return late == 0
        ? Optional.empty()
        : Optional.of(
            "nothing ran on the host for %.1f s: was it suspended or paused?"
                .formatted(late / 1e9));
  }
}
