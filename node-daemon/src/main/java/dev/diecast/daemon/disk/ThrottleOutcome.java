package dev.diecast.daemon.disk;

import dev.diecast.core.disk.DiskThrottle;
import dev.diecast.core.disk.LatencyFloor;
import java.util.List;
import java.util.Map;

/** What became of one attempt to throttle one VM's disks. */
public sealed interface ThrottleOutcome {

  /** The machine has no limits of its disks, and nothing is done to the host. */
  record Unlimited() implements ThrottleOutcome {}

  /** Where no mounted hierarchy has the controller. */
  static ThrottleOutcome withoutHierarchy(DiskTarget target) {
    return target.isUnlimited()
        ? new Unlimited()
        : new Throttled(
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            List.of(
                new DiskProblem(
                    DiskProblem.Reason.NoIoController,
                    "no mounted cgroup hierarchy has the blkio or io controller: mount the host's"
                        + " /sys/fs/cgroup")),
            false);
  }

  /** There is nothing to throttle (yet). */
  record NoProcess(String message) implements ThrottleOutcome {}

  /**
   * What could be enforced was read back from the kernel.
   *
   * @param backings by the disk's name
   * @param inForce by device
   * @param delays that are added to each request, by the disk's name; none where none are
   * @param delivered by device, since the VM's cgroup is throttled
   * @param problems empty where all disks are as they are due
   * @param drift whether somebody else had changed it since it was last seen right
   */
  record Throttled(
      Map<String, DiskBacking> backings,
      Map<DeviceNumber, DiskThrottle> inForce,
      Map<String, LatencyFloor> delays,
      Map<DeviceNumber, DiskCounters> delivered,
      List<DiskProblem> problems,
      boolean drift)
      implements ThrottleOutcome {}
}
