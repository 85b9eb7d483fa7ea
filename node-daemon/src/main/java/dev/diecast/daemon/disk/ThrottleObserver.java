package dev.diecast.daemon.disk;

import dev.diecast.core.disk.DiskRate;
import dev.diecast.core.disk.DiskThrottle;
import dev.diecast.daemon.cgroup.CgroupVersion;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.ProcessKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** Reads the throttles of one VM and what they let through; changes nothing. */
final class ThrottleObserver {
  private final CgroupVersion version;
  private final ProcFiles proc;

  ThrottleObserver(CgroupVersion version, ProcFiles proc) {
    this.version = version;
    this.proc = proc;
  }

  /**
   * @throws NoSuchFileException v2: where the cgroup has no io controller
   */
  VmThrottles observe(Path cgroup) throws IOException {
    boolean exists = Files.isDirectory(cgroup, LinkOption.NOFOLLOW_LINKS);
    boolean own = version == CgroupVersion.V1;
    return new VmThrottles(
        version,
        cgroup,
        exists,
        exists ? limits(cgroup) : Map.of(),
        own && exists ? pids(cgroup) : Set.of());
  }

  private Map<DeviceNumber, DiskThrottle> limits(Path cgroup) throws IOException {
    if (version == CgroupVersion.V2) {
      return ThrottleFiles.parseV2(Files.readAllLines(cgroup.resolve(ThrottleFiles.V2_LIMITS)));
    }
    Map<DiskRate, List<String>> lines = new EnumMap<>(DiskRate.class);
    for (DiskRate rate : DiskRate.values()) {
      lines.put(rate, Files.readAllLines(cgroup.resolve(ThrottleFiles.v1File(rate))));
    }
    return ThrottleFiles.parseV1(lines);
  }

  Map<DeviceNumber, DiskCounters> delivered(Path cgroup) throws IOException {
    return switch (version) {
      case V1 ->
          DiskCounters.ofBlkio(
              Files.readAllLines(cgroup.resolve(ThrottleFiles.V1_BYTES)),
              Files.readAllLines(cgroup.resolve(ThrottleFiles.V1_OPERATIONS)));
      case V2 ->
          DiskCounters.ofIoStat(Files.readAllLines(cgroup.resolve(ThrottleFiles.V2_COUNTERS)));
    };
  }

  /** The processes in a cgroup; none where it is gone. */
  List<ProcessKey> processes(Path cgroup) throws IOException {
    List<ProcessKey> processes = new ArrayList<>();
    if (Files.isDirectory(cgroup, LinkOption.NOFOLLOW_LINKS)) {
      for (int pid : pids(cgroup)) {
        OptionalLong start = proc.startTicks(pid);
        start.ifPresent(ticks -> processes.add(new ProcessKey(pid, ticks)));
      }
    }
    return processes;
  }

  private static Set<Integer> pids(Path cgroup) throws IOException {
    Set<Integer> pids = new TreeSet<>();
    for (String line : Files.readAllLines(cgroup.resolve(ThrottlePlan.PROCESSES))) {
      pids.add(Integer.parseInt(line.strip()));
    }
    pids.remove(0); // a process of a pid namespace that we cannot see
    return pids;
  }
}
