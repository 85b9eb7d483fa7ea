package dev.diecast.daemon.host;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * The host's TSC rate and how it was found.
 *
 * @param kilohertz ticks per millisecond of host time
 */
public record TscRate(long kilohertz, Source source) {
  /** As DilationHost names them. */
  public enum Source {
    /** KVM_GET_TSC_KHZ. */
    KVM,
    /** The boot log's "tsc: Detected" or "Refined" line. */
    Kernel,
    /** Counted against CLOCK_MONOTONIC. */
    Calibrated
  }

  /** Beyond this the kernel's figure and the counted one cannot both be the same clock. */
  static final long AGREEMENT_PPM = 100;

  /** A new figure this near to the published one is the same rate, counted again. */
  static final long SAME_RATE_PPM = 20;

  /**
   * The truest of what was found. KVM's figure is the kernel's own and the same at each start of
   * the daemon; the counted one wins where they disagree, since it is against the very clock that
   * guests are compared with.
   */
  static Optional<TscRate> choose(OptionalLong kvm, OptionalLong calibrated, OptionalLong kernel) {
    if (kvm.isPresent()
        && (calibrated.isEmpty()
            || differencePpm(kvm.getAsLong(), calibrated.getAsLong()) <= AGREEMENT_PPM)) {
      return Optional.of(new TscRate(kvm.getAsLong(), Source.KVM));
    }
    if (calibrated.isPresent()) {
      return Optional.of(new TscRate(calibrated.getAsLong(), Source.Calibrated));
    }
    return kernel.isPresent()
        ? Optional.of(new TscRate(kernel.getAsLong(), Source.Kernel))
        : Optional.empty();
  }

  /**
   * This rate, or the one already published where it is the same but for the error of counting: a
   * guest's kernel arguments hold the rate, and a flicker of it must restart nobody.
   */
  TscRate steadiedBy(Optional<TscRate> published) {
    return published
        .filter(p -> p.source == source && source == Source.Calibrated)
        .filter(p -> differencePpm(p.kilohertz, kilohertz) <= SAME_RATE_PPM)
        .orElse(this);
  }

  private static double differencePpm(long a, long b) {
    return Math.abs(a - b) * 1e6 / b;
  }
}
