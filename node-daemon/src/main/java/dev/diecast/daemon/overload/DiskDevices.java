package dev.diecast.daemon.overload;

import dev.diecast.daemon.process.ProcFiles;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which block devices hold what a QEMU has open: its disks. */
final class DiskDevices {
  /** Logs and the like are smaller. */
  private static final long LEAST_BYTES = 1 << 20;

  private static final int FILE_TYPE = 0170000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final int REGULAR_FILE = 0100000;

  private final ProcFiles proc;
  private final Path sys;

  DiskDevices(ProcFiles proc, Path sys) {
    this.proc = proc;
    this.sys = sys;
  }

  /** Whole disks, {@code major:minor}; none where QEMU is gone. */
  Set<String> of(int pid) {
    Set<String> devices = new HashSet<>();
    try (DirectoryStream<Path> open = Files.newDirectoryStream(proc.of(pid).resolve("fd"))) {
      for (Path descriptor : open) {
        device(descriptor, devices);
      }
    } catch (IOException | DirectoryIteratorException e) {
      return devices;
    }
    return devices;
  }

  private void device(Path descriptor, Set<String> into) {
    try {
      Map<String, Object> file = Files.readAttributes(descriptor, "unix:mode,dev,rdev,size");
      int type = (Integer) file.get("mode") & FILE_TYPE;
      if (type == BLOCK_DEVICE) {
        into.add(wholeDisk((Long) file.get("rdev")));
      } else if (type == REGULAR_FILE && (Long) file.get("size") >= LEAST_BYTES) {
        into.add(wholeDisk((Long) file.get("dev")));
      }
    } catch (IOException e) {
      // It has been closed meanwhile, or is no file.
    }
  }

  /** Others on another partition use the same disk. */
  private String wholeDisk(long device) throws IOException {
    long major = (device >> 8) & 0xfff | (device >> 32) & ~0xfffL;
    long minor = device & 0xff | (device >> 12) & ~0xffL;
    String number = major + ":" + minor;
    Path block = sys.resolve("dev/block").resolve(number);
    return Files.exists(block.resolve("partition"))
        ? Files.readString(block.toRealPath().getParent().resolve("dev")).strip()
        : number;
  }
}
