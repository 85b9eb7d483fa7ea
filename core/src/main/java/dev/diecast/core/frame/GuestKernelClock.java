package dev.diecast.core.frame;

import dev.diecast.core.DilationFactor;

/** How a stock guest's kernel is told to keep the clock that it is meant to have. */
public final class GuestKernelClock {
  private GuestKernelClock() {}

  /**
   * Arguments that have it keep its clock by the TSC alone, at a rate T times the true one (Linux,
   * Documentation/admin-guide/kernel-parameters.txt).
   *
   * @param hostTscKilohertz the true rate
   * @throws IllegalArgumentException where no kernel can be told that ({@link
   *     Frames#assumedTscKilohertz})
   */
  public static String arguments(long hostTscKilohertz, DilationFactor factor) {
    return "tsc_early_khz=%d tsc=reliable no-kvmclock nohpet acpi_pm=off no_timer_check"
        .formatted(Frames.assumedTscKilohertz(hostTscKilohertz, factor));
  }
}
