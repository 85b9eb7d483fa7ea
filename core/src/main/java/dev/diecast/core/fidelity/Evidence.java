package dev.diecast.core.fidelity;

import java.util.Optional;
import java.util.SortedMap;

/**
 * What was observed of one VM, all of it up to the same moment.
 *
 * @param clock why the clock is known to be wrong; empty where it is right or not known
 * @param refused why its cap cannot be put in force; empty where it is, or there is no process
 * @param drift what somebody else had changed since the last look, and was put right
 * @param sinceLast CPU of each vCPU since the last look
 * @param recent CPU of each vCPU in the window; without those not watched for so long
 * @param host the same window for the whole host
 * @param limitAbove whether a cgroup above that of the VM was throttled meanwhile
 * @param diskLimits why its disks are not held to what they are due; empty where they are
 * @param notNetworked why it is not joined to its model's network; empty where it is, or has none
 * @param pipes of its model; empty where it has no network, or the pipes are another host's
 */
public record Evidence(
    Optional<String> clock,
    Optional<String> refused,
    Optional<Cause> drift,
    SortedMap<Integer, CpuDelivery> sinceLast,
    SortedMap<Integer, CpuDelivery> recent,
    HostCpu host,
    boolean limitAbove,
    Optional<Judgement> diskLimits,
    Optional<DiskUse> disk,
    Optional<String> notNetworked,
    Optional<PipeUse> pipes) {

  /** Without disks and pipes. */
  public Evidence(
      Optional<String> clock,
      Optional<String> refused,
      Optional<Cause> drift,
      SortedMap<Integer, CpuDelivery> sinceLast,
      SortedMap<Integer, CpuDelivery> recent,
      HostCpu host,
      boolean limitAbove,
      Optional<DiskUse> disk) {
    this(
        clock,
        refused,
        drift,
        sinceLast,
        recent,
        host,
        limitAbove,
        Optional.empty(),
        disk,
        Optional.empty(),
        Optional.empty());
  }
}
