package dev.diecast.core.fidelity;

import dev.diecast.core.time.ClockEstimate;
import dev.diecast.core.time.ClockFit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Judges measurements against tolerances. What is not known is never a pass: a run whose fidelity
 * cannot be shown is worth nothing.
 */
public final class Fidelity {

  private Fidelity() {}

  /**
   * PASS where the whole interval of the rate is within the tolerance, FAIL where none of it is.
   *
   * @param estimate empty where there is none yet
   */
  public static Finding judgeClock(
      String node, Optional<ClockEstimate> estimate, long tolerancePpm) {
    return estimate
        .map(measured -> judgeRate(node, measured, tolerancePpm))
        .orElseGet(
            () ->
                new Finding(
                    node, Finding.CLOCK, Outcome.UNKNOWN, "the clock has not been measured yet"));
  }

  /** As {@link #judgeClock(String, Optional, long)}; a clock that did not run evenly fails. */
  public static Finding judgeClock(String node, ClockFit fit, long tolerancePpm) {
    return switch (fit) {
      case ClockFit.Even even -> judgeRate(node, even.estimate(), tolerancePpm);
      case ClockFit.TooShort tooShort ->
          new Finding(
              node,
              Finding.CLOCK,
              Outcome.UNKNOWN,
              "%d readings of the clock bound no rate yet".formatted(tooShort.samples()));
      case ClockFit.Uneven uneven ->
          new Finding(
                  node,
                  Finding.CLOCK,
                  Outcome.FAIL,
                  "the clock stepped, stopped or changed its rate within %d readings"
                      .formatted(uneven.samples()))
              .because(Cause.ClockWrong);
    };
  }

  private static Finding judgeRate(String node, ClockEstimate estimate, long tolerancePpm) {
    long tolerance = Math.multiplyExact(tolerancePpm, 1000L);
    long distance = Math.abs(estimate.ratePpb());
    Outcome outcome =
        distance + estimate.rateErrorPpb() <= tolerance
            ? Outcome.PASS
            : distance - estimate.rateErrorPpb() > tolerance ? Outcome.FAIL : Outcome.UNKNOWN;
    String measured =
        format(
            "the clock runs %+.3f ppm off, +-%.3f ppm; tolerance %d ppm",
            estimate.ratePpm(), estimate.rateErrorPpm(), tolerancePpm);
    Finding finding =
        new Finding(
                node,
                Finding.CLOCK,
                outcome,
                outcome == Outcome.UNKNOWN ? measured + ": measure for longer" : measured)
            .withShare(new Share(1 + estimate.ratePpb() / 1e9, estimate.rateErrorPpb() / 1e9));
    return outcome == Outcome.FAIL ? finding.because(Cause.ClockWrong) : finding;
  }

  /**
   * Whether the work done is within the tolerance of what was due, on either side: a machine that
   * is too fast is as wrong as one that is too slow.
   *
   * @param share work done over work due; empty where it was not measured
   * @param tolerance 0.1 is 10 %
   */
  public static Finding judgeCpu(String node, Optional<Share> share, double tolerance) {
    if (share.isEmpty()) {
      return new Finding(node, Finding.CPU, Outcome.UNKNOWN, "the CPU has not been measured");
    }
    Share measured = share.get();
    Outcome outcome = measured.judge(tolerance);
    String text =
        format(
            "the CPU did %.1f +-%.1f %% of what was due; tolerance +-%.1f %%",
            measured.value() * 100, measured.error() * 100, tolerance * 100);
    Finding finding =
        new Finding(
                node,
                Finding.CPU,
                outcome,
                outcome == Outcome.UNKNOWN ? text + ": measure more rounds" : text)
            .withShare(measured);
    return outcome == Outcome.FAIL
        ? finding.because(measured.value() > 1 ? Cause.CpuExcess : Cause.CpuStarved)
        : finding;
  }

  /** FAIL if anything failed; else UNKNOWN if anything is unknown or nothing was judged. */
  public static Outcome verdict(List<Finding> findings) {
    return Outcome.together(findings.stream().map(Finding::outcome).toList());
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
