package dev.diecast.daemon.disk;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.disk.DiskThrottle;
import dev.diecast.core.disk.GuestDisk;
import dev.diecast.core.disk.LatencyFloor;

/**
 * What T gives one disk, host frame.
 *
 * @param throttle nearest to that which the kernel can enforce
 * @param roundingError part by which it is off for that
 */
public record DiskDue(
    String name, DiskThrottle throttle, LatencyFloor floor, Rational roundingError) {

  /**
   * @throws IllegalArgumentException where a limit is below what a kernel can enforce; says the
   *     mend
   */
  static DiskDue of(GuestDisk disk, DilationFactor factor) {
    DiskThrottle throttle = DiskThrottle.of(disk.limits(), factor);
    return new DiskDue(
        disk.name(),
        throttle,
        disk.floor().onHost(factor),
        throttle.roundingError(disk.limits(), factor));
  }

  boolean isUnlimited() {
    return throttle.isNone() && floor.isNone();
  }
}
