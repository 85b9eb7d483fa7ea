package dev.diecast.daemon.overload;

import dev.diecast.core.Rational;
import dev.diecast.core.fidelity.HostCpu;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.ProcessKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Measures who has the host's CPUs. Asked once per round, by one thread. */
public final class HostLoad {
  private static final long NANOS_PER_TICK = 1_000_000_000L / 100; // USER_HZ, the same everywhere

  private final ProcFiles proc;
  private final Path stat;
  private final Path pressure;
  private final int cpus;
  private final Duration window;
  private final Deque<Sample> samples = new ArrayDeque<>();
  private Map<ProcessKey, Counters> counters = new HashMap<>();
  private Counters own = new Counters(0, 0);

  private record Sample(long nanoTime, CpuTicks host, Counters own, long pressureMicros) {}

  /**
   * @param ticks CPU time of whole processes, clock ticks
   * @param vcpuNanos of their vCPUs alone
   */
  private record Counters(long ticks, long vcpuNanos) {
    Counters plusGrowth(Counters from, Counters to) {
      return new Counters(ticks + to.ticks - from.ticks, vcpuNanos + to.vcpuNanos - from.vcpuNanos);
    }
  }

  /**
   * One VM.
   *
   * @param process of QEMU
   * @param vcpuNanos CPU time of its vCPUs since they were capped
   * @param diskProcesses those that read and write its disks, QEMU among them
   */
  public record Own(ProcessKey process, long vcpuNanos, List<ProcessKey> diskProcesses) {}

  /**
   * @param cpus online
   * @param window that an answer spans
   */
  public HostLoad(Path procDirectory, int cpus, Duration window) {
    this.proc = new ProcFiles(procDirectory);
    this.stat = procDirectory.resolve("stat");
    this.pressure = procDirectory.resolve("pressure/cpu");
    this.cpus = cpus;
    this.window = window;
  }

  /**
   * @param vms all VMs of ours that run
   * @param caps host cores that their caps add up to
   */
  public HostCpu read(Collection<Own> vms, Rational caps) throws IOException {
    count(vms);
    Sample now =
        new Sample(
            System.nanoTime(),
            CpuTicks.parse(Files.readString(stat)),
            own,
            Pressure.someMicros(pressure));
    samples.addLast(now);
    while (samples.size() > 2 && now.nanoTime - samples.peekFirst().nanoTime > window.toNanos()) {
      samples.removeFirst();
    }
    return between(samples.peekFirst(), now, caps);
  }

  /** Only growth between two looks counts, so that a VM's coming and going is none. */
  private void count(Collection<Own> vms) {
    Map<ProcessKey, Counters> now = new HashMap<>();
    for (Own vm : vms) {
      OptionalLong ticks = proc.cpuTicks(vm.process().pid());
      if (ticks.isPresent()) {
        Counters counted = new Counters(ticks.getAsLong(), vm.vcpuNanos());
        own = own.plusGrowth(counters.getOrDefault(vm.process(), counted), counted);
        now.put(vm.process(), counted);
      }
    }
    counters = now;
  }

  private HostCpu between(Sample from, Sample to, Rational caps) {
    long length = to.nanoTime - from.nanoTime;
    if (length <= 0) {
      return HostCpu.UNKNOWN;
    }
    Counters grown = new Counters(0, 0).plusGrowth(from.own, to.own);
    long ours = grown.ticks * NANOS_PER_TICK;
    long busy = (to.host.busy() - from.host.busy()) * NANOS_PER_TICK;
    long beside = Math.max(0, ours - grown.vcpuNanos);
    boolean pressureKnown =
        from.pressureMicros != Pressure.UNKNOWN && to.pressureMicros != Pressure.UNKNOWN;
    return new HostCpu(
        length,
        cpus,
        ours,
        Math.max(0, busy - ours),
        (to.host.steal() - from.host.steal()) * NANOS_PER_TICK,
        caps.times(length).roundToLong() + beside,
        pressureKnown ? (to.pressureMicros - from.pressureMicros) * 1000 : Pressure.UNKNOWN);
  }
}
