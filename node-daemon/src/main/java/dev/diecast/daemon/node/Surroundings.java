package dev.diecast.daemon.node;

import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.daemon.cgroup.CpuCapping;
import dev.diecast.daemon.clock.ClockSettings;
import dev.diecast.daemon.clock.HostEpochClock;
import dev.diecast.daemon.cpu.CpuCorrection;
import dev.diecast.daemon.dilation.Dilator;
import dev.diecast.daemon.dilation.GuestKernelDilator;
import dev.diecast.daemon.dilation.HostModuleDilator;
import dev.diecast.daemon.disk.DiskThrottling;
import dev.diecast.daemon.metrics.DaemonMetrics;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** What every VM needs of the daemon. */
record Surroundings(
    ProcFiles proc,
    HostModuleDilator hostModule,
    Optional<CpuCapping> capping,
    Optional<DiskThrottling> throttling,
    RecordStore records,
    HostEpochClock host,
    ClockSettings clock,
    Duration starvationWindow,
    Supplier<CpuCorrection> correction,
    DaemonMetrics metrics) {

  Dilator dilator(Driver driver) {
    return switch (driver) {
      case GuestKernel -> new GuestKernelDilator();
      case HostModule -> hostModule;
    };
  }

  /** Takes back what was done to the host for a VM: T becomes 1, so the clock goes first. */
  void undo(VmRecord record) throws IOException {
    hostModule.release(record);
    if (throttling.isPresent()) {
      throttling.get().release(record.vm().uid());
    }
    if (capping.isPresent()) {
      capping.get().undo(record);
    }
  }
}
