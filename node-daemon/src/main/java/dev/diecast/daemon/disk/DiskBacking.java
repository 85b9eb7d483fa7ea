package dev.diecast.daemon.disk;

/** What a disk of a VM lies on. */
public sealed interface DiskBacking {

  /**
   * @param device whose throttle holds all that is read and written there
   * @param path of the file or device in QEMU's view
   * @param direct whether QEMU passes the host's page cache by (O_DIRECT)
   */
  record OnDevice(DeviceNumber device, String path, boolean direct) implements DiskBacking {}

  /** On something that is no block device, and has no throttle. */
  record WithoutDevice(String path, String fileSystem) implements DiskBacking {}

  /** QEMU has no such disk open. */
  record NotOpen() implements DiskBacking {}
}
