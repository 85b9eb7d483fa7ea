package dev.diecast.standalone.cli.run;

import dev.diecast.api.resources.FidelityReadings;
import dev.diecast.api.resources.HostPulse;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.api.v1alpha1.EffectiveDilation;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.fidelity.Fidelity;
import dev.diecast.core.fidelity.Finding;
import dev.diecast.core.fidelity.ModelVerdict;
import dev.diecast.core.fidelity.NodeReading;
import dev.diecast.core.fidelity.Outcome;
import dev.diecast.core.fidelity.Share;
import dev.diecast.core.fidelity.Tolerances;
import dev.diecast.core.fidelity.Window;
import dev.diecast.core.frame.Frames;
import dev.diecast.core.time.ClockEstimate;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.cli.session.BootWait;
import dev.diecast.standalone.cli.session.ModelWatch;
import dev.diecast.standalone.cli.session.Session;
import dev.diecast.standalone.cli.work.CpuCompensation;
import dev.diecast.standalone.cli.work.CpuProbe;
import dev.diecast.standalone.cli.work.Medians;
import dev.diecast.standalone.cli.work.ReferenceGuests;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Measures whether a running model is true: each guest's clock over a window of host time, and each
 * guest's CPU while all are busy, against undilated reference guests in the same run.
 */
final class FidelityRun {
  private final Session session;
  private final Progress progress;
  private final Plan plan;
  private final NodeLoad load;
  private NodeLoad.Outcome loaded = NodeLoad.Outcome.NONE;
  private Map<String, List<RunHistory.Point>> history = Map.of();

  /**
   * How it is measured.
   *
   * @param clockWindow least host time that a clock is watched
   * @param bootGuestTime how long a guest may take to boot, in its own time
   * @param compensationRounds rounds from which is learnt what caps make vCPUs lose
   * @param cpuRounds rounds of the CPU loop that are judged; more where they do not tell
   * @param cpuRoundHostTime length of one round
   */
  record Plan(
      Duration clockWindow,
      Duration bootGuestTime,
      int compensationRounds,
      int cpuRounds,
      Duration cpuRoundHostTime) {}

  /** Times as many rounds as are wanted, where those do not tell. */
  private static final int MOST_TIMES = 3;

  /**
   * @param load programs to be run in the nodes
   */
  FidelityRun(Session session, Progress progress, Plan plan, NodeLoad.Plan load) {
    this.session = session;
    this.progress = progress;
    this.plan = plan;
    this.load = new NodeLoad(session, progress, load);
  }

  /** What was seen while it was measured; empty before. */
  Map<String, List<RunHistory.Point>> history() {
    return history;
  }

  /** What came of the load; nothing before, or without one. */
  NodeLoad.Outcome loaded() {
    return loaded;
  }

  RunReport measure(ScaleModel wanted) throws InterruptedException, IOException {
    long start = System.nanoTime();
    ModelWatch watch = session.watch(wanted, progress);
    ModelWatch.Snapshot placed =
        watch.await("placement", Duration.ofMinutes(3), snapshot -> snapshot.isTrue("Placed"));
    EffectiveDilation dilation = placed.model().getStatus().timeDilation();
    DilationFactor factor = DilationFactor.parse(dilation.factor());
    try (ReferenceGuests reference = ReferenceGuests.start(session, placed, progress);
        RunHistory seen = new RunHistory(watch)) {
      double firstGuest =
          new BootWait(session, progress, plan.bootGuestTime()).await(watch, factor, start);
      load.prepare(placed.nodes());
      CpuProbe probe = new CpuProbe(progress, reference.speed(), plan.cpuRoundHostTime());
      List<CpuProbe.Subject> subjects = CpuProbe.subjects(session, placed.nodes());
      new CpuCompensation(session, progress, probe)
          .learn(watch, subjects, plan.compensationRounds(), 1);
      Instant from = Instant.now();
      CpuProbe.Result cpu =
          work(probe, subjects, placed.model().getSpec().thresholds().tolerances());
      // With what caps were made wider by meanwhile.
      loaded = load.run(watch.snapshot().orElse(placed).nodes());
      ModelWatch.Snapshot measured = awaitClockWindow(watch);
      history = seen.points();
      ModelVerdict verdict = judge(measured, cpu, new Window(from, Instant.now()));
      return report(measured, cpu, verdict, firstGuest, (System.nanoTime() - start) / 1e9);
    }
  }

  /** On a machine whose speed wanders a few rounds may not tell: then there are more. */
  private CpuProbe.Result work(
      CpuProbe probe, List<CpuProbe.Subject> subjects, Tolerances tolerances)
      throws IOException, InterruptedException {
    CpuProbe.Result all = probe.measure(subjects, plan.cpuRounds());
    for (int times = 1; times < MOST_TIMES && isOpen(all, subjects, tolerances); times++) {
      progress.step("some nodes' CPU cannot be told from this yet: as many rounds again");
      all = all.and(probe.measure(subjects, plan.cpuRounds()));
    }
    return all;
  }

  private static boolean isOpen(
      CpuProbe.Result cpu, List<CpuProbe.Subject> subjects, Tolerances tolerances) {
    return cpu.failures().isEmpty()
        && subjects.stream()
            .map(subject -> judgeCpu(subject.name(), cpu, tolerances).outcome())
            .anyMatch(Outcome.UNKNOWN::equals);
  }

