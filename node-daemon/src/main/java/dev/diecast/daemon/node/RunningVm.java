package dev.diecast.daemon.node;

import dev.diecast.daemon.cgroup.CapOutcome;
import dev.diecast.daemon.clock.ClockState;
import dev.diecast.daemon.clock.ClockWatch;
import dev.diecast.daemon.cpu.CpuMeter;
import dev.diecast.daemon.cpu.CpuReading;
import dev.diecast.daemon.process.DiskServer;
import dev.diecast.daemon.process.ProcessKey;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.process.VcpuThreads;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.record.VmRecord;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** What is watched of one QEMU process: its vCPUs, their use, its guest's clock. */
final class RunningVm implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Vm.class);

  private final VmIdentity identity;
  private final Vm.Surroundings daemon;
  private final ProcessKey process;
  private final VcpuThreads threads;
  private final AtomicBoolean clockSet = new AtomicBoolean();
  private CpuMeter meter;
  private volatile ClockWatch watch;
  private NodeTarget watched;
  private volatile List<ProcessKey> diskProcesses = List.of();

  RunningVm(VmIdentity identity, Vm.Surroundings daemon, QemuProcess qemu) {
    this.identity = identity;
    this.daemon = daemon;
    this.process = qemu.key();
    this.threads = new VcpuThreads(daemon.proc(), qemu.pid());
  }

  ProcessKey process() {
    return process;
  }

  VcpuThreads threads() {
    return threads;
  }

  /** Those that read and write its disks, QEMU among them. */
  List<ProcessKey> diskProcesses() {
    return diskProcesses;
  }

  /** Servers of its disks come after QEMU, and may be started anew. */
  void seen(QemuProcess qemu) {
    diskProcesses =
        Stream.concat(Stream.of(process), qemu.diskServers().stream().map(DiskServer::key))
            .toList();
  }

  /** Empty before its clock is watched. */
  Optional<ClockState> clock() {
    return Optional.ofNullable(watch).map(ClockWatch::state);
  }

  Optional<CpuReading> cpu(CapOutcome outcome) {
    if (!(outcome instanceof CapOutcome.Capped capped)) {
      return Optional.empty();
    }
    if (meter == null) {
      meter =
          new CpuMeter(
              daemon.proc(), process.pid(), capped.record().baseline(), daemon.starvationWindow());
    }
    try {
      return Optional.of(
          meter.read(capped.vcpus(), capped.cap().cores(), !capped.drift().isEmpty()));
    } catch (IOException e) {
      return Optional.empty(); // it has just ended, which the next step will see
    }
  }

  void watchClock(NodeTarget wanted, QemuProcess qemu) {
    boolean same = watched != null && watched.clock().equals(wanted.clock());
    if (watch != null && same) {
      return;
    }
    close();
    watched = wanted;
    watch =
        ClockWatch.start(
            identity.toString(),
            qemu,
            wanted.clock(),
            daemon.host(),
            daemon.clock(),
            daemon.proc(),
            new Owner());
  }

  /**
   * Whether this process' clock was set is on record, so that a restarted daemon does not again.
   */
  private final class Owner implements ClockWatch.ClockOwner {
    @Override
    public boolean isSet() {
      return clockSet.get()
          || daemon
              .records()
              .find(identity.uid())
              .filter(record -> record.process().equals(process))
              .map(VmRecord::clockSet)
              .orElse(false);
    }

    @Override
    public void markSet() {
      clockSet.set(true);
      try {
        daemon
            .records()
            .update(identity.uid(), r -> r.process().equals(process) ? r.withClockSet() : r);
      } catch (IOException e) {
        LOG.warnf("%s: that its clock is set could not be recorded: %s", identity, e);
      }
    }

    @Override
    public void uneven() {
      daemon.metrics().clockUneven();
    }
  }

  /** Stops watching its clock. */
  @Override
  public void close() {
    if (watch != null) {
      watch.close();
      watch = null;
    }
  }
}
