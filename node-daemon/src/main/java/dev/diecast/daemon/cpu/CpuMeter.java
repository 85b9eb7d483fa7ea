package dev.diecast.daemon.cpu;

import dev.diecast.core.cpu.CpuCap;
import dev.diecast.core.cpu.ThreadTimes;
import dev.diecast.core.cpu.Throttling;
import dev.diecast.core.fidelity.CpuDelivery;
import dev.diecast.daemon.process.ProcFiles;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Measures the CPU that one VM's vCPUs get. One for each QEMU process. */
public final class CpuMeter {
  private final SchedulerTimes times;
  private final Map<Integer, ThreadTimes> baseline;
  private final Duration window;

  /** By the vCPU's number; one that is gone stays, for what it used was used. */
  private final SortedMap<Integer, VcpuMeter> meters = new TreeMap<>();

  /**
   * @param baseline times of the threads when the cap was applied; a thread that is not in it has
   *     started since
   * @param window what {@link CpuReading#recent} spans
   */
  public CpuMeter(ProcFiles proc, int pid, Map<Integer, ThreadTimes> baseline, Duration window) {
    this.times = new SchedulerTimes(proc, pid);
    this.baseline = baseline;
    this.window = window;
  }

  /**
   * @param cap of each single vCPU
   * @param drifted whether the cap was not in force all the time since the last reading: no window
   *     then reaches back before this one
   */
  public CpuReading read(List<Vcpu> vcpus, CpuCap cap, boolean drifted) throws IOException {
    SortedMap<Integer, CpuDelivery> sinceLast = new TreeMap<>();
    SortedMap<Integer, CpuDelivery> recent = new TreeMap<>();
    for (Vcpu vcpu : vcpus) {
      VcpuMeter meter =
          meters.computeIfAbsent(vcpu.number(), _ -> new VcpuMeter(times, baseline, window));
      meter.read(vcpu, cap, drifted);
      meter.sinceLast().ifPresent(d -> sinceLast.put(vcpu.number(), d));
      meter.recent().ifPresent(w -> recent.put(vcpu.number(), w));
    }
    return new CpuReading(
        meters.values().stream().mapToLong(m -> m.gross().runNanos()).sum(),
        meters.values().stream()
            .map(VcpuMeter::throttling)
            .reduce(Throttling.NONE, Throttling::plus),
        meters.values().stream().mapToLong(VcpuMeter::runDelayNanos).sum(),
        Instant.now(),
        sinceLast,
        recent);
  }
}