  private ModelWatch.Snapshot awaitClockWindow(ModelWatch watch) throws InterruptedException {
    progress.step(
        "clocks: watching until each was seen for %d s of host time"
            .formatted(plan.clockWindow().toSeconds()));
    try {
      return watch.await(
          "clock window",
          plan.clockWindow().multipliedBy(3).plusSeconds(30),
          snapshot ->
              snapshot.nodes().stream()
                  .allMatch(
                      node -> clock(node).filter(this::longEnough).isPresent() && isJudged(node)));
    } catch (IllegalStateException e) {
      progress.step(e.getMessage() + "; reporting what there is");
      return watch.snapshot().orElseThrow(() -> e);
    }
  }

  private static boolean isJudged(DilatedNode node) {
    return !(FidelityReadings.of(node).now() instanceof NodeReading.State.Unknown);
  }

  private boolean longEnough(DilatedNodeStatus.Clock clock) {
    return clock.windowMillis() != null && clock.windowMillis() >= plan.clockWindow().toMillis();
  }

  private static Optional<DilatedNodeStatus.Clock> clock(DilatedNode node) {
    return Optional.ofNullable(node.getStatus()).map(DilatedNodeStatus::clock);
  }

  /** By the rule of the condition Faithful, with what only a run can measure besides. */
  private ModelVerdict judge(ModelWatch.Snapshot snapshot, CpuProbe.Result cpu, Window window) {
    Tolerances tolerances = snapshot.model().getSpec().thresholds().tolerances();
    Set<String> silent = silentHosts(snapshot);
    return ModelVerdict.of(
        snapshot.nodes().stream()
            .map(
                node -> {
                  String name = node.getMetadata().getName();
                  return FidelityReadings.of(node, silent)
                      .with(judgeClock(name, clock(node), tolerances))
                      .with(judgeCpu(name, cpu, tolerances));
                })
            .toList(),
        tolerances,
        window);
  }

  /** By the operator's word; one host is all that there is here. */
  private static Set<String> silentHosts(ModelWatch.Snapshot snapshot) {
    return snapshot
            .condition("Faithful")
            .filter(faithful -> HostPulse.REASON.equals(faithful.getReason()))
            .isPresent()
        ? snapshot.nodes().stream().map(node -> node.getSpec().host()).collect(Collectors.toSet())
        : Set.of();
  }

  private RunReport report(
      ModelWatch.Snapshot snapshot,
      CpuProbe.Result cpu,
      ModelVerdict verdict,
      double firstGuest,
      double seconds) {
    ScaleModel model = snapshot.model();
    EffectiveDilation dilation = model.getStatus().timeDilation();
    return new RunReport(
        verdict.outcome(),
        model.getMetadata().getName(),
        model.getMetadata().getNamespace(),
        dilation.factor(),
        dilation.driver().name(),
        snapshot.nodes().stream().map(node -> node(node, cpu, verdict)).toList(),
        reference(cpu.reference()),
        List.of(),
        verdict.findings().stream().map(RunReport.Judged::of).toList(),
        new RunReport.Span(verdict.window().from().toString(), verdict.window().to().toString()),
        firstGuest,
        seconds);
  }

  private static RunReport.Node node(DilatedNode node, CpuProbe.Result cpu, ModelVerdict verdict) {
    String name = node.getMetadata().getName();
    Optional<DilatedNodeStatus.Fidelity> record =
        Optional.ofNullable(node.getStatus()).map(DilatedNodeStatus::fidelity);
    return new RunReport.Node(
        name,
        node.getSpec().group(),
        node.getSpec().host(),
        Fidelity.verdict(verdict.of(name)),
        clock(node).map(Views::clock).orElse(RunReport.Clock.UNMEASURED),
        new RunReport.Cpu(
            boxed(Medians.of(cpu.ratios().getOrDefault(name, List.of()))),
            boxed(Medians.of(cpu.rates().getOrDefault(name, List.of()))),
            due(node).toDouble(),
            Optional.ofNullable(node.getStatus())
                .map(DilatedNodeStatus::cpu)
                .map(DilatedNodeStatus.Cpu::correctionMicros)
                .orElse(null)),
        record.map(DilatedNodeStatus.Fidelity::unfaithfulIntervals).orElse(null),
        record.stream()
            .flatMap(r -> r.intervals().stream())
            .map(i -> new RunReport.Interval(i.from(), i.to(), i.reason(), i.deliveredPercent()))
            .toList());
  }

  private Finding judgeClock(
      String name, Optional<DilatedNodeStatus.Clock> clock, Tolerances tolerances) {
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
        tolerances.clockPpm());
  }

  private static Finding judgeCpu(String name, CpuProbe.Result cpu, Tolerances tolerances) {
    String failure = cpu.failures().get(name);
    double[] ratios =
        cpu.ratios().getOrDefault(name, List.of()).stream()
            .mapToDouble(Double::doubleValue)
            .filter(Double::isFinite)
            .toArray();
    return failure == null
        ? Fidelity.judgeCpu(
            name,
            ratios.length == 0 ? Optional.empty() : Optional.of(Share.ofReadings(ratios)),
            tolerances.cpuRatio())
        : new Finding(name, Finding.CPU, Outcome.UNKNOWN, failure);
  }

  /** Host cores that T gives all vCPUs of a node. */
  static Rational due(DilatedNode node) {
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
