package dev.diecast.daemon.node;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.core.DilationFactor;
import dev.diecast.daemon.cgroup.CapOutcome;
import dev.diecast.daemon.cpu.CpuReading;
import dev.diecast.daemon.dilation.DilationOutcome;
import dev.diecast.daemon.dilation.Dilator;
import dev.diecast.daemon.disk.ThrottleOutcome;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.record.VmIdentity;
import java.io.IOException;
import java.util.Optional;

/** What one round does to one VM, and what it finds out. */
final class VmRound implements StepSequence.Actions {
  private final VmIdentity identity;
  private final DilatedNode node;
  private final NodeTarget wanted;
  private final QemuProcess qemu;
  private final RunningVm process;
  private final Dilator dilator;
  private NodeTarget given;
  private Optional<DilationOutcome> dilation = Optional.empty();
  private Optional<CapOutcome> cap = Optional.empty();
  private Optional<ThrottleOutcome> disks = Optional.empty();

  VmRound(
      VmIdentity identity,
      DilatedNode node,
      NodeTarget wanted,
      QemuProcess qemu,
      RunningVm process,
      Dilator dilator) {
    this.identity = identity;
    this.node = node;
    this.wanted = wanted;
    this.qemu = qemu;
    this.process = process;
    this.dilator = dilator;
    this.given = wanted;
  }

  @Override
  public DilationFactor clock() {
    DilationOutcome outcome = dilator.apply(identity, wanted.clock(), qemu);
    dilation = Optional.of(outcome);
    return outcome.inEffect();
  }

  @Override
  public void cpu(DilationFactor factor) throws IOException {
    given = by(factor);
    cap = Optional.of(process.cap(given, qemu));
  }

  @Override
  public void disks(DilationFactor factor) {
    given = by(factor);
    disks = Optional.of(process.throttle(given, qemu));
  }

  private NodeTarget by(DilationFactor factor) {
    return factor.equals(wanted.clock().factor()) ? wanted : NodeTarget.of(node, factor);
  }

  /** The target by the T that resources have. */
  Optional<NodeTarget> given() {
    return Optional.of(given);
  }

  Optional<DilationOutcome> dilation() {
    return dilation;
  }

  Optional<CapOutcome> cap() {
    return cap;
  }

  Optional<ThrottleOutcome> disks() {
    return disks;
  }

  Optional<CpuReading> cpu() {
    return cap.flatMap(process::cpu);
  }

  /** A clock that has not the T wanted would be compared with the wrong one. */
  void watchClock() {
    if (dilation.filter(DilationOutcome::isInEffect).isPresent()) {
      process.watchClock(wanted, qemu);
    }
  }
}
