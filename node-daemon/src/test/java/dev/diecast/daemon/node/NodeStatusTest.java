package dev.diecast.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.cpu.CpuCap;
import dev.diecast.core.cpu.Throttling;
import dev.diecast.core.fidelity.CpuDelivery;
import dev.diecast.core.fidelity.FidelityHistory;
import dev.diecast.core.fidelity.HostCpu;
import dev.diecast.core.fidelity.Tolerances;
import dev.diecast.core.time.ClockEstimate;
import dev.diecast.core.time.ClockFit;
import dev.diecast.core.time.ModelClock;
import dev.diecast.daemon.cgroup.CapOutcome;
import dev.diecast.daemon.clock.ClockState;
import dev.diecast.daemon.cpu.CpuReading;
import dev.diecast.daemon.cpu.Vcpu;
import dev.diecast.daemon.dilation.DilationOutcome;
import dev.diecast.daemon.dilation.DilationOutcome.ByGuestKernel;
import dev.diecast.daemon.dilation.ModuleState;
import dev.diecast.daemon.disk.DiskTarget;
import dev.diecast.daemon.overload.FidelityWatch;
import dev.diecast.daemon.process.ProcessKey;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.record.VmRecord;
import dev.diecast.daemon.status.Conditions;
import io.fabric8.kubernetes.api.model.Condition;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class NodeStatusTest {
  private static final Instant NOW = Instant.parse("2026-11-22T01:00:00.123456Z");
  private static final VmIdentity VM = new VmIdentity("u", "default", "m-web-0");
  private static final CpuCap CAP = new CpuCap(10_000, 100_000);
  private static final NodeTarget TARGET =
      new NodeTarget(
          VM,
          3,
          new ModelClock(NOW, DilationFactor.of(10)),
          Driver.GuestKernel,
          Rational.of(1, 5),
          Rational.of(1, 10),
          CAP,
          DiskTarget.NONE,
          Optional.empty());
  private static final long SECOND = 1_000_000_000;

  private static CapOutcome capped() {
    VmRecord record = new VmRecord(VM, new ProcessKey(1, 1), List.of(), true, Map.of());
    Vcpu first = new Vcpu(0, Set.of(5), Path.of("/cg/0"));
    Vcpu second = new Vcpu(1, Set.of(6), Path.of("/cg/1"));
    return new CapOutcome.Capped(CAP, List.of(first, second), record, Set.of());
  }

  private static CpuReading cpu(long usage, long delay) {
    return new CpuReading(
        usage,
        new Throttling(9, 3, 7_000),
        delay,
        NOW,
        new TreeMap<>(),
        new TreeMap<>(Map.of(0, window(usage, delay), 1, window(SECOND / 2, 0))));
  }

  private static CpuDelivery window(long usage, long delay) {
    return new CpuDelivery(10 * SECOND, usage, delay, 5 * SECOND, SECOND, SECOND / 2, 0);
  }

  private static ClockState clock(long ratePpm, long errorPpm) {
    ClockEstimate estimate =
        new ClockEstimate(ratePpm * 1000, errorPpm * 1000, 1_234_567, 999, 12, 60 * SECOND);
    return new ClockState(new ClockFit.Even(estimate), Optional.of(NOW), Optional.empty());
  }

  private static NodeView view(
      Optional<CapOutcome> cap, Optional<CpuReading> cpu, Optional<ClockState> clock) {
    return view(Optional.of(new ByGuestKernel(DilationFactor.of(10))), cap, cpu, clock);
  }

  private static NodeView view(
      Optional<DilationOutcome> dilation,
      Optional<CapOutcome> cap,
      Optional<CpuReading> cpu,
      Optional<ClockState> clock) {
    NodeView seen =
        new NodeView(
            VM,
            3,
            Optional.of(TARGET),
            Optional.empty(),
            dilation,
            cap,
            cpu,
            clock,
            Optional.empty(),
            Optional.empty(),
            FidelityWatch.Verdict.NONE);
    HostCpu host = new HostCpu(10 * SECOND, 2, SECOND, 9 * SECOND, 0, 2 * SECOND, -1);
    FidelityWatch watch = new FidelityWatch(FidelityHistory.CLEAN, false);
    return new NodeView(
        VM,
        3,
        Optional.of(TARGET),
        Optional.empty(),
        dilation,
        cap,
        cpu,
        clock,
        Optional.empty(),
        Optional.empty(),
        watch.judge(
            NodeEvidence.of(
                seen,
                new NodeEvidence.Past(Optional.empty(), Optional.empty(), Optional.empty()),
                host,
                false,
                Optional.empty(),
                Optional.empty(),
                Tolerances.DEFAULT),
            Tolerances.DEFAULT,
            NodeEvidence.isProven(seen, Tolerances.DEFAULT),
            NOW));
  }

  private static String told(NodeView view, String type) {
    List<Condition> conditions = NodeStatus.of(view, 200, List.of(), NOW).conditions();
    Condition condition = Conditions.find(conditions, type).orElseThrow();
    assertThat(condition.getObservedGeneration()).isEqualTo(3);
    return condition.getStatus() + " " + condition.getReason();
  }

  private static String message(NodeView view, String type) {
    List<Condition> conditions = NodeStatus.of(view, 200, List.of(), NOW).conditions();
    return Conditions.find(conditions, type).orElseThrow().getMessage();
  }

  @Test
  void allIsWell() {
    NodeView view =
        view(Optional.of(capped()), Optional.of(cpu(SECOND / 2, 0)), Optional.of(clock(20, 10)));
    DilatedNodeStatus status = NodeStatus.of(view, 200, List.of(), NOW);
    assertThat(status.observedGeneration()).as("the operator's field").isNull();
    assertThat(status.appliedGeneration()).isEqualTo(3);
    assertThat(status.cpu())
        .isEqualTo(
            new DilatedNodeStatus.Cpu(
                200_000L, 10_000L, 100_000L, 0L, 500_000L, 7L, 0L, "2026-11-22T01:00:00.123Z"));
    assertThat(status.clock())
        .isEqualTo(
            new DilatedNodeStatus.Clock(
                20_000L, 10_000L, 1_234L, 1L, 12, 60_000L, "2026-11-22T01:00:00.123Z"));
    assertThat(told(view, "Capped")).isEqualTo("True CapInForce");
    assertThat(message(view, "Capped"))
        .isEqualTo("2 vCPUs may each use 10000 us of CPU in every 100000 us");
    assertThat(told(view, "Dilated")).isEqualTo("True RateWithinTolerance");
    assertThat(told(view, "Faithful")).isEqualTo("True Delivered");
    assertThat(message(view, "Faithful")).contains("its vCPUs ran 1.000 s; 1.000 s were due");
  }

  @Test
  void everyReasonWhyNot() {
    NodeView none = view(Optional.empty(), Optional.empty(), Optional.empty());
    assertThat(told(none, "Capped")).isEqualTo("False NoProcess");
    assertThat(told(none, "Dilated")).isEqualTo("Unknown AgentUnreachable");
    assertThat(told(none, "Faithful")).isEqualTo("Unknown Measuring");
    DilatedNodeStatus status = NodeStatus.of(none, 200, List.of(), NOW);
    assertThat(status.appliedGeneration()).isNull();
    assertThat(status.clock().ratePpb()).isNull();
    assertThat(status.clock().samples()).isZero();

    NodeView refused =
        view(
            Optional.of(new CapOutcome.Refused(CapOutcome.Obstacle.CgroupNotWritable, "read-only")),
            Optional.empty(),
            Optional.of(clock(900, 10)));
    assertThat(told(refused, "Capped")).isEqualTo("False CgroupNotWritable");
    assertThat(told(refused, "Dilated")).isEqualTo("False WrongRate");
    assertThat(told(refused, "Faithful")).isEqualTo("False ClockWrong");

    NodeView coarse =
        view(Optional.of(capped()), Optional.of(cpu(SECOND, 0)), Optional.of(clock(0, 900)));
    assertThat(told(coarse, "Dilated")).isEqualTo("Unknown Measuring");
    assertThat(told(coarse, "Faithful")).isEqualTo("Unknown Measuring");

    NodeView starved =
        view(
            Optional.of(capped()),
            Optional.of(cpu(SECOND / 4, SECOND / 4)),
            Optional.of(clock(0, 1)));
    assertThat(told(starved, "Faithful")).isEqualTo("False CpuContention");
    assertThat(message(starved, "Faithful"))
        .as("the other vCPU got all it was due")
        .contains("vCPU 0 ran 0.250 s; 0.500 s were due");

    NodeView invalid =
        new NodeView(
            VM,
            3,
            Optional.empty(),
            Optional.of("raise the cpus"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            FidelityWatch.Verdict.NONE);
    assertThat(told(invalid, "Capped")).isEqualTo("False CapBelowMinimum");
  }

  @Test
  void theModulesObstacleIsToldInPlaceOfTheClock() {
    DilationOutcome absent =
        new DilationOutcome.Refused(
            DilationFactor.NONE, DilationOutcome.Obstacle.ModuleAbsent, "modprobe diecast_kvm");
    NodeView view =
        view(
            Optional.of(absent), Optional.of(capped()), Optional.empty(), Optional.of(clock(0, 1)));
    assertThat(told(view, "Dilated")).isEqualTo("False ModuleAbsent");
    assertThat(message(view, "Dilated")).contains("modprobe diecast_kvm");
    assertThat(NodeStatus.of(view, 200, List.of(), NOW).appliedGeneration()).isNull();
  }

  @Test
  void whatTheModuleSaysIsInTheStatus() {
    ModuleState state =
        new ModuleState(
            1,
            DilationFactor.of(10),
            Optional.of(DilationFactor.of(10)),
            Optional.of(DilationFactor.of(10)),
            2,
            1,
            77);
    DilationOutcome inEffect =
        new DilationOutcome.InEffect(
            DilationFactor.of(10), new ProcessKey(12, 34), state, List.of("something is not so"));
    NodeView view =
        view(
            Optional.of(inEffect),
            Optional.of(capped()),
            Optional.empty(),
            Optional.of(clock(0, 1)));
    DilatedNodeStatus status = NodeStatus.of(view, 200, List.of(), NOW);
    assertThat(status.dilation())
        .isEqualTo(new DilatedNodeStatus.Dilation(Driver.GuestKernel, "10", "12/34"));
    assertThat(told(view, "Dilated")).isEqualTo("True RateWithinTolerance");
    assertThat(message(view, "Dilated")).endsWith("; but something is not so");
    assertThat(status.appliedGeneration()).isEqualTo(3);
  }

  @Test
  void transitionsAreDatedOnce() {
    NodeView view = view(Optional.of(capped()), Optional.empty(), Optional.of(clock(0, 1)));
    DilatedNodeStatus first = NodeStatus.of(view, 200, List.of(), NOW);
    DilatedNodeStatus later =
        NodeStatus.of(view, 200, first.conditions(), NOW.plus(Duration.ofHours(1)));
    assertThat(later.conditions()).isEqualTo(first.conditions());
  }

  @Test
  void countersAloneWaitLonger() {
    NodeView one =
        view(Optional.of(capped()), Optional.of(cpu(SECOND, 0)), Optional.of(clock(0, 1)));
    NodeView two =
        view(Optional.of(capped()), Optional.of(cpu(SECOND + 9_000, 0)), Optional.of(clock(0, 1)));
    NodeView wrong =
        view(Optional.of(capped()), Optional.of(cpu(SECOND, 0)), Optional.of(clock(900, 1)));
    DilatedNodeStatus before = NodeStatus.of(one, 200, List.of(), NOW);
    Optional<StatusWriter.Written> written = Optional.of(new StatusWriter.Written(before, NOW));
    assertThat(StatusWriter.isDue(Optional.empty(), before, NOW, 1)).isTrue();
    assertThat(due(written, one, 60)).as("nothing new").isFalse();
    assertThat(due(written, two, 9)).isFalse();
    assertThat(due(written, two, 10)).isTrue();
    DilatedNodeStatus later = NodeStatus.of(two, 200, before.conditions(), NOW.plusSeconds(10));
    assertThat(StatusWriter.isDue(written, later, NOW.plusSeconds(10), 50))
        .as("one of fifty")
        .isFalse();
    assertThat(due(written, wrong, 0)).isFalse();
    assertThat(due(written, wrong, 1)).isTrue();
  }

  private static boolean due(Optional<StatusWriter.Written> written, NodeView view, int seconds) {
    Instant now = NOW.plusSeconds(seconds);
    DilatedNodeStatus status =
        NodeStatus.of(view, 200, written.orElseThrow().status().conditions(), now);
    return StatusWriter.isDue(written, status, now, 1);
  }
}
