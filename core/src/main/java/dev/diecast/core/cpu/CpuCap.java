package dev.diecast.core.cpu;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.frame.Frames;
import java.math.BigInteger;
import java.time.Duration;

/**
 * A hard cap of the CFS bandwidth controller: threads under it run for at most {@code quota} in
 * every {@code period}, summed over all host cores.
 *
 * <p>Limits of the kernel: a period of 1 ms to 1 s, a quota of at least 1 ms (Linux,
 * Documentation/scheduler/sched-bwc.rst; {@code min_cfs_quota_period} and {@code
 * max_cfs_quota_period} in kernel/sched/core.c).
 *
 * @param quotaMicros CPU time per period, microseconds of host time
 * @param periodMicros microseconds of host time
 */
public record CpuCap(long quotaMicros, long periodMicros) {

  /** The kernel's own default; also of a cap that stops nobody. */
  public static final long DEFAULT_PERIOD_MICROS = 100_000;

  /**
   * How long a cap may stop a busy guest at a stretch, in guest time. It is what the kernel's
   * default period makes of a whole core at T = 10.
   */
  public static final Duration TOLERABLE_HOLE = Duration.ofMillis(9);

  /**
   * Guest time in which a kernel counts the ticks of its local APIC at boot, to know the rate of
   * its timer from then on (Linux, {@code LAPIC_CAL_LOOPS} in arch/x86/kernel/apic/apic.c). It
   * looks at its clock for the beginning and the end, and a cap that stops it there makes it look
   * late. Where periods go into it whole, it is late by the same at both, and the rate is true:
   * with periods of 67 ms, undilated, guests took their timer for 0.66 to 1.25 times as fast as it
   * was.
   */
  public static final Duration CALIBRATION = Duration.ofMillis(100);

  /**
   * Host time that a vCPU should run for between two stops, so that warming up its caches again
   * stays a small part of it: measured with emulated guests, the loss is 1 to 2 ms a stop whatever
   * the quota.
   */
  public static final long WORTHWHILE_QUOTA_MICROS = 10_000;

  public static final long LEAST_PERIOD_MICROS = 1_000;
  public static final long GREATEST_PERIOD_MICROS = 1_000_000;
  public static final long LEAST_QUOTA_MICROS = 1_000;

  /** How far below the wanted period one is looked for whose quota is nearer to a whole number. */
  private static final int PERIOD_SEARCH_MICROS = 64;

  public CpuCap {
    if (periodMicros < LEAST_PERIOD_MICROS || periodMicros > GREATEST_PERIOD_MICROS) {
      throw new IllegalArgumentException(
          "a period of %d us: the kernel takes %d to %d us"
              .formatted(periodMicros, LEAST_PERIOD_MICROS, GREATEST_PERIOD_MICROS));
    }
    if (quotaMicros < LEAST_QUOTA_MICROS) {
      throw new IllegalArgumentException(
          "a quota of %d us: the kernel takes at least %d us"
              .formatted(quotaMicros, LEAST_QUOTA_MICROS));
    }
  }

  /**
   * The cap that a machine's vCPU threads are due. Its period is the longest part of {@link
   * #CALIBRATION} that stops a busy guest for {@link #TOLERABLE_HOLE} at a stretch and no longer;
   * where a vCPU would then run for less than {@link #WORTHWHILE_QUOTA_MICROS} between two stops,
   * the shortest part in which it does not; and never more than one calibration, where the kernel
   * can enforce that.
   *
   * @throws IllegalArgumentException where it is more than a host core per vCPU ({@link
   *     Frames#hostCpu}) or less than a kernel can enforce; the message names the mend
   */
  public static CpuCap of(int cpus, Rational relativeSpeed, DilationFactor factor) {
    Rational cores = Frames.hostCpu(cpus, relativeSpeed, factor);
    Rational leastPeriod = Rational.of(LEAST_QUOTA_MICROS).dividedBy(cores);
    if (leastPeriod.compareTo(Rational.of(GREATEST_PERIOD_MICROS)) > 0) {
      Rational greatestFactor =
          relativeSpeed.times(cpus).times(GREATEST_PERIOD_MICROS).dividedBy(LEAST_QUOTA_MICROS);
      throw new IllegalArgumentException(
          ("%d vCPUs of relative speed %s at T = %s are %s host cores,"
                  + " less than the kernel can enforce (1 ms per s): %s")
              .formatted(
                  cpus,
                  relativeSpeed.toText(),
                  factor.toText(),
                  cores.toText(),
                  greatestFactor.compareTo(Rational.ONE) < 0
                      ? "raise the relative speed"
                      : "choose T at most "
                          + greatestFactor.toText()
                          + ", or raise the relative speed"));
    }
    Rational period = max(leastPeriod, wantedPeriod(cores.dividedBy(cpus), factor));
    return nearest(cores, period.ceiling().longValueExact());
  }

