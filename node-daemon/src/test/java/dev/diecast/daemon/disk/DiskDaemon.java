package dev.diecast.daemon.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.disk.DiskRate;
import dev.diecast.core.disk.DiskThrottle;
import dev.diecast.daemon.cgroup.CgroupApplier;
import dev.diecast.daemon.cgroup.CgroupHierarchy;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.support.HostCgroup;
import dev.diecast.daemon.support.VcpuProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The daemon's part for disks, on a cgroup of a test's own. */
final class DiskDaemon {
  static final int MEBIBYTE = 1 << 20;

  /** A second, in either direction. */
  static final DiskThrottle ONE_MEBIBYTE =
      new DiskThrottle(
          Map.of(DiskRate.READ_BYTES, (long) MEBIBYTE, DiskRate.WRITE_BYTES, (long) MEBIBYTE));

  private DiskDaemon() {}

  /**
   * @param state directory of its records
   */
  static DiskThrottling of(HostCgroup cgroup, Path state) throws IOException {
    return of(cgroup, cgroup.asHierarchy(), state);
  }

  /**
   * @param seen what it takes for the hierarchy
   */
  static DiskThrottling of(HostCgroup cgroup, CgroupHierarchy seen, Path state) throws IOException {
    ProcFiles proc = new ProcFiles(VcpuProcess.PROC);
    return new DiskThrottling(
        seen,
        proc,
        new BlockDevices(Path.of("/sys")),
        new CgroupApplier(cgroup.asHierarchy(), proc, _ -> {}),
        RecordStore.open(state));
  }

  static ThrottleOutcome.Throttled throttled(ThrottleOutcome outcome) {
    assertThat(outcome).isInstanceOf(ThrottleOutcome.Throttled.class);
    return (ThrottleOutcome.Throttled) outcome;
  }
}
