package dev.diecast.daemon.node;

import dev.diecast.core.Rational;
import dev.diecast.core.fidelity.Tolerances;
import dev.diecast.daemon.cgroup.CapOutcome;
import dev.diecast.daemon.clock.ClockState;
import dev.diecast.daemon.cpu.CpuReading;
import dev.diecast.daemon.dilation.DilationOutcome;
import dev.diecast.daemon.disk.ThrottleOutcome;
import dev.diecast.daemon.network.model.NetworkOutcome;
import dev.diecast.daemon.overload.FidelityWatch;
import dev.diecast.daemon.record.VmIdentity;
import java.util.Optional;

/**
 * All that the daemon knows of one node at one moment.
 *
 * @param generation of the spec that this speaks of
 * @param target with its resources by the T that they have now; empty where the spec cannot be had
 * @param invalid why it cannot
 * @param dilation what became of bringing its clock to T; empty before the first attempt
 * @param disks what became of throttling its disks; empty before the first attempt
 * @param network what became of joining it to its model's network; empty where it has none
 * @param cap what became of capping it; empty before the first attempt
 * @param fidelity whether anything speaks against its being faithful, and when anything did
 */
public record NodeView(
    VmIdentity vm,
    long generation,
    Optional<NodeTarget> target,
    Optional<String> invalid,
    Optional<DilationOutcome> dilation,
    Optional<CapOutcome> cap,
    Optional<CpuReading> cpu,
    Optional<ClockState> clock,
    Optional<ThrottleOutcome> disks,
    Optional<NetworkOutcome> network,
    FidelityWatch.Verdict fidelity) {

  /**
   * How far it may be from the truth.
   *
   * @param clockPpm where its model says nothing
   */
  Tolerances tolerances(long clockPpm) {
    return target
        .flatMap(NodeTarget::tolerances)
        .orElseGet(() -> new Tolerances(clockPpm, Tolerances.DEFAULT.cpuRatio()));
  }

  /** Host cores that the caps in force let its vCPUs use together; none where there is no cap. */
  Rational cores() {
    return cap.filter(CapOutcome.Capped.class::isInstance)
        .map(CapOutcome.Capped.class::cast)
        .map(capped -> capped.cap().cores().times(capped.vcpus().size()))
        .orElse(Rational.ZERO);
  }
}
