package dev.diecast.daemon.node;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.fidelity.DiskUse;
import dev.diecast.core.fidelity.HostCpu;
import dev.diecast.core.fidelity.PipeUse;
import dev.diecast.core.fidelity.Tolerances;
import dev.diecast.core.frame.DilationChange;
import dev.diecast.daemon.cgroup.CapOutcome;
import dev.diecast.daemon.cpu.CpuReading;
import dev.diecast.daemon.dilation.DilationOutcome;
import dev.diecast.daemon.dilation.Dilator;
import dev.diecast.daemon.disk.ThrottleOutcome;
import dev.diecast.daemon.network.model.NetworkOutcome;
import dev.diecast.daemon.overload.FidelityWatch;
import dev.diecast.daemon.overload.HostLoad;
import dev.diecast.daemon.overload.LimitAbove;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.record.VmRecord;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * One DilatedNode on this host: its process as long as there is one, and all that is watched of it.
 * Stepped by one thread; its {@link #view} may be read by any.
 */
final class Vm implements AutoCloseable {
  private final VmIdentity identity;
  private final Surroundings daemon;

  private long generation = -1;
  private Optional<NodeTarget> target = Optional.empty();
  private Optional<String> invalid = Optional.empty();
  private volatile Optional<RunningVm> running = Optional.empty();
  private volatile NodeView view;
  private final FidelityWatch fidelity;
  private final LimitAbove limitAbove = new LimitAbove();
  private volatile FidelityWatch.Verdict verdict = FidelityWatch.Verdict.NONE;
  private volatile Optional<NetworkOutcome> network = Optional.empty();
  private Optional<StepSequence> sequence = Optional.empty();
  private VmRound round;

  /**
   * @param fidelity the node's record so far
   */
  Vm(VmIdentity identity, Surroundings daemon, FidelityWatch fidelity) {
    this.identity = identity;
    this.daemon = daemon;
    this.fidelity = fidelity;
    this.view = nothingYet();
  }

  NodeView view() {
    // The clock is read on a thread of its own, so it is asked at the last moment.
    NodeView last = view;
    Optional<RunningVm> now = running;
    return new NodeView(
        last.vm(),
        last.generation(),
        last.target(),
        last.invalid(),
        last.dilation(),
        last.cap(),
        last.cpu(),
        now.flatMap(RunningVm::clock),
        last.disks(),
        network,
        verdict);
  }

  /**
   * Brings the VM nearer to its target, as far as its model's pipes: {@link #afterPipes} does the
   * rest, once the pipes are as {@link #ofResources} wants them.
   */
  void step(DilatedNode node, Optional<QemuProcess> qemu) throws IOException {
    sequence = Optional.empty();
    readTarget(node);
    if (running.isPresent()
        && !qemu.map(QemuProcess::key).equals(Optional.of(running.get().process()))) {
      close();
    }
    if (qemu.isEmpty()) {
      undo();
      view = nothingYet();
      return;
    }
    RunningVm process = running.orElseGet(() -> new RunningVm(identity, daemon, qemu.get()));
    running = Optional.of(process);
    process.readDiskProcesses(qemu.get());
    if (target.isEmpty()) {
      view = nothingYet();
      return;
    }
    NodeTarget wanted = target.get();
    Dilator dilator = daemon.dilator(wanted.driver());
    DilationChange change =
        new DilationChange(
            dilator.inEffect(identity, wanted.clock(), qemu.get()), wanted.clock().factor());
    round = new VmRound(identity, node, wanted, qemu.get(), process, dilator);
    sequence = Optional.of(new StepSequence(change, round));
    sequence.get().untilPipes();
  }

  /** What comes after the pipes of this round. */
  void afterPipes() throws IOException {
    if (sequence.filter(StepSequence::isAtPipes).isEmpty()) {
      return;
    }
    StepSequence now = sequence.get();
    sequence = Optional.empty();
    now.afterPipes();
    view = viewOf(round.given(), round.dilation(), round.cap(), round.cpu(), round.disks());
    round.watchClock();
  }

  /** T of its resources in this round; its node's own where nothing holds it back. */
  DilationFactor ofResources(DilatedNode node) {
    return sequence
        .map(StepSequence::ofResources)
        .orElseGet(() -> node.getSpec().timeDilation().dilationFactor());
  }

  /** What became of joining it to its model's network, if it has one. */
  void networked(Optional<NetworkOutcome> outcome) {
    network = outcome;
  }

  private void readTarget(DilatedNode node) {
    if (node.getMetadata().getGeneration() == generation) {
      return;
    }
    generation = node.getMetadata().getGeneration();
    try {
      target = Optional.of(NodeTarget.of(node));
      invalid = Optional.empty();
    } catch (IllegalArgumentException | NullPointerException e) {
      target = Optional.empty();
      invalid = Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Takes back what was done to the host for this VM, if anything was. */
  void undo() throws IOException {
    Optional<VmRecord> record = daemon.records().find(identity.uid());
    if (record.isPresent()) {
      daemon.undo(record.get());
    }
  }

  private NodeView nothingYet() {
    return viewOf(target, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  private NodeView viewOf(
      Optional<NodeTarget> given,
      Optional<DilationOutcome> dilation,
      Optional<CapOutcome> cap,
      Optional<CpuReading> cpu,
      Optional<ThrottleOutcome> disks) {
    return new NodeView(
        identity,
        generation,
        given,
        invalid,
        dilation,
        cap,
        cpu,
        Optional.empty(),
        disks,
        network,
        FidelityWatch.Verdict.NONE);
  }

  /** What this VM has of the host; empty where it has no process, or no cap. */
  Optional<HostLoad.Own> own() {
    return running.flatMap(
        process ->
            view.cpu()
                .map(
                    cpu ->
                        new HostLoad.Own(
                            process.process(), cpu.usageNanos(), process.diskProcesses())));
  }

  private boolean isLimitedAbove(NodeView seen, Tolerances tolerances) {
    boolean starved =
        seen.cpu().stream()
            .flatMap(cpu -> cpu.recent().values().stream())
            .anyMatch(vcpu -> vcpu.isStarved(tolerances));
    return seen.cap()
        .filter(CapOutcome.Capped.class::isInstance)
        .map(capped -> ((CapOutcome.Capped) capped).vcpus().getFirst().cgroup().getParent())
        .map(parent -> limitAbove.look(parent, starved))
        .orElse(false);
  }

  /** Between two steps: a process that is stopped for a moment is so in none of them. */
  void lookForStops() {
    running.ifPresent(RunningVm::lookForStops);
  }

  /**
   * Judges what the last step has found.
   *
   * @param paused whether the whole host stood still, as a sentence
   * @param pipesChanged since when its model's pipes were another's, where that is over
   */
  FidelityWatch.Verdict judge(
      HostCpu host,
      Optional<String> paused,
      Optional<Instant> pipesChanged,
      Optional<DiskUse> disk,
      Optional<PipeUse> pipes,
      Instant now) {
    NodeView seen = view();
    Tolerances tolerances = seen.tolerances(daemon.clock().tolerancePpm());
    verdict =
        running.isEmpty()
            ? fidelity.gone(now)
            : fidelity.judge(
                NodeEvidence.of(
                    seen,
                    new NodeEvidence.Past(running.get().seenStopped(), paused, pipesChanged),
                    host,
                    isLimitedAbove(seen, tolerances),
                    disk,
                    pipes,
                    tolerances),
                tolerances,
                NodeEvidence.isProven(seen, tolerances),
                now);
    return verdict;
  }

  /** Stops watching; what was done to the host stays. */
  @Override
  public void close() {
    running.ifPresent(RunningVm::stopWatch);
    running = Optional.empty();
  }
}
