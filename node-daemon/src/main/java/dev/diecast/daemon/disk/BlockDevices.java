package dev.diecast.daemon.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Block devices of the host as sysfs shows them (Linux, ABI/stable/sysfs-block). */
public final class BlockDevices {
  private final Path sys;

  /**
   * @param sys usually {@code /sys}
   */
  public BlockDevices(Path sys) {
    this.sys = sys;
  }

  /**
   * The device that requests to this one are queued at: that of a partition is its whole disk's.
   * Empty where the kernel has no such block device.
   */
  Optional<DeviceNumber> queueOf(DeviceNumber device) {
    Path entry = sys.resolve("dev/block").resolve(device.toString());
    try {
      if (!Files.exists(entry.resolve("partition"))) {
        return Files.exists(entry) ? Optional.of(device) : Optional.empty();
      }
      // .../block/sda/sda1: sysfs is the kernel's, so its links may be followed.
      return read(entry.toRealPath().getParent().resolve("dev"));
    } catch (IOException e) {
      return Optional.empty(); // unplugged meanwhile
    }
  }

  /**
   * The device of a name, as mount tables have it in their source column. Its last part alone is
   * looked up, in sysfs: the path itself may be anybody's.
   */
  Optional<DeviceNumber> named(String source) {
    String name = source.substring(source.lastIndexOf('/') + 1);
    if (!source.startsWith("/dev/") || name.isEmpty() || name.startsWith(".")) {
      return Optional.empty();
    }
    return read(sys.resolve("class/block").resolve(name).resolve("dev"));
  }

  /** The file under a loop device, as it was named when it was set up. */
  Optional<String> loopFile(DeviceNumber device) {
    Path file = sys.resolve("dev/block").resolve(device.toString()).resolve("loop/backing_file");
    try {
      return Optional.of(Files.readString(file).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<DeviceNumber> read(Path file) {
    try {
      return DeviceNumber.parse(Files.readString(file).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
