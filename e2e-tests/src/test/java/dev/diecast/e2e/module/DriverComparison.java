package dev.diecast.e2e.module;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.fidelity.Share;
import dev.diecast.core.frame.Frames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The same guest twice, dilated by its kernel's arguments (driver GuestKernel) and by the module
 * (driver HostModule), with the same cap of its vCPU thread: what a CPU is worth to it in a second
 * of its own.
 *
 * @param byKernel loops per guest second, round by round
 * @param byModule as many
 */
record DriverComparison(List<Double> byKernel, List<Double> byModule) {
  private static final String FACTOR = "10";

  /** A tenth of a CPU: the guest sees a whole one. */
  private static final int CAP_PERCENT = 10;

  private static final double GUEST_SECONDS = 0.5;
  private static final double RATE_PPM = 200;

  /** Rounds alternate, so that what else this machine does hits both alike. */
  static DriverComparison measure(ModuleHost host, int rounds)
      throws IOException, InterruptedException {
    long kilohertz = Long.parseLong(host.bare("khz").get("khz"));
    String arguments =
        "tsc_early_khz=%d tsc=reliable no-kvmclock nohpet acpi_pm=off no_timer_check"
            .formatted(Frames.assumedTscKilohertz(kilohertz, DilationFactor.parse(FACTOR)));
    Guest kernel = host.boot("by-kernel", 1, "1/1", "-no-hpet -append '" + arguments + "'");
    Guest module = host.boot("by-module", 1, FACTOR + "/1", "-no-hpet");
    assertThat(kernel.awaitUp()[1]).startsWith("tsc");
    assertThat(module.awaitUp()[1]).isEqualTo("kvm-clock");
    for (Guest guest : List.of(kernel, module)) {
      assertThat(Math.abs(guest.rateError(3, Double.parseDouble(FACTOR)))).isLessThan(RATE_PPM);
      guest.cap(CAP_PERCENT);
    }
    List<Double> byKernel = new ArrayList<>();
    List<Double> byModule = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      // A B, B A, and so on: neither is always the first.
      if (round % 2 == 0) {
        byKernel.add(kernel.loopsPerSecond(GUEST_SECONDS));
        byModule.add(module.loopsPerSecond(GUEST_SECONDS));
      } else {
        byModule.add(module.loopsPerSecond(GUEST_SECONDS));
        byKernel.add(kernel.loopsPerSecond(GUEST_SECONDS));
      }
    }
    return new DriverComparison(byKernel, byModule);
  }

  /** HostModule's over GuestKernel's, of rounds that follow each other. */
  Share ratio() {
    double[] ratios = new double[byKernel.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = byModule.get(i) / byKernel.get(i);
    }
    return Share.ofReadings(ratios);
  }

  String describe() {
    return "T = %s, vCPU thread at %d %%: HostModule's guest over GuestKernel's %.4f +- %.4f; million loops per guest second %s and %s"
        .formatted(
            FACTOR,
            CAP_PERCENT,
            ratio().value(),
            ratio().error(),
            millions(byModule),
            millions(byKernel));
  }

  private static String millions(List<Double> rounds) {
    return rounds.stream().map(loops -> "%.1f".formatted(loops / 1e6)).toList().toString();
  }
}
