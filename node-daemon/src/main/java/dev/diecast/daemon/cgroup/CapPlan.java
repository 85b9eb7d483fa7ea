package dev.diecast.daemon.cgroup;

import dev.diecast.core.cpu.CpuCap;
import dev.diecast.daemon.cgroup.CgroupOperation.CreateCgroup;
import dev.diecast.daemon.cgroup.CgroupOperation.MoveThread;
import dev.diecast.daemon.cgroup.CgroupOperation.RemoveCgroup;
import dev.diecast.daemon.cgroup.CgroupOperation.WriteCgroupFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Compares what is with what is due, and says the least that makes it so. Pure.
 *
 * <p>Order matters: a thread enters the child only once the cap holds there, and between two writes
 * the cap is never above both the old and the due one. In cgroup v2 the child must be made {@code
 * threaded} before its parent, which holds processes, may hand on the cpu controller (Linux,
 * admin-guide/cgroup-v2.rst, "Threads" and "No Internal Process Constraint").
 */
final class CapPlan {
  static final String V1_QUOTA = "cpu.cfs_quota_us";
  static final String V1_PERIOD = "cpu.cfs_period_us";
  static final String V2_BANDWIDTH = "cpu.max";
  static final String V2_TYPE = "cgroup.type";
  static final String V2_SUBTREE = "cgroup.subtree_control";

  private CapPlan() {}

  /**
   * Empty where all is as it should be.
   *
   * @param due of each single vCPU
   */
  static List<CgroupOperation> compare(VmCgroups found, CpuCap due) {
    List<CgroupOperation> operations = new ArrayList<>();
    for (VcpuCgroup vcpu : found.children()) {
      if (!vcpu.exists()) {
        operations.add(new CreateCgroup(vcpu.child()));
      }
      if (!vcpu.threaded()) {
        operations.add(new WriteCgroupFile(vcpu.child().resolve(V2_TYPE), "threaded"));
      }
    }
    if (!found.cpuInParent()) {
      operations.add(new WriteCgroupFile(found.parent().resolve(V2_SUBTREE), "+cpu"));
    }
    found.children().forEach(v -> operations.addAll(bandwidth(found.version(), v, due)));
    operations.addAll(moves(found));
    return operations;
  }

  /** A vCPU in another one's cgroup goes straight to its own, and is never without a cap. */
  private static List<CgroupOperation> moves(VmCgroups found) {
    List<CgroupOperation> operations = new ArrayList<>();
    String threads = found.version().threadsFile();
    for (VcpuCgroup vcpu : found.children()) {
      for (int tid : vcpu.due()) {
        if (!vcpu.inside().contains(tid)) {
          operations.add(new MoveThread(tid, vcpu.child().resolve(threads)));
        }
      }
    }
    Set<Integer> vcpuThreads = found.vcpuThreads();
    for (VcpuCgroup vcpu : found.children()) {
      for (int tid : vcpu.inside()) {
        if (!vcpuThreads.contains(tid)) {
          operations.add(new MoveThread(tid, found.parent().resolve(threads)));
        }
      }
    }
    return operations;
  }

  /**
   * Takes children away: their threads back to the parent first, for a cgroup with threads cannot
   * be removed.
   *
   * @param takeCpuBack v2: whether the parent hands on the cpu controller for these children alone
   */
  static List<CgroupOperation> undo(VmCgroups found, boolean takeCpuBack) {
    List<CgroupOperation> operations = new ArrayList<>();
    Path threads = found.parent().resolve(found.version().threadsFile());
    for (VcpuCgroup vcpu : found.children()) {
      if (vcpu.exists()) {
        vcpu.inside().forEach(tid -> operations.add(new MoveThread(tid, threads)));
        operations.add(new RemoveCgroup(vcpu.child()));
      }
    }
    if (takeCpuBack && found.cpuInParent()) {
      operations.add(new WriteCgroupFile(found.parent().resolve(V2_SUBTREE), "-cpu"));
    }
    return operations;
  }

  private static List<CgroupOperation> bandwidth(
      CgroupVersion version, VcpuCgroup vcpu, CpuCap due) {
    // A cgroup that is made by these very operations has the kernel's defaults.
    Bandwidth now =
        vcpu.bandwidth().orElse(new Bandwidth(Bandwidth.UNLIMITED, CpuCap.DEFAULT_PERIOD_MICROS));
    if (now.equals(new Bandwidth(due.quotaMicros(), due.periodMicros()))) {
      return List.of();
    }
    return switch (version) {
      case V1 -> v1Bandwidth(vcpu.child(), now, due);
      case V2 ->
          List.of(
              new WriteCgroupFile(
                  vcpu.child().resolve(V2_BANDWIDTH),
                  due.quotaMicros() + " " + due.periodMicros()));
    };
  }

  /**
   * Two files, so there is a state in between. A shorter or equal period is written after the quota
   * and a longer one before it; where the quota shrinks and the period grows, either order would be
   * above the due cap for a moment, so the quota first goes to what is due in the old period.
   */
  private static List<CgroupOperation> v1Bandwidth(Path child, Bandwidth now, CpuCap due) {
    CgroupOperation quota =
        new WriteCgroupFile(child.resolve(V1_QUOTA), Long.toString(due.quotaMicros()));
    CgroupOperation period =
        new WriteCgroupFile(child.resolve(V1_PERIOD), Long.toString(due.periodMicros()));
    if (now.periodMicros() == due.periodMicros()) {
      return List.of(quota);
    }
    if (now.periodMicros() > due.periodMicros()) {
      return now.quotaMicros() == due.quotaMicros() ? List.of(period) : List.of(quota, period);
    }
    if (!now.isUnlimited() && now.quotaMicros() <= due.quotaMicros()) {
      return now.quotaMicros() == due.quotaMicros() ? List.of(period) : List.of(period, quota);
    }
    long between =
        Math.max(
            CpuCap.LEAST_QUOTA_MICROS, due.quotaMicros() * now.periodMicros() / due.periodMicros());
    CgroupOperation bridge = new WriteCgroupFile(child.resolve(V1_QUOTA), Long.toString(between));
    return between == due.quotaMicros() ? List.of(bridge, period) : List.of(bridge, period, quota);
  }
}
