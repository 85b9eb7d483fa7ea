package dev.diecast.daemon.disk;

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
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares the throttles that are with those that are due, and says the least that makes them so.
 * Pure.
 *
 * <p>A process enters its throttled cgroup only once the limits hold there. All of its threads go
 * together: direct I/O is charged to the thread that issues it, and QEMU's are made and ended as
 * they are needed.
 */
final class ThrottlePlan {
  static final String PROCESSES = "cgroup.procs";

  private ThrottlePlan() {}

  /**
   * Empty where all is as it should be.
   *
   * @param due by device
   * @param released v2: what devices that were ours had before us
   * @param issuers processes that do the VM's I/O
   */
  static List<CgroupOperation> compare(
      VmThrottles found,
      Map<DeviceNumber, DiskThrottle> due,
      Map<DeviceNumber, DiskThrottle> released,
      Collection<ProcessKey> issuers) {
    List<CgroupOperation> operations = new ArrayList<>();
    boolean own = found.version() == CgroupVersion.V1;
    if (own && !found.exists()) {
      operations.add(new CreateCgroup(found.cgroup()));
    }
    // In a cgroup of our own nothing else may be limited; in another's only what is ours is.
    Set<DeviceNumber> devices = new TreeSet<>(own ? found.limits().keySet() : released.keySet());
    devices.addAll(due.keySet());
    for (DeviceNumber device : devices) {
      DiskThrottle wanted =
          due.getOrDefault(device, released.getOrDefault(device, DiskThrottle.NONE));
      operations.addAll(limits(found, device, wanted));
    }
    if (own) {
      issuers.stream()
          .filter(process -> !found.inside().contains(process.pid()))
          .forEach(
              process ->
                  operations.add(new MoveProcess(process, found.cgroup().resolve(PROCESSES))));
    }
    return operations;
  }

  private static List<CgroupOperation> limits(
      VmThrottles found, DeviceNumber device, DiskThrottle wanted) {
    DiskThrottle now = found.limit(device);
    if (now.equals(wanted)) {
      return List.of();
    }
    if (found.version() == CgroupVersion.V2) {
      return List.of(
          new WriteCgroupFile(
              found.cgroup().resolve(ThrottleFiles.V2_LIMITS),
              ThrottleFiles.v2Line(device, wanted)));
    }
    List<CgroupOperation> writes = new ArrayList<>();
    for (DiskRate rate : DiskRate.values()) {
      if (!now.limit(rate).equals(wanted.limit(rate))) {
        writes.add(
            new WriteCgroupFile(
                found.cgroup().resolve(ThrottleFiles.v1File(rate)),
                ThrottleFiles.v1Line(device, wanted, rate)));
      }
    }
    return writes;
  }

  /** Takes a cgroup of our own away: its processes back to the parent first. */
  static List<CgroupOperation> undoOwn(Path cgroup, List<ProcessKey> inside) {
    List<CgroupOperation> operations = new ArrayList<>();
    Path parent = cgroup.getParent().resolve(PROCESSES);
    inside.forEach(process -> operations.add(new MoveProcess(process, parent)));
    operations.add(new RemoveCgroup(cgroup));
    return operations;
  }
}
