package dev.diecast.core.frame;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;

/**
 * Values in the two time frames: what the guest must see and what the host must be given, both
 * ways.
 *
 * <p>Everything here is {@link Scaling} applied to a type: a {@link Duration} (clock, timers,
 * network delay, disk latency, timeouts), a rate (bandwidth, throughput, IOPS), CPU, the TSC, a
 * schedule. Loss, queue lengths, bandwidth-delay products, disk space and memory are the same in
 * both frames ({@link Measure}).
 */
public final class Frames {

  /** {@code tsc_early_khz} is read by kstrtouint (Linux, arch/x86/kernel/tsc.c). */
  public static final long MAXIMUM_TSC_KILOHERTZ = 0xFFFF_FFFFL;

  /** See {@link #deadlineTimerIsTrue}. */
  public static final long MAXIMUM_DEADLINE_TSC_KILOHERTZ = MAXIMUM_TSC_KILOHERTZ / 125;

  private static final BigInteger NANOS_PER_SECOND = BigInteger.valueOf(1_000_000_000L);

  private Frames() {}

  /** Host value of any measure, exact. */
  public static Rational host(Measure measure, Rational guestValue, DilationFactor factor) {
    return measure.scaling().toHost(guestValue, factor);
  }

  /** Guest value of any measure, exact. */
  public static Rational guest(Measure measure, Rational hostValue, DilationFactor factor) {
    return measure.scaling().toGuest(hostValue, factor);
  }

  /**
   * How long the host must take over what the guest sees take {@code guest}: clock, timers, network
   * delay, disk latency, timeouts of whatever watches from outside. To the nearest nanosecond.
   */
  public static Duration hostDuration(Duration guest, DilationFactor factor) {
    return ofNanos(Scaling.STRETCHED.toHost(nanos(guest), factor));
  }

  /** How long the guest sees a host duration last; to the nearest nanosecond. */
  public static Duration guestDuration(Duration host, DilationFactor factor) {
    return ofNanos(Scaling.STRETCHED.toGuest(nanos(host), factor));
  }

  /** What the host must give per second of its own time: bit/s, byte/s, IOPS. Exact. */
  public static Rational hostRate(Rational guestPerSecond, DilationFactor factor) {
    return Scaling.SHRUNK.toHost(guestPerSecond, factor);
  }

  /** What the guest sees per second of its own time. Exact. */
  public static Rational guestRate(Rational hostPerSecond, DilationFactor factor) {
    return Scaling.SHRUNK.toGuest(hostPerSecond, factor);
  }

  /**
   * Host cores that the vCPU threads of one guest must get: c·s/T.
   *
   * @param cpus vCPUs of the guest, at least 1
   * @param relativeSpeed speed of one of them, as the guest must see it, over that of a host core
   * @throws IllegalArgumentException where a vCPU would have to be faster than a host core at this
   *     T ({@code relativeSpeed > T}); the message names the mend
   */
  public static Rational hostCpu(int cpus, Rational relativeSpeed, DilationFactor factor) {
    requireCpus(cpus);
    if (relativeSpeed.signum() <= 0) {
      throw new IllegalArgumentException(
          "relative speed is "
              + relativeSpeed.toText()
              + ": write a number above 0, such as 1, 3/5 or 0.6");
    }
    if (relativeSpeed.compareTo(factor.value()) > 0) {
      throw new IllegalArgumentException(
          "a vCPU of relative speed "
              + relativeSpeed.toText()
              + " is more than a host core at T = "
              + factor.toText()
              + ": raise T to at least "
              + relativeSpeed.toText()
              + " or lower the relative speed to at most "
              + factor.toText());
    }
    return Scaling.SHRUNK.toHost(relativeSpeed.times(cpus), factor);
  }

  /**
   * Speed that the guest sees in each of its vCPUs, over that of a host core, where its vCPU
   * threads get {@code hostCores} together: the inverse of {@link #hostCpu}.
   */
  public static Rational guestSpeed(Rational hostCores, int cpus, DilationFactor factor) {
    requireCpus(cpus);
    return Scaling.SHRUNK.toGuest(hostCores, factor).dividedBy(cpus);
  }

