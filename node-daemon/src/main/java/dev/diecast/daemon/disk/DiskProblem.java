package dev.diecast.daemon.disk;

/**
 * Why a node's disks are not as they are due.
 *
 * @param message says which disk, and what would mend it
 */
public record DiskProblem(Reason reason, String message) {

  /** For programs: the reason of the condition Throttled. The graver ones come first. */
  public enum Reason {
    /** A limit is below what a kernel can enforce. */
    LimitBelowMinimum,
    /** The kernel or its interface refuses the change. */
    CgroupNotWritable,
    /** The throttle is not there for this VM's cgroup. */
    NoIoController,
    /** The VM shares its cgroup with another one. */
    SharedCgroup,
    /** QEMU has no such disk open. */
    DiskNotFound,
    /** The disk lies on no block device. */
    NotThrottleable,
    /** QEMU writes through the host's page cache, past the throttle. */
    BufferedIo,
    /** Disks on one device are held to the sum of their limits only. */
    SharedDevice,
    /** Nothing makes the disk as slow to answer as it is due. */
    NoLatencyFloor
  }
}
