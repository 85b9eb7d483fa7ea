package dev.diecast.daemon.node;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.core.cpu.CpuCap;
import dev.diecast.core.fidelity.DiskUse;
import dev.diecast.core.fidelity.HostCpu;
import dev.diecast.core.fidelity.PipeUse;
import dev.diecast.core.fidelity.Tolerances;
import dev.diecast.daemon.cgroup.CapOutcome;
import dev.diecast.daemon.cgroup.CpuCapping;
import dev.diecast.daemon.clock.ClockSettings;
import dev.diecast.daemon.clock.ClockWatch;
import dev.diecast.daemon.clock.HostEpochClock;
import dev.diecast.daemon.cpu.CpuCorrection;
import dev.diecast.daemon.cpu.CpuMeter;
import dev.diecast.daemon.cpu.CpuReading;
import dev.diecast.daemon.disk.DiskThrottling;
import dev.diecast.daemon.disk.ThrottleOutcome;
import dev.diecast.daemon.metrics.DaemonMetrics;
import dev.diecast.daemon.network.model.NetworkOutcome;
import dev.diecast.daemon.overload.FidelityWatch;
import dev.diecast.daemon.overload.HostLoad;
import dev.diecast.daemon.overload.LimitAbove;
import dev.diecast.daemon.process.DiskServer;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.ProcessKey;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.process.VcpuThreads;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.record.VmRecord;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * One DilatedNode on this host: its process as long as there is one, and all that is watched of it.
 * Stepped by one thread; its {@link #view} may be read by any.
 */
final class Vm implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Vm.class);

  /** What every VM needs of the daemon. */
  record Surroundings(
      ProcFiles proc,
      Optional<CpuCapping> capping,
      Optional<DiskThrottling> throttling,
      RecordStore records,
      HostEpochClock host,
      ClockSettings clock,
      Duration starvationWindow,
      CpuCorrection correction,
      DaemonMetrics metrics) {

    /** Takes back what was done to the host for a VM. */
    void undo(VmRecord record) throws IOException {
      if (throttling.isPresent()) {
        throttling.get().release(record.vm().uid());
      }
      if (capping.isPresent()) {
        capping.get().undo(record);
      }
    }
  }

  private final VmIdentity identity;
  private final Surroundings daemon;

  private long generation = -1;
  private Optional<NodeTarget> target = Optional.empty();
  private Optional<String> invalid = Optional.empty();
  private volatile Optional<Running> running = Optional.empty();
  private volatile NodeView view;
  private final FidelityWatch fidelity;
  private final LimitAbove limitAbove = new LimitAbove();
  private volatile FidelityWatch.Verdict verdict = FidelityWatch.Verdict.NONE;
  private volatile Optional<NetworkOutcome> network = Optional.empty();

  /** What lives as long as one QEMU process. */
  private static final class Running {
    final ProcessKey process;
    final VcpuThreads threads;
    CpuMeter meter;
    volatile ClockWatch watch;
    NodeTarget watched;
    volatile List<ProcessKey> diskProcesses = List.of();
    final AtomicBoolean clockSet = new AtomicBoolean();

    Running(ProcFiles proc, QemuProcess qemu) {
      this.process = qemu.key();
      this.threads = new VcpuThreads(proc, qemu.pid());
    }

    void stopWatch() {
      if (watch != null) {
        watch.close();
        watch = null;
      }
    }
  }

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
    Optional<Running> now = running;
    ClockWatch watch = now.map(r -> r.watch).orElse(null);
    return new NodeView(
        last.vm(),
        last.generation(),
        last.target(),
        last.invalid(),
        last.cap(),
        last.cpu(),
        Optional.ofNullable(watch).map(ClockWatch::state),
        last.disks(),
        network,
        verdict);
  }

  /** Brings the VM one step nearer to its target, which is where it already is most of the time. */
  void step(DilatedNode node, Optional<QemuProcess> qemu) throws IOException {
    readTarget(node);
    if (running.isPresent()
        && !qemu.map(QemuProcess::key).equals(Optional.of(running.get().process))) {
      close();
    }
    if (qemu.isEmpty()) {
      undo();
      view = nothingYet();
      return;
    }
    Running process = running.orElseGet(() -> new Running(daemon.proc, qemu.get()));
    running = Optional.of(process);
    process.diskProcesses =
        Stream.concat(
                Stream.of(process.process), qemu.get().diskServers().stream().map(DiskServer::key))
            .toList();
    if (target.isEmpty()) {
      view = nothingYet();
      return;
    }
    CapOutcome outcome = cap(target.get(), qemu.get(), process);
    view =
        viewOf(
            Optional.of(outcome),
            cpu(outcome, process),
            Optional.of(throttle(target.get(), qemu.get())));
    watchClock(target.get(), qemu.get(), process);
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

  private CapOutcome cap(NodeTarget wanted, QemuProcess qemu, Running process) throws IOException {
    if (daemon.capping.isEmpty()) {
      return new CapOutcome.Refused(
          CapOutcome.Obstacle.CgroupNotWritable,
          "no mounted cgroup hierarchy has the cpu controller: mount the host's /sys/fs/cgroup");
    }
    long start = System.nanoTime();
    CpuCap cap =
        wanted
            .cap()
            .compensatedFor(daemon.correction.micros(process.threads, wanted.clock().factor()));
    CapOutcome outcome = daemon.capping.get().cap(identity, cap, qemu, process.threads);
    daemon.metrics.capTook(System.nanoTime() - start);
    if (outcome instanceof CapOutcome.Capped capped && !capped.drift().isEmpty()) {
      daemon.metrics.driftRepaired(capped.drift());
      LOG.warnf("%s: %s by somebody else, and put right", identity, capped.drift());
    }
    return outcome;
  }

  private ThrottleOutcome throttle(NodeTarget wanted, QemuProcess qemu) {
    if (daemon.throttling.isEmpty()) {
      return ThrottleOutcome.withoutHierarchy(wanted.disks());
    }
    long start = System.nanoTime();
    ThrottleOutcome outcome = daemon.throttling.get().throttle(identity, wanted.disks(), qemu);
    daemon.metrics.throttleTook(System.nanoTime() - start);
    if (outcome instanceof ThrottleOutcome.Throttled throttled && throttled.drift()) {
      daemon.metrics.throttleDriftRepaired();
      LOG.warnf("%s: its disks' throttle had been changed and was put right", identity);
    }
    return outcome;
  }

  private Optional<CpuReading> cpu(CapOutcome outcome, Running process) {
    if (!(outcome instanceof CapOutcome.Capped capped)) {
      return Optional.empty();
    }
    if (process.meter == null) {
      process.meter =
          new CpuMeter(
              daemon.proc,
              process.process.pid(),
              capped.record().baseline(),
              daemon.starvationWindow);
    }
    try {
      return Optional.of(
          process.meter.read(capped.vcpus(), capped.cap().cores(), !capped.drift().isEmpty()));
    } catch (IOException e) {
      return Optional.empty(); // it has just ended, which the next step will see
    }
  }

  private void watchClock(NodeTarget wanted, QemuProcess qemu, Running process) {
    boolean same = process.watched != null && process.watched.clock().equals(wanted.clock());
    if (process.watch != null && same) {
      return;
    }
    process.stopWatch();
    process.watched = wanted;
    process.watch =
        ClockWatch.start(
            identity.toString(),
            qemu,
            wanted.clock(),
            daemon.host,
            daemon.clock,
            daemon.proc,
            new Owner(process));
  }

  private final class Owner implements ClockWatch.ClockOwner {
    private final Running process;

    Owner(Running process) {
      this.process = process;
    }

    @Override
    public boolean isSet() {
      return process.clockSet.get()
          || daemon
              .records
              .find(identity.uid())
              .filter(record -> record.process().equals(process.process))
              .map(VmRecord::clockSet)
              .orElse(false);
    }

    @Override
    public void markSet() {
      process.clockSet.set(true);
      try {
        daemon.records.update(
            identity.uid(), r -> r.process().equals(process.process) ? r.withClockSet() : r);
      } catch (IOException e) {
        LOG.warnf("%s: that its clock is set could not be recorded: %s", identity, e);
      }
    }

    @Override
    public void uneven() {
      daemon.metrics.clockUneven();
    }
  }

  /** Takes back what was done to the host for this VM, if anything was. */
  void undo() throws IOException {
    Optional<VmRecord> record = daemon.records.find(identity.uid());
    if (record.isPresent()) {
      daemon.undo(record.get());
    }
  }

  private NodeView nothingYet() {
    return viewOf(Optional.empty(), Optional.empty(), Optional.empty());
  }

  private NodeView viewOf(
      Optional<CapOutcome> cap, Optional<CpuReading> cpu, Optional<ThrottleOutcome> disks) {
    return new NodeView(
        identity,
        generation,
        target,
        invalid,
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
                            process.process, cpu.usageNanos(), process.diskProcesses)));
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

  /** Judges what the last step has found. */
  FidelityWatch.Verdict judge(
      HostCpu host, Optional<DiskUse> disk, Optional<PipeUse> pipes, Instant now) {
    NodeView seen = view();
    Tolerances tolerances = seen.tolerances(daemon.clock.tolerancePpm());
    verdict =
        running.isEmpty()
            ? fidelity.gone(now)
            : fidelity.judge(
                NodeEvidence.of(
                    seen, host, isLimitedAbove(seen, tolerances), disk, pipes, tolerances),
                tolerances,
                NodeEvidence.isProven(seen, tolerances),
                now);
    return verdict;
  }

  /** Stops watching; what was done to the host stays. */
  @Override
  public void close() {
    running.ifPresent(Running::stopWatch);
    running = Optional.empty();
  }
}
