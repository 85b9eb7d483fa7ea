package dev.diecast.daemon.clock;

import dev.diecast.core.DilationFactor;
import java.time.Duration;

/**
 * How clocks are measured.
 *
 * @param interval between two readings at first, while the estimate is still coarse
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

  /** A rate known to this is known well enough for fewer readings. */
  long fineErrorPpb() {
    return tolerancePpm * 1000 / 4;
  }

  Duration slowInterval() {
    Duration slow = interval.multipliedBy(SLOWER);
    Duration most = window.dividedBy(SLOWER);
    return slow.compareTo(most) < 0 ? slow : most;
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
