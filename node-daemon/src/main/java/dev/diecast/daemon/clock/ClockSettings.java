package dev.diecast.daemon.clock;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import java.time.Duration;

/**
 * How clocks are measured.
 *
 * @param interval between two readings at first, while the estimate is still coarse, of a guest
 *     that can afford it
 * @param window host time that readings are kept for once they are enough
 * @param tolerancePpm of the rate
 */
public record ClockSettings(Duration interval, Duration window, long tolerancePpm) {
  private static final Duration ANSWER_ON_HOST = Duration.ofSeconds(2);
  private static final Duration ANSWER_IN_GUEST = Duration.ofSeconds(3);
  private static final Duration SETTING_IN_GUEST = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofMinutes(10);

  /** Readings older than this many windows are never kept. */
  static final int WINDOWS_KEPT = 10;

  private static final int SLOWER = 8;

  /** Readings that a window has room for at least, whatever they cost. */
  private static final int LEAST_READINGS = 4;

  /**
   * Host CPU time that an answer of its agent costs an emulated guest, nanoseconds ({@code
   * ./diecast bench daemon}).
   */
  private static final long ANSWER_NANOS = 4_000_000;

  /** One in so many parts of what a guest is due may go into answers while its rate is coarse. */
  private static final int PARTS_AT_FIRST = 25;

  /** The same for good. */
  private static final int PARTS = 100;

  /** A rate known to this is known well enough for fewer readings. */
  long fineErrorPpb() {
    return tolerancePpm * 1000 / 4;
  }

  /**
   * Between two readings at first.
   *
   * @param due host cores of the guest: what readings cost a small one is seen in its work
   */
  Duration interval(Rational due) {
    return affordable(interval, PARTS_AT_FIRST, due);
  }

  /** Between two readings of a rate that is fine, or that has been read often for long enough. */
  Duration slowInterval(Rational due) {
    Duration slow = interval.multipliedBy(SLOWER);
    Duration most = window.dividedBy(SLOWER);
    return affordable(slow.compareTo(most) < 0 ? slow : most, PARTS, due);
  }

  /** The wanted one, or a longer one where that would cost more than its part. */
  private Duration affordable(Duration wanted, int parts, Rational due) {
    Duration cheap =
        Duration.ofNanos(Rational.of(ANSWER_NANOS).times(parts).dividedBy(due).roundToLong());
    Duration most = window.dividedBy(LEAST_READINGS);
    return longer(wanted, cheap.compareTo(most) < 0 ? cheap : most);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /** A guest takes T times as long for the same work. */
  Duration answerTimeout(DilationFactor factor) {
    return timeout(ANSWER_IN_GUEST, factor);
  }

  /** Its hwclock waits for the guest's next full second. */
  Duration settingTimeout(DilationFactor factor) {
    return timeout(SETTING_IN_GUEST, factor);
  }

  private static Duration timeout(Duration inGuest, DilationFactor factor) {
    Duration scaled =
        ANSWER_ON_HOST.plusMillis(factor.value().times(inGuest.toMillis()).roundToLong());
    return scaled.compareTo(LONGEST) < 0 ? scaled : LONGEST;
  }
}
