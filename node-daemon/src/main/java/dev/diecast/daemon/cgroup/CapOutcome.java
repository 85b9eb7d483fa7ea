package dev.diecast.daemon.cgroup;

import dev.diecast.core.cpu.CpuCap;
import dev.diecast.daemon.cpu.Vcpu;
import dev.diecast.daemon.record.VmRecord;
import java.util.List;
import java.util.Set;

/** What became of one attempt to cap one VM. */
public sealed interface CapOutcome {
  /**
   * The cap was read back from the kernel and holds every vCPU, each by itself.
   *
   * @param cap of each single vCPU
   * @param vcpus by number
   * @param drift what somebody else had changed since it was last seen right, and is right again
   */
  record Capped(CpuCap cap, List<Vcpu> vcpus, VmRecord record, Set<Drift> drift)
      implements CapOutcome {}

  /** There is nothing to cap (yet). */
  record NoProcess(String message) implements CapOutcome {}

  /** Something stands in the way; it is tried again in the next round. */
  record Refused(Obstacle obstacle, String message) implements CapOutcome {}

  /** What stands in the way; reasons of the condition Capped. */
  enum Obstacle {
    /** The kernel or its cgroup file system refuses. */
    CgroupNotWritable,
    /** What is about to be done cannot be recorded, so it is not done. */
    RecordNotWritable
  }
}