  /**
   * @param share host cores of one vCPU
   */
  private static Rational wantedPeriod(Rational share, DilationFactor factor) {
    Rational stopped = Rational.ONE.minus(share);
    if (stopped.signum() <= 0) {
      return Rational.of(DEFAULT_PERIOD_MICROS);
    }
    Rational calibration = micros(Frames.hostDuration(CALIBRATION, factor));
    Rational forHole = micros(Frames.hostDuration(TOLERABLE_HOLE, factor)).dividedBy(stopped);
    Rational forWork = Rational.of(WORTHWHILE_QUOTA_MICROS).dividedBy(share);
    BigInteger parts =
        calibration
            .dividedBy(forHole)
            .ceiling()
            .min(calibration.dividedBy(forWork).floor())
            .max(calibration.dividedBy(GREATEST_PERIOD_MICROS).ceiling());
    return calibration.dividedBy(new Rational(parts, BigInteger.ONE));
  }

  private static Rational micros(Duration duration) {
    return Rational.of(duration.toNanos(), 1000);
  }

  /**
   * The cap with room for work that is lost at every switch: a vCPU that the cap stopped starts the
   * next period with cold caches, so that it needs more time for the work that is due. At most the
   * whole period.
   *
   * @param lostMicros host time per period that does no work
   */
  public CpuCap compensatedFor(long lostMicros) {
    if (lostMicros < 0) {
      throw new IllegalArgumentException("lost time is never negative, not " + lostMicros + " us");
    }
    return stops()
        ? new CpuCap(Math.min(quotaMicros + lostMicros, periodMicros), periodMicros)
        : this;
  }

  /** Whether it ever stops a single thread. */
  public boolean stops() {
    return quotaMicros < periodMicros;
  }

  /** The cap in host cores. */
  public Rational cores() {
    return Rational.of(quotaMicros, periodMicros);
  }

  /**
   * The longest time for which the cap alone can stop a guest whose vCPUs are all busy, as the
   * guest sees it: they use up the quota side by side and wait for the next period, P - Q/c on the
   * host, that over T in the guest.
   *
   * @param cpus vCPUs of the guest
   */
  public Duration longestHole(int cpus, DilationFactor factor) {
    Rational micros = Rational.of(periodMicros).minus(Rational.of(quotaMicros, cpus));
    return micros.signum() <= 0
        ? Duration.ZERO
        : Frames.guestDuration(Duration.ofNanos(micros.times(1000).roundToLong()), factor);
  }

  /** The period at or just below the wanted one at which the cap is nearest to what is due. */
  private static CpuCap nearest(Rational cores, long wantedPeriod) {
    CpuCap best = null;
    Rational bestError = null;
    long lowest = Math.max(LEAST_PERIOD_MICROS, wantedPeriod - PERIOD_SEARCH_MICROS);
    for (long period = wantedPeriod; period >= lowest; period--) {
      long quota = cores.times(period).roundToLong();
      if (quota < LEAST_QUOTA_MICROS) {
        break;
      }
      CpuCap cap = new CpuCap(quota, period);
      Rational error = cap.cores().minus(cores).abs();
      if (best == null || error.compareTo(bestError) < 0) {
        best = cap;
        bestError = error;
      }
      if (bestError.signum() == 0) {
        break;
      }
    }
    return best;
  }

  private static Rational max(Rational one, Rational other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