  /**
   * The TSC rate in kHz that a guest's kernel is told ({@code tsc_early_khz=}), so that its clock
   * runs T times slower than the host's: F·T to the nearest kHz.
   *
   * @param hostTscKilohertz F, the true rate
   * @throws IllegalArgumentException where F is not positive or the kernel could not read F·T
   */
  public static long assumedTscKilohertz(long hostTscKilohertz, DilationFactor factor) {
    if (hostTscKilohertz <= 0) {
      throw new IllegalArgumentException(
          "TSC rate of the host is " + hostTscKilohertz + " kHz: it must be positive");
    }
    Rational exact = Scaling.STRETCHED.toHost(Rational.of(hostTscKilohertz), factor);
    if (exact.compareTo(Rational.of(MAXIMUM_TSC_KILOHERTZ)) > 0) {
      throw new IllegalArgumentException(
          "a TSC of "
              + hostTscKilohertz
              + " kHz at T = "
              + factor.toText()
              + " is more than a guest kernel can read ("
              + MAXIMUM_TSC_KILOHERTZ
              + " kHz): choose T at most "
              + MAXIMUM_TSC_KILOHERTZ / hostTscKilohertz);
    }
    return exact.roundToLong();
  }

  /**
   * Whether a guest's kernel that uses TSC-deadline timers programs them at the rate it assumes. It
   * registers them at {@code tsc_khz * 125} Hz in an unsigned int ({@code setup_APIC_timer}, Linux,
   * arch/x86/kernel/apic/apic.c), which wraps beyond {@link #MAXIMUM_DEADLINE_TSC_KILOHERTZ}; its
   * timers then fire early and are set again until they are due. The clock itself is not affected,
   * nor are guests without that timer, such as those of QEMU's TCG.
   */
  public static boolean deadlineTimerIsTrue(long assumedTscKilohertz) {
    return assumedTscKilohertz <= MAXIMUM_DEADLINE_TSC_KILOHERTZ;
  }

  /**
   * The dilation that a guest really has where its kernel assumes one TSC rate and the host has
   * another: the inverse of {@link #assumedTscKilohertz}. It differs from the T asked for by the
   * rounding to whole kHz.
   */
  public static Rational dilationOfTsc(long assumedTscKilohertz, long hostTscKilohertz) {
    return Rational.of(assumedTscKilohertz, hostTscKilohertz);
  }

  /**
   * When on the host's clock something is due that is scheduled in model time.
   *
   * @param start host time at which the schedule began
   * @param modelOffset model time since then
   */
  public static Instant scheduledHostTime(
      Instant start, Duration modelOffset, DilationFactor factor) {
    return start.plus(hostDuration(modelOffset, factor));
  }

  /** Model time since {@code start} that has passed at a host time. */
  public static Duration scheduledModelOffset(
      Instant start, Instant hostTime, DilationFactor factor) {
    return guestDuration(Duration.between(start, hostTime), factor);
  }

  private static void requireCpus(int cpus) {
    if (cpus < 1) {
      throw new IllegalArgumentException(
          "a machine has " + cpus + " cpus: write a whole number from 1");
    }
  }

  private static Rational nanos(Duration duration) {
    BigInteger total =
        BigInteger.valueOf(duration.getSeconds())
            .multiply(NANOS_PER_SECOND)
            .add(BigInteger.valueOf(duration.getNano()));
    return new Rational(total, BigInteger.ONE);
  }

  /** Throws ArithmeticException where the seconds do not fit a long. */
  private static Duration ofNanos(Rational nanos) {
    BigInteger[] parts = nanos.round().divideAndRemainder(NANOS_PER_SECOND);
    return Duration.ofSeconds(parts[0].longValueExact(), parts[1].longValueExact());
  }
}
