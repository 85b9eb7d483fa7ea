package dev.diecast.daemon.disk;

import dev.diecast.core.disk.DiskThrottle;
import dev.diecast.core.disk.LatencyFloor;
import dev.diecast.daemon.disk.DiskProblem.Reason;
import dev.diecast.daemon.process.DiskServer;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.QemuProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Where the disks of a VM are, and what each device is due for those that lie on it. */
final class VmDisks {
  private final ProcFiles proc;
  private final OpenFiles openFiles;
  private final DiskDiscovery discovery;

  VmDisks(ProcFiles proc, BlockDevices devices) {
    this.proc = proc;
    this.openFiles = new OpenFiles(proc);
    this.discovery = new DiskDiscovery(devices);
  }

  /**
   * @param backings by the disk's name
   * @param due by device
   * @param delays that are added to requests, by the disk's name
   */
  record Found(
      Map<String, DiskBacking> backings,
      Map<DeviceNumber, DiskThrottle> due,
      Map<String, LatencyFloor> delays,
      List<DiskProblem> problems) {}

  Found find(DiskTarget target, QemuProcess qemu) throws IOException {
    List<OpenFile> open = new ArrayList<>(openFiles.of(qemu.pid()));
    for (DiskServer server : qemu.diskServers()) {
      open.addAll(ofServer(server));
    }
    MountTable mounts =
        MountTable.parse(Files.readAllLines(proc.of(qemu.pid()).resolve("mountinfo")));
    Map<String, DiskBacking> backings = new TreeMap<>();
    for (DiskDue disk : target.disks()) {
      backings.put(disk.name(), discovery.find(disk.name(), open, mounts));
    }
    return judge(target, backings, delays(qemu.diskServers()));
  }

  private List<OpenFile> ofServer(DiskServer server) {
    try {
      List<OpenFile> open = openFiles.of(server.key().pid());
      return proc.isAlive(server.key()) ? open : List.of();
    } catch (IOException e) {
      return List.of(); // it has just ended
    }
  }

  /** Servers one behind the other add up. */
  private static Map<String, LatencyFloor> delays(List<DiskServer> servers) {
    Map<String, LatencyFloor> delays = new TreeMap<>();
    servers.forEach(
        server ->
            delays.merge(
                server.disk(),
                new LatencyFloor(server.readDelay(), server.writeDelay()),
                LatencyFloor::plus));
    return delays;
  }

  /** Pure. */
  static Found judge(
      DiskTarget target, Map<String, DiskBacking> backings, Map<String, LatencyFloor> delays) {
    List<DiskProblem> problems = new ArrayList<>(invalid(target));
    Map<DeviceNumber, List<DiskDue>> byDevice = new TreeMap<>();
    for (DiskDue disk : target.disks()) {
      LatencyFloor delay = delays.getOrDefault(disk.name(), LatencyFloor.NONE);
      if (!delay.isAtLeast(disk.floor())) {
        problems.add(tooQuick(disk, delay));
      }
      switch (backings.get(disk.name())) {
        case DiskBacking.OnDevice on -> {
          byDevice.computeIfAbsent(on.device(), _ -> new ArrayList<>()).add(disk);
          if (!on.direct() && !disk.throttle().isNone()) {
            problems.add(buffered(disk, on));
          }
        }
        case DiskBacking.WithoutDevice none when !disk.throttle().isNone() ->
            problems.add(withoutDevice(disk, none));
        case DiskBacking.WithoutDevice _ -> {}
        case DiskBacking.NotOpen _ when !disk.isUnlimited() -> problems.add(notOpen(disk));
        case DiskBacking.NotOpen _ -> {}
      }
    }
    Map<DeviceNumber, DiskThrottle> due = new TreeMap<>();
    byDevice.forEach(
        (device, disks) -> {
          DiskThrottle together =
              DiskThrottle.together(disks.stream().map(DiskDue::throttle).toList());
          if (!together.isNone()) {
            due.put(device, together);
          }
          if (disks.size() > 1 && disks.stream().anyMatch(d -> !d.throttle().isNone())) {
            problems.add(shared(device, disks, together));
          }
        });
    problems.sort(java.util.Comparator.comparing(DiskProblem::reason));
    return new Found(backings, due, delays, List.copyOf(problems));
  }

  static List<DiskProblem> invalid(DiskTarget target) {
    return target.invalid().stream()
        .map(message -> new DiskProblem(Reason.LimitBelowMinimum, message))
        .toList();
  }

  private static DiskProblem notOpen(DiskDue disk) {
    return new DiskProblem(
        Reason.DiskNotFound,
        "disk "
            + disk.name()
            + ": QEMU has no file or device of this name open: is it attached to the VM under the"
            + " name that the machine gives it?");
  }

  private static DiskProblem tooQuick(DiskDue disk, LatencyFloor delay) {
    return new DiskProblem(
        Reason.NoLatencyFloor,
        "disk %s: a read is to take %s and a write %s of host time at least, and requests are delayed by %s and %s: its QEMU must be started with nbdkit before the disk, as standalone does"
            .formatted(
                disk.name(),
                millis(disk.floor().read()),
                millis(disk.floor().write()),
                millis(delay.read()),
                millis(delay.write())));
  }

  private static String millis(Duration duration) {
    return duration.toNanos() / 1e6 + " ms";
  }

  private static DiskProblem withoutDevice(DiskDue disk, DiskBacking.WithoutDevice none) {
    return new DiskProblem(
        Reason.NotThrottleable,
        "disk "
            + disk.name()
            + ": "
            + none.path()
            + " is on "
            + none.fileSystem()
            + ", which has no block device to throttle: put it on a file system of a local disk");
  }

  private static DiskProblem buffered(DiskDue disk, DiskBacking.OnDevice on) {
    return new DiskProblem(
        Reason.BufferedIo,
        "disk "
            + disk.name()
            + ": QEMU has opened "
            + on.path()
            + " through the host's page cache, and what it writes there passes the throttle by:"
            + " set the disk's cache to none");
  }

  private static DiskProblem shared(
      DeviceNumber device, List<DiskDue> disks, DiskThrottle together) {
    return new DiskProblem(
        Reason.SharedDevice,
        "disks "
            + disks.stream().map(DiskDue::name).collect(Collectors.joining(", "))
            + " lie on one device ("
            + device
            + "), which the kernel throttles as a whole: "
            + (together.isNone()
                ? "nothing is limited there, since each rate is unlimited for one of them"
                : "together they are held to the sum of their limits")
            + "; give each a device of its own");
  }
}
