package dev.diecast.standalone.cli;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.api.v1alpha1.EffectiveDilation;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.fidelity.Fidelity;
import dev.diecast.core.fidelity.Finding;
import dev.diecast.core.fidelity.Outcome;
import dev.diecast.core.frame.Frames;
import dev.diecast.core.time.ClockEstimate;
import dev.diecast.standalone.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Measures whether a running model is true: each guest's clock over a window of host time, and each
 * guest's CPU while all are busy, against an undilated reference guest in the same run.
 */
final class FidelityRun {
  private final Session session;
  private final Progress progress;
  private final Thresholds thresholds;

  /**
   * @param clockPpm tolerance of a clock's rate
   * @param cpuPercent tolerance of delivered over due CPU
   * @param clockWindow least host time that a clock is watched
   * @param bootGuestTime how long a guest may take to boot, in its own time
   * @param cpuRounds rounds of the CPU loop
   * @param cpuRoundHostTime length of one round
   */
  record Thresholds(
      long clockPpm,
      double cpuPercent,
      Duration clockWindow,
      Duration bootGuestTime,
      int cpuRounds,
      Duration cpuRoundHostTime) {}

  FidelityRun(Session session, Progress progress, Thresholds thresholds) {
    this.session = session;
    this.progress = progress;
    this.thresholds = thresholds;
  }

  RunReport measure(ScaleModel wanted) throws InterruptedException, IOException {
    long start = System.nanoTime();
    ModelWatch watch = session.watch(wanted, progress);
    ModelWatch.Snapshot placed =
        watch.await("placement", Duration.ofMinutes(3), snapshot -> snapshot.isTrue("Placed"));
    EffectiveDilation dilation = placed.model().getStatus().timeDilation();
    DilationFactor factor = DilationFactor.parse(dilation.factor());
    try (ReferenceGuest reference = ReferenceGuest.start(session, placed, progress)) {
      double firstGuest =
          new BootWait(session, progress, thresholds.bootGuestTime()).await(watch, factor, start);
      CpuProbe.Result cpu =
          new CpuProbe(progress, reference.exec(), thresholds.cpuRoundHostTime())
              .measure(CpuProbe.subjects(session, placed.nodes()), thresholds.cpuRounds());
      ModelWatch.Snapshot measured = awaitClockWindow(watch);
      return report(measured, cpu, firstGuest, (System.nanoTime() - start) / 1e9);
    }
  }

  private ModelWatch.Snapshot awaitClockWindow(ModelWatch watch) throws InterruptedException {
    progress.step(
        "clocks: watching until each was seen for %d s of host time"
            .formatted(thresholds.clockWindow().toSeconds()));
    try {
      return watch.await(
          "clock window",
          thresholds.clockWindow().multipliedBy(3).plusSeconds(30),
          snapshot ->
              snapshot.nodes().stream()
                  .allMatch(node -> clock(node).filter(this::longEnough).isPresent()));
    } catch (IllegalStateException e) {
      progress.step(e.getMessage() + "; reporting what there is");
      return watch.snapshot().orElseThrow(() -> e);
    }
  }

  private boolean longEnough(DilatedNodeStatus.Clock clock) {
    return clock.windowMillis() != null
        && clock.windowMillis() >= thresholds.clockWindow().toMillis();
  }

  private static Optional<DilatedNodeStatus.Clock> clock(DilatedNode node) {
    return Optional.ofNullable(node.getStatus()).map(DilatedNodeStatus::clock);
  }

  private RunReport report(
      ModelWatch.Snapshot snapshot, CpuProbe.Result cpu, double firstGuest, double seconds) {
    List<RunReport.Node> nodes = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    for (DilatedNode node : snapshot.nodes()) {
      String name = node.getMetadata().getName();
      Finding clock = judgeClock(name, clock(node));
      OptionalDouble ratio = Medians.of(cpu.ratios().getOrDefault(name, List.of()));
      Finding speed = judgeCpu(name, ratio, cpu.failures().get(name));
      findings.add(clock);
      findings.add(speed);
      nodes.add(
          new RunReport.Node(
              name,
              node.getSpec().group(),
              node.getSpec().host(),
              Fidelity.verdict(List.of(clock, speed)),
              clock(node).map(Views::clock).orElse(RunReport.Clock.UNMEASURED),
              new RunReport.Cpu(
                  boxed(ratio),
                  boxed(Medians.of(cpu.rates().getOrDefault(name, List.of()))),
                  due(node).toDouble()),
              Optional.ofNullable(node.getStatus())
                  .map(DilatedNodeStatus::fidelity)
                  .map(DilatedNodeStatus.Fidelity::unfaithfulIntervals)
                  .orElse(null)));
    }
    ScaleModel model = snapshot.model();
    EffectiveDilation dilation = model.getStatus().timeDilation();
    return new RunReport(
        Fidelity.verdict(findings),
        model.getMetadata().getName(),
        model.getMetadata().getNamespace(),
        dilation.factor(),
        dilation.driver().name(),
        nodes,
        reference(cpu.reference()),
        findings,
        firstGuest,
        seconds);
  }

  private Finding judgeClock(String name, Optional<DilatedNodeStatus.Clock> clock) {
    return Fidelity.judgeClock(
        name,
        clock
            .filter(this::longEnough)
            .filter(c -> c.ratePpb() != null && c.rateErrorPpb() != null)
            .map(
                c ->
                    new ClockEstimate(
                        c.ratePpb(),
                        c.rateErrorPpb(),
                        c.offsetMicros() * 1000,
                        c.offsetErrorMicros() * 1000,
                        c.samples(),
                        c.windowMillis() * 1_000_000)),
        thresholds.clockPpm());
  }

  private Finding judgeCpu(String name, OptionalDouble ratio, String failure) {
    return failure == null
        ? Fidelity.judgeCpu(name, ratio, thresholds.cpuPercent() / 100)
        : new Finding(name, "cpu", Outcome.UNKNOWN, failure);
  }

  private static Rational due(DilatedNode node) {
    return Frames.hostCpu(
        node.getSpec().machine().cpus(),
        node.getSpec().machine().speed(),
        DilationFactor.parse(node.getSpec().timeDilation().factor()));
  }

  private static RunReport.Reference reference(List<Double> rates) {
    return new RunReport.Reference(
        boxed(Medians.of(rates)),
        rates.stream().min(Double::compare).orElse(null),
        rates.stream().max(Double::compare).orElse(null),
        rates.size());
  }

  private static Double boxed(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }
}
