package dev.diecast.daemon.disk;

import dev.diecast.daemon.process.ProcFiles;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which block devices hold what a process has open: disks, images, and what loop devices lie on,
 * whatever they are called. {@link DiskDiscovery} asks of one disk by name what this asks of all.
 */
public final class OpenDevices {
  /** Logs and the like are smaller. */
  private static final long LEAST_BYTES = 1 << 20;

  private static final int FILE_TYPE = 0170000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final int REGULAR_FILE = 0100000;

  private final ProcFiles proc;
  private final BlockDevices devices;

  public OpenDevices(ProcFiles proc, BlockDevices devices) {
    this.proc = proc;
    this.devices = devices;
  }

  /** Those that requests are queued at: whole disks, and loop devices with what is under them. */
  public Set<DeviceNumber> of(List<Integer> pids) {
    Set<DeviceNumber> found = new HashSet<>();
    for (int pid : pids) {
      try (DirectoryStream<Path> open = Files.newDirectoryStream(proc.of(pid).resolve("fd"))) {
        for (Path descriptor : open) {
          look(descriptor, found);
        }
      } catch (IOException | DirectoryIteratorException e) {
        // It has ended meanwhile.
      }
    }
    return found;
  }

  private void look(Path descriptor, Set<DeviceNumber> into) {
    try {
      Map<String, Object> file = Files.readAttributes(descriptor, "unix:mode,dev,rdev,size");
      int type = (int) file.get("mode") & FILE_TYPE;
      if (type == BLOCK_DEVICE) {
        DeviceNumber device = DeviceNumber.ofStat((long) file.get("rdev"));
        add(device, into);
        under(device).ifPresent(below -> add(below, into));
      } else if (type == REGULAR_FILE && (long) file.get("size") >= LEAST_BYTES) {
        add(DeviceNumber.ofStat((long) file.get("dev")), into);
      }
    } catch (IOException e) {
      // It has been closed meanwhile, or is no file.
    }
  }

  private void add(DeviceNumber device, Set<DeviceNumber> into) {
    devices.queueOf(device).ifPresent(into::add);
  }

  /** Only looked at, never opened: the path is what somebody called it at the time. */
  private Optional<DeviceNumber> under(DeviceNumber loop) {
    return devices
        .loopFile(loop)
        .flatMap(
            file -> {
              try {
                long dev = (long) Files.getAttribute(Path.of(file), "unix:dev");
                return Optional.of(DeviceNumber.ofStat(dev));
              } catch (IOException | IllegalArgumentException e) {
                return Optional.empty();
              }
            });
  }
}
