package dev.diecast.daemon.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.disk.DiskRate;
import dev.diecast.core.disk.DiskThrottle;
import dev.diecast.daemon.cgroup.CgroupOperation;
import dev.diecast.daemon.cgroup.CgroupOperation.CreateCgroup;
import dev.diecast.daemon.cgroup.CgroupOperation.MoveProcess;
import dev.diecast.daemon.cgroup.CgroupOperation.RemoveCgroup;
import dev.diecast.daemon.cgroup.CgroupOperation.WriteCgroupFile;
import dev.diecast.daemon.cgroup.CgroupVersion;
import dev.diecast.daemon.process.ProcessKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ThrottlePlanTest {
  private static final Path CGROUP = Path.of("/cg/pod/diecast-disk-x");
  private static final DeviceNumber SDA = new DeviceNumber(8, 0);
  private static final DeviceNumber SDB = new DeviceNumber(8, 16);
  private static final ProcessKey QEMU = new ProcessKey(42, 7);
  private static final DiskThrottle DUE =
      new DiskThrottle(Map.of(DiskRate.READ_BYTES, 1000L, DiskRate.WRITE_OPERATIONS, 50L));

  private static List<CgroupOperation> compare(
      VmThrottles found,
      Map<DeviceNumber, DiskThrottle> due,
      Map<DeviceNumber, DiskThrottle> released) {
    return ThrottlePlan.compare(found, due, released, List.of(QEMU));
  }

  private static VmThrottles found(
      CgroupVersion version, boolean exists, Map<DeviceNumber, DiskThrottle> limits, int... pids) {
    Set<Integer> inside = new java.util.TreeSet<>();
    for (int pid : pids) {
      inside.add(pid);
    }
    return new VmThrottles(version, CGROUP, exists, limits, inside);
  }

  @Test
  void theProcessEntersOnceTheLimitsHold() {
    assertThat(compare(found(CgroupVersion.V1, false, Map.of()), Map.of(SDA, DUE), Map.of()))
        .containsExactly(
            new CreateCgroup(CGROUP),
            new WriteCgroupFile(CGROUP.resolve("blkio.throttle.read_bps_device"), "8:0 1000"),
            new WriteCgroupFile(CGROUP.resolve("blkio.throttle.write_iops_device"), "8:0 50"),
            new MoveProcess(QEMU, CGROUP.resolve("cgroup.procs")));
  }

  @Test
  void whatIsRightIsLeftAlone() {
    assertThat(
            compare(
                found(CgroupVersion.V1, true, Map.of(SDA, DUE), 42), Map.of(SDA, DUE), Map.of()))
        .isEmpty();
    assertThat(compare(found(CgroupVersion.V2, true, Map.of(SDA, DUE)), Map.of(SDA, DUE), Map.of()))
        .isEmpty();
  }

  @Test
  void inOurOwnCgroupNothingElseIsLimited() {
    assertThat(
            compare(
                found(CgroupVersion.V1, true, Map.of(SDA, DUE, SDB, DUE), 42),
                Map.of(SDA, DUE),
                Map.of()))
        .containsExactly(
            new WriteCgroupFile(CGROUP.resolve("blkio.throttle.read_bps_device"), "8:16 0"),
            new WriteCgroupFile(CGROUP.resolve("blkio.throttle.write_iops_device"), "8:16 0"));
  }

  @Test
  void inAnothersCgroupWhatWasThereComesBack() {
    DiskThrottle theirs = new DiskThrottle(Map.of(DiskRate.READ_BYTES, 7L));
    assertThat(
            compare(
                found(CgroupVersion.V2, true, Map.of(SDA, theirs, SDB, theirs)),
                Map.of(SDA, DUE),
                Map.of(SDA, theirs)))
        .as("the other device is none of ours")
        .containsExactly(
            new WriteCgroupFile(
                CGROUP.resolve("io.max"), "8:0 rbps=1000 wbps=max riops=max wiops=50"));
    assertThat(
            compare(found(CgroupVersion.V2, true, Map.of(SDA, DUE)), Map.of(), Map.of(SDA, theirs)))
        .containsExactly(
            new WriteCgroupFile(
                CGROUP.resolve("io.max"), "8:0 rbps=7 wbps=max riops=max wiops=max"));
    assertThat(
            compare(
                found(CgroupVersion.V2, true, Map.of(SDA, DUE)),
                Map.of(),
                ThrottleFiles.parseV2(List.of("8:0 rbps=max wbps=max riops=max wiops=max"))))
        .containsExactly(
            new WriteCgroupFile(
                CGROUP.resolve("io.max"), "8:0 rbps=max wbps=max riops=max wiops=max"));
  }

  @Test
  void undoingMovesEverybodyOutFirst() {
    assertThat(ThrottlePlan.undoOwn(CGROUP, List.of(QEMU)))
        .containsExactly(
            new MoveProcess(QEMU, Path.of("/cg/pod/cgroup.procs")), new RemoveCgroup(CGROUP));
  }

  @Test
  void filesAreReadAsTheyAreWritten() {
    assertThat(
            ThrottleFiles.parseV2(
                List.of(
                    ThrottleFiles.v2Line(SDA, DUE),
                    "8:16 rbps=max wbps=2097152 riops=max wiops=max")))
        .isEqualTo(Map.of(SDA, DUE, SDB, new DiskThrottle(Map.of(DiskRate.WRITE_BYTES, 2097152L))));
    assertThat(
            ThrottleFiles.parseV1(
                Map.of(
                    DiskRate.READ_BYTES, List.of("8:0 1000"),
                    DiskRate.WRITE_BYTES, List.of(),
                    DiskRate.READ_OPERATIONS, List.of(),
                    DiskRate.WRITE_OPERATIONS, List.of("8:0 50"))))
        .isEqualTo(Map.of(SDA, DUE));
    assertThat(
            DiskCounters.ofIoStat(
                List.of(
                    "8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0",
                    "8:0")))
        .containsEntry(SDB, new DiskCounters(1459200, 314773504, 192, 353))
        .containsEntry(SDA, new DiskCounters(0, 0, 0, 0));
    assertThat(
            DiskCounters.ofBlkio(
                List.of("8:0 Read 4096", "8:0 Write 8192", "8:0 Sync 12288", "Total 12288"),
                List.of("8:0 Read 1", "8:0 Write 2", "Total 3")))
        .isEqualTo(Map.of(SDA, new DiskCounters(4096, 8192, 1, 2)));
  }
}
