package dev.diecast.daemon.support;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A directory on a file system of a block device: this one's where it has one, as a machine with a
 * disk; else an ext4 of our own on a loop device, as in a machine that runs from memory.
 */
public final class DiskFileSystem implements AutoCloseable {
  private static final Set<String> WITHOUT_DEVICE =
      Set.of("overlay", "tmpfs", "ramfs", "9p", "rootfs");
  private static final int IMAGE_BYTES = 48 << 20;

  private final Path directory;
  private final Optional<LoopDevice> device;

  public static DiskFileSystem at(Path directory) throws IOException {
    Files.createDirectories(directory);
    if (!WITHOUT_DEVICE.contains(Files.getFileStore(directory).type())) {
      return new DiskFileSystem(directory, Optional.empty());
    }
    Path image = directory.resolveSibling(directory.getFileName() + ".ext4");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(IMAGE_BYTES);
    }
    LoopDevice loop = LoopDevice.over(image);
    // The device has it open: it goes with the device.
    Files.delete(image);
    LoopDevice.run(List.of("mkfs.ext4", "-q", loop.path().toString()));
    LoopDevice.run(List.of("mount", loop.path().toString(), directory.toString()));
    return new DiskFileSystem(directory, Optional.of(loop));
  }

  private DiskFileSystem(Path directory, Optional<LoopDevice> device) {
    this.directory = directory;
    this.device = device;
  }

  @Override
  public void close() throws IOException {
    if (device.isPresent()) {
      LoopDevice.run(List.of("umount", directory.toString()));
      device.get().close();
    }
    try (var all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
