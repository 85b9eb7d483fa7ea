package dev.diecast.core.fidelity;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * When a guest was not faithful: an immutable record that only grows, so that a run with a bad
 * interval never looks clean again. An interval ends when nothing bad has been seen for {@link
 * #HOLD}, with the moment at which it was last seen.
 *
 * @param intervals the latest, in the order of their beginning; the last one may be open
 * @param count of all intervals there ever were
 * @param closed time of all that have ended
 * @param lastBad when anything bad was last seen; empty where no interval is open
 */
public record FidelityHistory(
    List<UnfaithfulInterval> intervals, int count, Duration closed, Optional<Instant> lastBad) {

  /** Host time without anything bad after which an interval is over. */
  public static final Duration HOLD = Duration.ofSeconds(3);

  /** Intervals kept. */
  public static final int MOST = 20;

  public static final FidelityHistory CLEAN =
      new FidelityHistory(List.of(), 0, Duration.ZERO, Optional.empty());

  public FidelityHistory {
    intervals = List.copyOf(intervals);
  }

  /** The interval that lasts. */
  public Optional<UnfaithfulInterval> open() {
    return intervals.isEmpty()
        ? Optional.empty()
        : Optional.of(intervals.getLast()).filter(interval -> interval.to().isEmpty());
  }

  /** Unfaithful time in all. */
  public Duration total(Instant now) {
    return closed.plus(open().map(interval -> interval.length(now)).orElse(Duration.ZERO));
  }

  /**
   * The history with one more look at the guest.
   *
   * @param since beginning of what the judgement rests on
   */
  public FidelityHistory with(Optional<Judgement> judgement, Instant since, Instant now) {
    if (judgement.isEmpty()) {
      return quiet(now);
    }
    Judgement bad = judgement.get();
    if (open().isEmpty()) {
      Instant from =
          intervals.isEmpty() ? since : later(since, intervals.getLast().to().orElse(since));
      return begun(bad, from, now);
    }
    if (open().get().isOf(bad)) {
      return withLast(open().get().worsenedBy(bad), closed, Optional.of(now));
    }
    return ended(now).begun(bad, now, now);
  }

  /** The history once the guest is gone: what lasted has ended. */
  public FidelityHistory over(Instant now) {
    return open().isPresent() ? ended(now) : this;
  }

  private FidelityHistory quiet(Instant now) {
    if (open().isEmpty()) {
      return this;
    }
    if (lastBad.isEmpty()) {
      // A predecessor left it open: what was meanwhile is not known, and so not clean.
      return new FidelityHistory(intervals, count, closed, Optional.of(now));
    }
    boolean over = Duration.between(lastBad.get(), now).compareTo(HOLD) >= 0;
    return over ? ended(lastBad.get()) : this;
  }

  private FidelityHistory begun(Judgement judgement, Instant from, Instant now) {
    List<UnfaithfulInterval> all = new ArrayList<>(intervals);
    all.add(
        new UnfaithfulInterval(
            from, Optional.empty(), judgement.cause(), judgement.deliveredPercent()));
    if (all.size() > MOST) {
      all.removeFirst();
    }
    return new FidelityHistory(all, count + 1, closed, Optional.of(now));
  }

  private FidelityHistory ended(Instant at) {
    UnfaithfulInterval last = intervals.getLast().endedAt(at);
    return withLast(last, closed.plus(last.length(at)), Optional.empty());
  }

  private FidelityHistory withLast(
      UnfaithfulInterval last, Duration closedTime, Optional<Instant> bad) {
    List<UnfaithfulInterval> all = new ArrayList<>(intervals);
    all.set(all.size() - 1, last);
    return new FidelityHistory(all, count, closedTime, bad);
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
