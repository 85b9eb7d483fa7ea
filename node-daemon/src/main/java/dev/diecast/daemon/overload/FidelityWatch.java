package dev.diecast.daemon.overload;

import dev.diecast.core.fidelity.Cause;
import dev.diecast.core.fidelity.Evidence;
import dev.diecast.core.fidelity.FidelityHistory;
import dev.diecast.core.fidelity.Judgement;
import dev.diecast.core.fidelity.Overload;
import dev.diecast.core.fidelity.Tolerances;
import dev.diecast.core.fidelity.UnfaithfulInterval;
import java.time.Instant;
import java.util.Optional;

/**
 * Judges one VM over and over, and keeps the record of when it was not faithful. The record begins
 * when the node is first capped and dilated, for that is when its model may be used: nobody is
 * promised anything of the time in which it boots.
 */
public final class FidelityWatch {
  private FidelityHistory history;
  private boolean begun;
  private Optional<Judgement> bad = Optional.empty();
  private Instant lastLook;
  private Optional<Instant> clockRight = Optional.empty();
  private Optional<Judgement> standstill = Optional.empty();
  private Instant stoodStill;

  /**
   * @param history what is on record already
   * @param begun whether a predecessor had begun to keep it
   */
  public FidelityWatch(FidelityHistory history, boolean begun) {
    this.history = history;
    this.begun = begun;
  }

  /**
   * @param proven whether the node is capped and dilated now
   */
  public Verdict judge(Evidence evidence, Tolerances tolerances, boolean proven, Instant now) {
    begun |= proven;
    Optional<Judgement> judgement =
        Overload.judge(evidence, tolerances).map(found -> explained(found, evidence, now));
    Instant since = begins(judgement, evidence, now);
    lastLook = now;
    if (!evidence.sure().containsKey(Cause.ClockWrong)) {
      clockRight = evidence.clockRead();
    }
    if (judgement.isPresent()) {
      bad = judgement;
    }
    boolean known = judgement.isPresent() || !evidence.recent().isEmpty();
    if (begun && known) {
      history = history.with(judgement, since, now);
    }
    bad = begun ? history.open().map(this::lasting) : judgement;
    return new Verdict(bad, history);
  }

  /**
   * What is told from a window that reaches back to a standstill is that standstill's doing: pipes
   * and processors have to catch up.
   */
  private Judgement explained(Judgement found, Evidence evidence, Instant now) {
    if (isStandstill(found.cause())) {
      standstill = Optional.of(found);
      stoodStill = now;
      return found;
    }
    return standstill
        .filter(_ -> found.cause().isWindowed())
        .filter(_ -> now.minusNanos(evidence.windowNanos()).isBefore(stoodStill))
        .orElse(found);
  }

  private static boolean isStandstill(Cause cause) {
    return cause == Cause.ProcessStopped || cause == Cause.HostPaused;
  }

  /** By the cause on record, in the words of the last look that found anything. */
  private Judgement lasting(UnfaithfulInterval open) {
    return bad.map(last -> new Judgement(open.cause(), last.delivered(), last.message()))
        .orElseGet(
            () ->
                new Judgement(
                    open.cause(),
                    open.deliveredPercent() / 100.0,
                    "it was so when the daemon before this one ended"));
  }

  /** The process is gone: whatever was wrong with it is over. */
  public Verdict gone(Instant now) {
    bad = Optional.empty();
    history = history.over(now);
    return new Verdict(bad, history);
  }

  /** The earliest moment at which what is judged bad now may have begun. */
  private Instant begins(Optional<Judgement> judgement, Evidence evidence, Instant now) {
    Instant previous = lastLook == null ? now : lastLook;
    return judgement
        .map(Judgement::cause)
        .flatMap(cause -> unseenSince(cause, evidence, now))
        .filter(since -> since.isBefore(previous))
        .orElse(previous);
  }

  /** What a look tells of more than the time since the one before. */
  private Optional<Instant> unseenSince(Cause cause, Evidence evidence, Instant now) {
    if (cause == Cause.ClockWrong) {
      return clockRight; // a clock is read more seldom than it is looked at
    }
    if (cause == Cause.PipesChanged) {
      return evidence.pipesChanged();
    }
    boolean ofCpu = cause.isStarvation() || cause == Cause.CpuExcess;
    return ofCpu ? Optional.of(now.minusNanos(evidence.cpuWindowNanos())) : Optional.empty();
  }

  /**
   * @param bad why the node is not faithful; empty where nothing says so
   */
  public record Verdict(Optional<Judgement> bad, FidelityHistory history) {
    public static final Verdict NONE = new Verdict(Optional.empty(), FidelityHistory.CLEAN);
  }
}
