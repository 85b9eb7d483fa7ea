package dev.diecast.core.fidelity;

/**
 * Why a guest did not get what its frame of time promises it. Closed: these names are the reasons
 * of the condition {@code Faithful} (docs/architecture.md lists them) and a metric's label. Of
 * several that are sure the one that stands first here is told.
 */
public enum Cause {
  /** Its QEMU, or a process that serves its disks, was stopped: by a signal, or by a debugger. */
  ProcessStopped,
  /** For a while nothing ran on the host: it was suspended, or paused by a hypervisor. */
  HostPaused,
  /** Its clock stepped, stopped, or runs at another rate than 1/T. */
  ClockWrong,
  /** Its cap could not be put in force. */
  NotCapped,
  /** Its frames do not go through its model's network. */
  NotNetworked,
  /** Somebody else changed its cap; it was put right. */
  CapChanged,
  /** Somebody else moved a vCPU, or the whole QEMU, out of its cgroup; it was put right. */
  CgroupMoved,
  /** Somebody else changed what its network's pipes do; they were put right. */
  PipesChanged,
  /** The host is a VM itself, and its hypervisor ran something else. */
  CpuStolen,
  /** The caps on the host and what they cost add up to more than it has. */
  HostOverpacked,
  /** Processes that are no VMs of ours had the CPU. */
  CpuContention,
  /** A quota on a cgroup above that of the VM held it back. */
  LimitAbove,
  /** The vCPU waited, and nothing found on the host explains it. */
  CpuStarved,
  /** It got more CPU than its cap allows. */
  CpuExcess,
  /** A limit or floor of its disks is not in force. */
  DiskNotThrottled,
  /** Somebody else changed the limits of its disks; they were put right. */
  DiskLimitChanged,
  /** Others keep the device of its disks busy. */
  DiskContention,
  /** The engine of its network turned frames away, or delivered them too late. */
  PipeOverload,
  /** Its network's pipes delivered too many frames a little too late. */
  PipesLate;

  /**
   * Whether it is told from what happened within a window that may reach back to a moment in which
   * something surer was the matter.
   */
  public boolean isWindowed() {
    return isStarvation()
        || this == CpuExcess
        || this == DiskContention
        || this == PipeOverload
        || this == PipesLate;
  }

  /** Whether vCPUs may have had more or less of the CPU than was due for it. */
  public boolean isOfCpu() {
    return switch (this) {
      case ProcessStopped, HostPaused, NotCapped, CapChanged, CgroupMoved, CpuExcess -> true;
      default -> isStarvation();
    };
  }

  /** Whether this is a reason why a runnable vCPU waited. */
  public boolean isStarvation() {
    return switch (this) {
      case CpuStolen, HostOverpacked, CpuContention, LimitAbove, CpuStarved -> true;
      default -> false;
    };
  }
}
