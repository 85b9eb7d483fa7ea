package dev.diecast.core.fidelity;

import dev.diecast.core.Rational;
import dev.diecast.core.cpu.CpuCap;

/**
 * What one vCPU, or several together, got in a stretch of host time.
 *
 * @param usageNanos time on a CPU
 * @param runDelayNanos time runnable and waiting for other reasons than the cap
 * @param runnableNanos time it ran or waited for a CPU, for whatever reason
 * @param capNanos what the cap lets run in all that time
 * @param dueNanos what was due for the time the vCPU was runnable: it is due its part of a core
 *     while it has work, and no more. A guest whose work is done sooner than that was not starved,
 *     however long its threads waited to be woken
 * @param cutNanos what is due in one CFS period: by so much usage and what was due for it may fall
 *     on two sides of the edge of a window; 0 where no cap stops the vCPU
 */
public record CpuDelivery(
    long lengthNanos,
    long usageNanos,
    long runDelayNanos,
    long runnableNanos,
    long capNanos,
    long dueNanos,
    long cutNanos) {

  /** Less than this part of the cap is noise: a wake-up or two that came late. */
  public static final double NEGLIGIBLE = 0.03;

  /**
   * @param waitNanos time runnable and waiting, throttling included
   * @param runDelayNanos of it, what the cap does not explain
   * @param cap of this one vCPU
   */
  public static CpuDelivery of(
      long lengthNanos, long usageNanos, long waitNanos, long runDelayNanos, CpuCap cap) {
    long runnable = usageNanos + waitNanos;
    Rational cores = cap.cores();
    long most = cores.times(lengthNanos).roundToLong();
    long forWork = cores.times(runnable).roundToLong();
    return new CpuDelivery(
        lengthNanos,
        usageNanos,
        runDelayNanos,
        runnable,
        most,
        Math.min(most, forWork),
        cap.stops() ? cap.quotaMicros() * 1000 : 0);
  }

  /** Both together, for a sum; whether one of them starved must be asked of each. */
  public CpuDelivery plus(CpuDelivery other) {
    return new CpuDelivery(
        Math.max(lengthNanos, other.lengthNanos),
        usageNanos + other.usageNanos,
        runDelayNanos + other.runDelayNanos,
        runnableNanos + other.runnableNanos,
        capNanos + other.capNanos,
        dueNanos + other.dueNanos,
        cutNanos + other.cutNanos);
  }

  /** What was due and not given. */
  public long missingNanos() {
    return Math.max(0, dueNanos - usageNanos);
  }

  /** The part of what was due that was not given, 0 to 1. */
  public double starved() {
    return dueNanos <= 0 ? 0 : missingNanos() / (double) dueNanos;
  }

  /**
   * Delivered over due. Where the vCPU had less work than was due to it, it got all it asked for:
   * 1. More than the cap is more than 1.
   */
  public double delivered() {
    if (usageNanos > capNanos && capNanos > 0) {
      return usageNanos / (double) capNanos;
    }
    return 1 - starved();
  }

  /**
   * What {@link #delivered} is usage over, for sums: an idle vCPU runs at full speed when it wakes
   * and uses more than its part of that moment. Of its cap that is nothing, and it is not a vCPU
   * that got more than it should.
   */
  public long owedNanos() {
    return Math.max(dueNanos, Math.min(usageNanos, capNanos));
  }

  /**
   * What says nothing. A guest whose work ends soon after the window begins may have used what that
   * period had before it began, and yet be owed for waiting: up to one quota, which of a window of
   * three seconds is more than a lapse where the cap is low and the period long.
   */
  private double noise() {
    return NEGLIGIBLE * capNanos + cutNanos;
  }

  /** Whether the vCPU was cheated: it lacks more than it may, and more than noise explains. */
  public boolean isStarved(Tolerances tolerances) {
    return starved() > tolerances.cpuRatio() && missingNanos() > noise();
  }

  /** Whether its cap did not hold it. */
  public boolean isExcessive(Tolerances tolerances) {
    return usageNanos > (1 + tolerances.cpuRatio()) * capNanos + noise();
  }
}
