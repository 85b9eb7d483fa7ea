package dev.diecast.daemon.node;

import dev.diecast.core.cpu.CpuCap;
import dev.diecast.daemon.cgroup.CapOutcome;
import dev.diecast.daemon.clock.ClockState;
import dev.diecast.daemon.clock.ClockWatch;
import dev.diecast.daemon.cpu.CpuMeter;
import dev.diecast.daemon.cpu.CpuReading;
import dev.diecast.daemon.disk.ThrottleOutcome;
import dev.diecast.daemon.process.DiskServer;
import dev.diecast.daemon.process.ProcessKey;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.process.VcpuThreads;
import dev.diecast.daemon.record.VmIdentity;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** What lives as long as one QEMU process, and what is done to that. */
final class RunningVm {
  private static final Logger LOG = Logger.getLogger(RunningVm.class);

  private final VmIdentity identity;
  private final Surroundings daemon;
  private final ProcessKey process;
  private final VcpuThreads threads;
  private CpuMeter meter;
  private Optional<CpuCap> lastCap = Optional.empty();
  private volatile ClockWatch watch;
  private NodeTarget watched;
  private volatile List<ProcessKey> diskProcesses = List.of();
  private final AtomicReference<ProcessKey> seenStopped = new AtomicReference<>();

  RunningVm(VmIdentity identity, Surroundings daemon, QemuProcess qemu) {
    this.identity = identity;
    this.daemon = daemon;
    this.process = qemu.key();
    this.threads = new VcpuThreads(daemon.proc(), qemu.pid());
  }

  ProcessKey process() {
    return process;
  }

  /** Processes whose I/O is its disks'. */
  List<ProcessKey> diskProcesses() {
    return diskProcesses;
  }

  void readDiskProcesses(QemuProcess qemu) {
    diskProcesses =
        Stream.concat(Stream.of(process), qemu.diskServers().stream().map(DiskServer::key))
            .toList();
  }

  /** Looks whether any of its processes is stopped now. */
  void lookForStops() {
    diskProcesses.stream().filter(daemon.proc()::isStopped).findFirst().ifPresent(seenStopped::set);
  }

  /** Which of its processes was stopped since this was asked last, as a sentence. */
  Optional<String> seenStopped() {
    return Optional.ofNullable(seenStopped.getAndSet(null))
        .map(
            stopped ->
                "%s (process %d) was stopped by a signal or a debugger"
                    .formatted(
                        stopped.equals(process) ? "its QEMU" : "the server of its disk",
                        stopped.pid()));
  }

  /** What is known of its guest's clock; empty while that is not watched. */
  Optional<ClockState> clock() {
    return Optional.ofNullable(watch).map(ClockWatch::state);
  }

  /** Caps each vCPU. */
  CapOutcome cap(NodeTarget given, QemuProcess qemu) throws IOException {
    if (daemon.capping().isEmpty()) {
      return new CapOutcome.Refused(
          CapOutcome.Obstacle.CgroupNotWritable,
          "no mounted cgroup hierarchy has the cpu controller: mount the host's /sys/fs/cgroup");
    }
    long start = System.nanoTime();
    long lost = daemon.correction().get().micros(threads, given.vcpuDue());
    CpuCap cap = given.cap().compensatedFor(lost);
    CapOutcome outcome = daemon.capping().get().cap(identity, cap, qemu, threads);
    daemon.metrics().capTook(System.nanoTime() - start);
    if (outcome instanceof CapOutcome.Capped capped && !capped.drift().isEmpty()) {
      daemon.metrics().driftRepaired(capped.drift());
      LOG.warnf("%s: %s by somebody else, and put right", identity, capped.drift());
    }
    return outcome;
  }

  ThrottleOutcome throttle(NodeTarget given, QemuProcess qemu) {
    if (daemon.throttling().isEmpty()) {
      return ThrottleOutcome.withoutHierarchy(given.disks());
    }
    long start = System.nanoTime();
    ThrottleOutcome outcome = daemon.throttling().get().throttle(identity, given.disks(), qemu);
    daemon.metrics().throttleTook(System.nanoTime() - start);
    if (outcome instanceof ThrottleOutcome.Throttled throttled && throttled.drift()) {
      daemon.metrics().throttleDriftRepaired();
      LOG.warnf("%s: its disks' throttle had been changed and was put right", identity);
    }
    return outcome;
  }

  /** What its vCPUs have used. */
  Optional<CpuReading> cpu(CapOutcome outcome) {
    if (!(outcome instanceof CapOutcome.Capped capped)) {
      return Optional.empty();
    }
    if (meter == null) {
      meter =
          new CpuMeter(
              daemon.proc(), process.pid(), capped.record().baseline(), daemon.starvationWindow());
    }
    // Across a change of T nothing can be told: a window holds two caps then.
    boolean interrupted =
        !capped.drift().isEmpty() || !capped.cap().equals(lastCap.orElse(capped.cap()));
    lastCap = Optional.of(capped.cap());
    try {
      return Optional.of(meter.read(capped.vcpus(), capped.cap(), interrupted));
    } catch (IOException e) {
      return Optional.empty(); // it has just ended, which the next step will see
    }
  }

  /** Compares its guest's clock with the model's from now on. */
  void watchClock(NodeTarget wanted, QemuProcess qemu) {
    boolean same = watched != null && watched.clock().equals(wanted.clock());
    if (watch != null && same) {
      return;
    }
    stopWatch();
    watched = wanted;
    watch =
        ClockWatch.start(
            identity.toString(),
            qemu,
            wanted.clock(),
            wanted.due(),
            daemon.host(),
            daemon.clock(),
            daemon.proc(),
            new RecordedClock(identity, process, daemon));
  }

  void stopWatch() {
    if (watch != null) {
      watch.close();
      watch = null;
    }
  }
}
