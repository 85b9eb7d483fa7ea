package dev.diecast.core.frame;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;

/**
 * How a number of the guest's time frame becomes one of the host's. A guest second lasts T host
 * seconds, so durations stretch, rates shrink and amounts stay. The whole arithmetic of dilation is
 * these two methods; everything else calls them.
 *
 * <p>Source: Gupta et al., "To Infinity and Beyond: Time-Warped Network Emulation", NSDI 2006,
 * section 2 and table 1.
 */
public enum Scaling {
  /** Host value = guest value times T: durations. */
  STRETCHED,
  /** Host value = guest value over T: anything per second. */
  SHRUNK,
  /** Host value = guest value: amounts and probabilities. */
  UNCHANGED;

  /** What the host must give so that the guest sees {@code guestValue}. */
  public Rational toHost(Rational guestValue, DilationFactor factor) {
    return switch (this) {
      case STRETCHED -> guestValue.times(factor.value());
      case SHRUNK -> guestValue.dividedBy(factor.value());
      case UNCHANGED -> guestValue;
    };
  }

  /** What the guest sees where the host gives {@code hostValue}. */
  public Rational toGuest(Rational hostValue, DilationFactor factor) {
    return switch (this) {
      case STRETCHED -> hostValue.dividedBy(factor.value());
      case SHRUNK -> hostValue.times(factor.value());
      case UNCHANGED -> hostValue;
    };
  }
}
