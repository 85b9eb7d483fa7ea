package dev.diecast.daemon.clock;

import dev.diecast.core.time.ClockEstimator;
import dev.diecast.core.time.ClockFit;
import dev.diecast.core.time.ClockReading;
import dev.diecast.core.time.ModelClock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The readings that a guest's rate is estimated from: a sliding window, longer while the rate is
 * not yet known finely enough. A clock that ran unevenly begins a new window, and stays on record
 * as uneven until the new one has shown a rate.
 */
final class ReadingWindow {
  private final ModelClock model;
  private final ClockSettings settings;
  private final Deque<ClockReading> readings = new ArrayDeque<>();
  private ClockFit fit = new ClockFit.TooShort(0);
  private long steps;

  ReadingWindow(ModelClock model, ClockSettings settings) {
    this.model = model;
    this.settings = settings;
  }

  ClockFit add(ClockReading reading) {
    readings.addLast(reading);
    prune(reading.hostNanosAfter());
    ClockFit now = ClockEstimator.fit(List.copyOf(readings), model);
    switch (now) {
      case ClockFit.Uneven uneven -> {
        steps++;
        readings.removeIf(r -> r.hostNanosAfter() < uneven.firstAtOdds().hostNanosAfter());
        fit = now;
      }
      case ClockFit.Even _ when fit instanceof ClockFit.Uneven && !isFine(now) -> {}
      case ClockFit.TooShort _ when fit instanceof ClockFit.Uneven -> {}
      default -> fit = now;
    }
    return fit;
  }

  /** How often the clock was found to have stepped, stopped or changed its rate. */
  long steps() {
    return steps;
  }

  boolean isFine() {
    return isFine(fit);
  }

  /**
   * Whether fewer readings will do: the rate is known finely, or has been read often for half a
   * window already: what is then still coarse grows fine by time, and readings cost the guest CPU.
   */
  boolean isSettled() {
    return isFine() || spanNanos() >= settings.window().toNanos() / 2;
  }

  private long spanNanos() {
    return readings.peekLast().hostNanosAfter() - readings.peekFirst().hostNanosBefore();
  }

  private boolean isFine(ClockFit estimate) {
    return estimate instanceof ClockFit.Even even
        && even.estimate().rateErrorPpb() <= settings.fineErrorPpb();
  }

  private void prune(long now) {
    long window = settings.window().toNanos();
    long keep = isFine() ? window : window * ClockSettings.WINDOWS_KEPT;
    while (now - readings.peekFirst().hostNanosBefore() > keep) {
      readings.removeFirst();
    }
  }
}
