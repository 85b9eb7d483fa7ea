package dev.diecast.daemon.dilation;

import dev.diecast.core.DilationFactor;
import java.util.Optional;

/**
 * What the host's module says of itself (DIECAST_KVM_INFO).
 *
 * @param features bits of {@link ModuleAbi}
 * @param missed calls that went past its hooks: not 0 where kernel probes were switched off
 */
public record ModuleInfo(
    int abi,
    int features,
    long maxNumerator,
    long maxDenominator,
    long maxFactor,
    long dilated,
    long maxProcesses,
    long missed,
    String version) {

  boolean has(int feature) {
    return (features & feature) == feature;
  }

  /** Why no guest can be dilated by it; empty where any can. */
  public Optional<String> obstacle() {
    if (abi != ModuleAbi.ABI) {
      return Optional.of(
          "module diecast_kvm %s has ABI %d and this daemon speaks ABI %d: install the two of one release"
              .formatted(version, abi, ModuleAbi.ABI));
    }
    if (!has(ModuleAbi.FEATURE_KVMCLOCK)) {
      return Optional.of("module diecast_kvm %s does not dilate kvm-clock".formatted(version));
    }
    if (missed > 0) {
      return Optional.of(
          "%d calls of KVM's went past the hooks of module diecast_kvm: switch kernel probes on (echo 1 > /sys/kernel/debug/kprobes/enabled) and load it anew"
              .formatted(missed));
    }
    return Optional.empty();
  }

  /** Why it does not take a factor; empty where it does. */
  Optional<String> refusal(DilationFactor factor) {
    boolean fits =
        factor.value().numerator().bitLength() < Integer.SIZE
            && factor.value().denominator().bitLength() < Integer.SIZE
            && factor.value().numerator().longValueExact() <= maxNumerator
            && factor.value().denominator().longValueExact() <= maxDenominator
            && factor.compareTo(DilationFactor.of(Math.min(maxFactor, DilationFactor.MAXIMUM)))
                <= 0;
    return fits
        ? Optional.empty()
        : Optional.of(
            "T = %s is beyond module diecast_kvm %s, which takes up to %d as a fraction of at most %d/%d"
                .formatted(factor, version, maxFactor, maxNumerator, maxDenominator));
  }
}
