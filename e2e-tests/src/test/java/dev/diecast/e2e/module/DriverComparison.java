package dev.diecast.e2e.module;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.fidelity.Share;
import dev.diecast.core.frame.GuestKernelClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

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

  private static final double GUEST_SECONDS = 0.2;
  private static final double RATE_PPM = 200;

  /** A machine that others use scatters; the error falls with the root of the rounds. */
  private static final int MOST_TIMES = 4;

  /**
   * Both run at the same time on one CPU of the VM, a slice of each in every period of their caps:
   * whatever else this machine does takes its time from both alike.
   *
   * @param rounds at least; up to {@value #MOST_TIMES} times as many where these do not tell
   * @param difference that is to be told
   */
  static DriverComparison measure(ModuleHost host, int rounds, double difference) throws Exception {
    long kilohertz = Long.parseLong(host.bare("khz").get("khz"));
    String arguments = GuestKernelClock.arguments(kilohertz, DilationFactor.parse(FACTOR));
    Guest kernel = host.boot("by-kernel", 1, "1/1", "-no-hpet -append '" + arguments + "'");
    Guest module = host.boot("by-module", 1, FACTOR + "/1", "-no-hpet");
    assertThat(kernel.awaitUp()[1]).startsWith("tsc");
    assertThat(module.awaitUp()[1]).isEqualTo("kvm-clock");
    for (Guest guest : List.of(kernel, module)) {
      assertThat(Math.abs(guest.rateError(3, Double.parseDouble(FACTOR)))).isLessThan(RATE_PPM);
      guest.cap(CAP_PERCENT);
    }
    DriverComparison all = new DriverComparison(new ArrayList<>(), new ArrayList<>());
    for (int times = 0; times < MOST_TIMES && (times == 0 || !all.tells(difference)); times++) {
      all.add(kernel, module, rounds);
    }
    return all;
  }

  private void add(Guest kernel, Guest module, int rounds) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < rounds; round++) {
        Future<Double> one = threads.submit(() -> kernel.loopsPerSecond(GUEST_SECONDS));
        Future<Double> other = threads.submit(() -> module.loopsPerSecond(GUEST_SECONDS));
        byKernel.add(one.get());
        byModule.add(other.get());
      }
    }
  }

  /** Whether such a difference could not be hidden by the scatter of the rounds. */
  boolean tells(double difference) {
    return 3 * ratio().error() <= difference;
  }

  /** HostModule's over GuestKernel's, of all rounds. */
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
