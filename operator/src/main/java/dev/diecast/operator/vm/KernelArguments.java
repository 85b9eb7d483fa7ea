package dev.diecast.operator.vm;

import dev.diecast.api.v1alpha1.DilatedNodeSpec;
import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.core.frame.GuestKernelClock;
import java.util.ArrayList;
import java.util.List;

/**
 * What is said to a guest's kernel at boot.
 *
 * <p>Under {@link Driver#GuestKernel} a TSC that ticks at F is declared to tick at F·T, and every
 * other clock is kept out, so that clock source and deadline timers dilate together (Linux,
 * arch/x86/kernel/tsc.c: {@code tsc_early_khz}).
 */
final class KernelArguments {

  private KernelArguments() {}

  /**
   * What makes the boot of a guest image cheap, which counts where a guest boots on a tenth of a
   * core: no console chatter, no alternatives patched for CPU flaws, no wait for entropy, no
   * self-tests of the crypto code. A template says its own.
   */
  private static final String QUICK_BOOT =
      "quiet mitigations=off random.trust_cpu=on cryptomgr.notests";

  /** Arguments of the image form, before those of the dilation. */
  static String ofImage(DilatedNodeSpec node) {
    return "console=ttyS0 panic=-1 hostname=%s %s".formatted(node.hostName(), QUICK_BOOT);
  }

  /**
   * The arguments with the dilation's own behind them.
   *
   * @throws IllegalStateException where the planner gave a GuestKernel node no TSC rate
   */
  static String dilated(String base, DilatedNodeSpec node) {
    List<String> arguments = new ArrayList<>();
    if (!base.isBlank()) {
      arguments.add(base.strip());
    }
    if (node.timeDilation().driver() == Driver.GuestKernel) {
      if (node.tscKilohertz() == null) {
        throw new IllegalStateException(
            "spec.tscKilohertz is absent: driver GuestKernel needs the host's TSC rate");
      }
      arguments.add(
          GuestKernelClock.arguments(node.tscKilohertz(), node.timeDilation().dilationFactor()));
    }
    return String.join(" ", arguments);
  }
}
