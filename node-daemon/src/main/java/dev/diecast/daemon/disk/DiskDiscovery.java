package dev.diecast.daemon.disk;

import java.util.List;
import java.util.Optional;

/** Finds what each disk lies on, from what QEMU holds open. */
final class DiskDiscovery {
  private final BlockDevices devices;

  DiskDiscovery(BlockDevices devices) {
    this.devices = devices;
  }

  DiskBacking find(String disk, List<OpenFile> open, MountTable mounts) {
    List<OpenFile> files = open.stream().filter(file -> isOf(disk, file)).toList();
    if (files.isEmpty()) {
      return new DiskBacking.NotOpen();
    }
    OpenFile file = files.getFirst();
    boolean direct = files.stream().allMatch(OpenFile::direct);
    return device(file, mounts)
        .<DiskBacking>map(device -> new DiskBacking.OnDevice(device, file.path(), direct))
        .orElseGet(
            () ->
                new DiskBacking.WithoutDevice(
                    file.path(),
                    mounts
                        .find(file.mountId())
                        .map(MountTable.Mount::type)
                        .orElse("an unknown file system")));
  }

  private boolean isOf(String disk, OpenFile file) {
    boolean byPath = DiskNames.of(file.path()).filter(disk::equals).isPresent();
    return byPath
        || file.kind() == OpenFile.Kind.BLOCK_DEVICE
            && devices
                .loopFile(file.device())
                .flatMap(DiskNames::of)
                .filter(disk::equals)
                .isPresent();
  }

  /** A file system of several devices (btrfs) has a number of its own; its source names one. */
  private Optional<DeviceNumber> device(OpenFile file, MountTable mounts) {
    if (!file.device().isAnonymous()) {
      return devices.queueOf(file.device());
    }
    return mounts
        .find(file.mountId())
        .map(MountTable.Mount::source)
        .flatMap(devices::named)
        .flatMap(devices::queueOf);
  }
}
