package dev.diecast.daemon.node;

import dev.diecast.core.fidelity.Cause;
import dev.diecast.core.fidelity.CpuDelivery;
import dev.diecast.core.fidelity.DiskUse;
import dev.diecast.core.fidelity.Evidence;
import dev.diecast.core.fidelity.Fidelity;
import dev.diecast.core.fidelity.Finding;
import dev.diecast.core.fidelity.HostCpu;
import dev.diecast.core.fidelity.Outcome;
import dev.diecast.core.fidelity.PipeUse;
import dev.diecast.core.fidelity.Tolerances;
import dev.diecast.daemon.cgroup.CapOutcome;
import dev.diecast.daemon.cgroup.Drift;
import dev.diecast.daemon.clock.ClockState;
import dev.diecast.daemon.cpu.CpuReading;
import dev.diecast.daemon.network.model.NetworkOutcome;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** What speaks for and against a node's being faithful, from what the daemon knows. Pure. */
final class NodeEvidence {
  private static final String PIPES_CHANGED =
      "somebody else had changed what the pipes of its model do, by another PipeGraph or in the"
          + " kernel; it was put right";

  private NodeEvidence() {}

  /**
   * What is over again, and no state shows.
   *
   * @param processStopped one of the VM's own, as a sentence
   * @param hostPaused all of it, as a sentence
   * @param pipesChanged since when the pipes of its model were not what the model asks for
   */
  record Past(
      Optional<String> processStopped,
      Optional<String> hostPaused,
      Optional<Instant> pipesChanged) {}

  /**
   * @param past what was the matter since the last look
   * @param limitAbove whether a quota above the VM's own cgroup held it back
   */
  static Evidence of(
      NodeView view,
      Past past,
      HostCpu host,
      boolean limitAbove,
      Optional<DiskUse> disk,
      Optional<PipeUse> pipes,
      Tolerances tolerances) {
    SortedMap<Integer, CpuDelivery> none = Collections.emptySortedMap();
    Map<Cause, String> sure = new EnumMap<>(Cause.class);
    past.processStopped().ifPresent(text -> sure.put(Cause.ProcessStopped, text));
    past.hostPaused().ifPresent(text -> sure.put(Cause.HostPaused, text));
    past.pipesChanged().ifPresent(_ -> sure.put(Cause.PipesChanged, PIPES_CHANGED));
    clock(view, tolerances)
        .filter(finding -> finding.outcome() == Outcome.FAIL)
        .ifPresent(finding -> sure.put(Cause.ClockWrong, finding.reason()));
    view.cap()
        .filter(CapOutcome.Refused.class::isInstance)
        .ifPresent(refused -> sure.put(Cause.NotCapped, ((CapOutcome.Refused) refused).message()));
    notNetworked(view).ifPresent(text -> sure.put(Cause.NotNetworked, text));
    return new Evidence(
        sure,
        view.clock().flatMap(ClockState::lastReading),
        past.pipesChanged(),
        capped(view).flatMap(capped -> cause(capped.drift())),
        view.cpu().map(CpuReading::sinceLast).orElse(none),
        view.cpu().map(CpuReading::recent).orElse(none),
        host,
        limitAbove,
        DiskReport.judge(view),
        disk,
        pipes);
  }

  /** Why a node with a network is not joined to it; empty where it is. */
  static Optional<String> notNetworked(NodeView view) {
    return view.network()
        .filter(NetworkOutcome.Refused.class::isInstance)
        .map(NetworkOutcome.Refused.class::cast)
        .map(refused -> "%s: %s".formatted(refused.obstacle(), refused.message()));
  }

  /** Whether the node is capped and on its network, and its clock is shown to run at T. */
  static boolean isProven(NodeView view, Tolerances tolerances) {
    return capped(view).isPresent()
        && notNetworked(view).isEmpty()
        && clock(view, tolerances).filter(finding -> finding.outcome() == Outcome.PASS).isPresent();
  }

  private static Optional<CapOutcome.Capped> capped(NodeView view) {
    return view.cap()
        .filter(CapOutcome.Capped.class::isInstance)
        .map(CapOutcome.Capped.class::cast);
  }

  private static Optional<Finding> clock(NodeView view, Tolerances tolerances) {
    return view.clock()
        .filter(clock -> clock.unreachable().isEmpty())
        .map(clock -> Fidelity.judgeClock(view.vm().name(), clock.fit(), tolerances.clockPpm()));
  }

  private static Optional<Cause> cause(Set<Drift> drift) {
    if (drift.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        drift.equals(Set.of(Drift.CapChanged)) ? Cause.CapChanged : Cause.CgroupMoved);
  }
}
