package dev.diecast.core.fidelity;

/**
 * Who had the device of a VM's disks in a stretch of host time.
 *
 * @param device as the kernel names it, {@code sda}
 * @param busyNanos time in which the device had at least one request (Linux, admin-guide/iostats)
 * @param queuedNanos time that requests spent there, all together
 * @param vmBytes read and written by this VM
 * @param ownBytes by all VMs of ours
 * @param totalBytes by everybody
 */
public record DiskUse(
    String device,
    long lengthNanos,
    long busyNanos,
    long queuedNanos,
    long vmBytes,
    long ownBytes,
    long totalBytes) {

  /** A device that is idle for less than this has no room left. */
  static final double SATURATED = 0.9;

  /** Requests at a time: fewer than this a device serves as fast as one alone. */
  static final double QUEUED = 2;

  /** A VM that moves less than this has no work for its disk: it writes a log. */
  static final long NOTABLE_BYTES = 16 << 10;

  /** Others are to blame when they move at least this part. */
  static final double BY_OTHERS = 0.5;

  public double busy() {
    return lengthNanos <= 0 ? 0 : Math.min(1, busyNanos / (double) lengthNanos);
  }

  /** Requests that were there at a time, on average. */
  public double queueLength() {
    return lengthNanos <= 0 ? 0 : queuedNanos / (double) lengthNanos;
  }

  /** Whether the VM had work for its disk. */
  boolean isUsed() {
    return vmBytes >= NOTABLE_BYTES;
  }

  /** The part of the bytes that no VM of ours moved. */
  public double others() {
    return totalBytes <= 0 ? 0 : Math.max(0, totalBytes - ownBytes) / (double) totalBytes;
  }

  public boolean isSaturatedByOthers() {
    return busy() >= SATURATED && queueLength() >= QUEUED && others() >= BY_OTHERS;
  }
}
