package dev.diecast.standalone.cli.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.cpu.CpuCap;
import dev.diecast.core.cpu.SwitchLoss;
import dev.diecast.core.frame.Frames;
import dev.diecast.standalone.cli.session.TextTable;
import dev.diecast.standalone.cli.work.CpuCompensation;
import dev.diecast.standalone.cli.work.CpuProbe;
import dev.diecast.standalone.cli.work.Medians;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The guests of one speed at one T.
 *
 * @param ratio delivered over due: median of the guests, each the median of its rounds
 * @param ratioLeast of the guest that fared worst
 * @param ratioMost of the guest that fared best
 * @param referenceIterationsPerSecond of the undilated guest, median of the rounds
 * @param dueHostCores of one guest
 * @param quotaMicros of one vCPU, with the correction
 * @param correctionMicros part of the quota that makes up for work lost at switches
 * @param switchLossMicros host time of one vCPU's period that did no work, by this measurement
 * @param longestHoleMicros for which the cap alone can stop a busy guest, guest time
 * @param defaultPeriodHoleMicros the same with the kernel's default period of 100 ms
 * @param stallMicros how long busy guests really were stopped at a stretch, guest time
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record CpuBenchResult(
    String timeDilationFactor,
    String relativeSpeed,
    int guests,
    int rounds,
    Double ratio,
    Double ratioLeast,
    Double ratioMost,
    Double referenceIterationsPerSecond,
    double dueHostCores,
    Long quotaMicros,
    Long periodMicros,
    Long correctionMicros,
    Long switchLossMicros,
    Long longestHoleMicros,
    Long defaultPeriodHoleMicros,
    Stalls stallMicros) {

  /**
   * Of all stalls of a millisecond or more in all guests.
   *
   * @param p99 99 of 100 were not longer
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Stalls(int count, Long p99, Long max) {
    static Stalls of(List<Long> micros) {
      List<Long> sorted = micros.stream().sorted().toList();
      int last = sorted.size() - 1;
      return last < 0
          ? new Stalls(0, null, null)
          : new Stalls(sorted.size(), sorted.get((int) (last * 0.99)), sorted.getLast());
    }
  }

  /** What the guests did. */
  record Measured(CpuProbe.Result work, Map<String, List<Long>> stalls) {}

  static CpuBenchResult of(
      DilationFactor factor,
      Rational speed,
      int rounds,
      List<DilatedNode> nodes,
      Measured measured) {
    List<Double> ratios =
        nodes.stream()
            .map(
                node ->
                    measured.work.ratios().getOrDefault(node.getMetadata().getName(), List.of()))
            .map(Medians::of)
            .filter(OptionalDouble::isPresent)
            .map(OptionalDouble::getAsDouble)
            .sorted()
            .toList();
    Optional<DilatedNodeStatus.Cpu> cpu =
        nodes.stream().map(CpuCompensation::cpu).flatMap(Optional::stream).findFirst();
    return new CpuBenchResult(
        factor.toString(),
        speed.toString(),
        nodes.size(),
        rounds,
        boxed(Medians.of(ratios)),
        ratios.isEmpty() ? null : ratios.getFirst(),
        ratios.isEmpty() ? null : ratios.getLast(),
        boxed(Medians.of(measured.work.reference())),
        Frames.hostCpu(1, speed, factor).toDouble(),
        cpu.map(DilatedNodeStatus.Cpu::quotaMicros).orElse(null),
        cpu.map(DilatedNodeStatus.Cpu::periodMicros).orElse(null),
        cpu.map(DilatedNodeStatus.Cpu::correctionMicros).orElse(null),
        cpu.map(c -> boxed(CpuCompensation.switchLoss(c, Medians.of(ratios)))).orElse(null),
        cpu.map(c -> new CpuCap(c.quotaMicros(), c.periodMicros()).longestHole(1, factor))
            .map(hole -> hole.toNanos() / 1000)
            .orElse(null),
        defaultPeriodHole(speed, factor).toNanos() / 1000,
        Stalls.of(
            nodes.stream()
                .map(node -> measured.stalls.getOrDefault(node.getMetadata().getName(), List.of()))
                .flatMap(List::stream)
                .toList()));
  }

  private static Duration defaultPeriodHole(Rational speed, DilationFactor factor) {
    Rational micros = Frames.hostCpu(1, speed, factor).times(CpuCap.DEFAULT_PERIOD_MICROS);
    return micros.compareTo(Rational.of(CpuCap.LEAST_QUOTA_MICROS)) < 0
        ? Duration.ofSeconds(1)
        : new CpuCap(micros.roundToLong(), CpuCap.DEFAULT_PERIOD_MICROS).longestHole(1, factor);
  }

  private static Double boxed(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }

  private static Long boxed(OptionalLong value) {
    return value.isPresent() ? value.getAsLong() : null;
  }

  /** As {@link SwitchLoss} knows its guests. */
  Rational slowdown() {
    return SwitchLoss.slowdown(
        Frames.hostCpu(1, Rational.parse(relativeSpeed), DilationFactor.parse(timeDilationFactor)));
  }

  static TextTable table(List<CpuBenchResult> results) {
    TextTable table =
        new TextTable(
            "T",
            "SPEED",
            "GUESTS",
            "DELIVERED/DUE",
            "LEAST TO MOST",
            "CAP",
            "CORRECTION",
            "LOST",
            "HOLE BY CAP (AT 100 MS)",
            "STALLS P99, MAX");
    for (CpuBenchResult result : results) {
      table.row(
          result.timeDilationFactor(),
          result.relativeSpeed(),
          Integer.toString(result.guests()),
          format("%.3f", result.ratio()),
          format("%.3f", result.ratioLeast()) + " to " + format("%.3f", result.ratioMost()),
          format("%.1f", millis(result.quotaMicros()))
              + " of "
              + format("%.1f ms", millis(result.periodMicros())),
          format("%.2f ms", millis(result.correctionMicros())),
          format("%.2f ms", millis(result.switchLossMicros())),
          format("%.1f", millis(result.longestHoleMicros()))
              + format(" (%.1f) ms", millis(result.defaultPeriodHoleMicros())),
          format("%.1f, ", millis(result.stallMicros().p99()))
              + format("%.1f ms", millis(result.stallMicros().max())));
    }
    return table;
  }

  private static Double millis(Long micros) {
    return micros == null ? null : micros / 1e3;
  }

  private static String format(String pattern, Double value) {
    return value == null ? "?" : String.format(Locale.ROOT, pattern, value);
  }
}
