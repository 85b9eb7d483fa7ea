package dev.diecast.daemon.cgroup;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The cgroups of one VM's vCPUs, as they were found.
 *
 * @param parent the cgroup that the QEMU process is in
 * @param cpuInParent v2: whether the parent gives the cpu controller to its children; v1: true
 * @param children one for each vCPU, all directly under the parent
 */
record VmCgroups(
    CgroupVersion version, Path parent, boolean cpuInParent, List<VcpuCgroup> children) {

  /** The threads of all vCPUs. */
  Set<Integer> vcpuThreads() {
    return children.stream().flatMap(c -> c.due().stream()).collect(Collectors.toSet());
  }

  Set<Path> directories() {
    return children.stream().map(VcpuCgroup::child).collect(Collectors.toSet());
  }
}
