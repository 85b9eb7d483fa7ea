package dev.diecast.daemon.disk;

import dev.diecast.core.disk.DiskThrottle;
import dev.diecast.daemon.cgroup.CgroupVersion;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * The throttles of one VM, as they were found.
 *
 * @param cgroup whose throttles hold the VM: v1 the daemon's own child of the cgroup that QEMU was
 *     in, v2 that cgroup itself
 * @param exists whether it is there
 * @param limits by device, of all that have any there
 * @param inside processes in it; v2: none are looked for, since none need be moved
 */
record VmThrottles(
    CgroupVersion version,
    Path cgroup,
    boolean exists,
    Map<DeviceNumber, DiskThrottle> limits,
    Set<Integer> inside) {

  DiskThrottle limit(DeviceNumber device) {
    return limits.getOrDefault(device, DiskThrottle.NONE);
  }
}
