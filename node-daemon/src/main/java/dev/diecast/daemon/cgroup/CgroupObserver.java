package dev.diecast.daemon.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/** Reads the state of one VM's child cgroups; changes nothing. */
final class CgroupObserver {
  private final CgroupVersion version;

  CgroupObserver(CgroupVersion version) {
    this.version = version;
  }

  /**
   * @param due the thread of each vCPU, from /proc, by the child where it should be; none where the
   *     vCPU is gone
   */
  VmCgroups observe(Path parent, SortedMap<Path, Set<Integer>> due) throws IOException {
    List<VcpuCgroup> children = new ArrayList<>();
    for (Map.Entry<Path, Set<Integer>> vcpu : due.entrySet()) {
      children.add(observe(vcpu.getKey(), vcpu.getValue()));
    }
    return new VmCgroups(
        version, parent, version == CgroupVersion.V1 || handsOnCpu(parent), List.copyOf(children));
  }

  /** Whether a thread is, at this moment, in one of the children. */
  boolean isInside(int tid, VmCgroups found) {
    for (Path child : found.directories()) {
      try {
        if (threads(child).contains(tid)) {
          return true;
        }
      } catch (IOException e) {
        // It is gone, and nobody is in it.
      }
    }
    return false;
  }

  private VcpuCgroup observe(Path child, Set<Integer> due) throws IOException {
    boolean exists = Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS);
    boolean v1 = version == CgroupVersion.V1;
    return new VcpuCgroup(
        child,
        exists,
        exists ? bandwidth(child) : Optional.empty(),
        v1 || exists && firstLine(child.resolve(CapPlan.V2_TYPE)).equals("threaded"),
        exists ? threads(child) : Set.of(),
        Set.copyOf(due));
  }

  private Optional<Bandwidth> bandwidth(Path child) throws IOException {
    return switch (version) {
      case V1 ->
          Optional.of(
              new Bandwidth(
                  Long.parseLong(firstLine(child.resolve(CapPlan.V1_QUOTA))),
                  Long.parseLong(firstLine(child.resolve(CapPlan.V1_PERIOD)))));
      case V2 -> {
        try {
          yield Optional.of(parseMax(firstLine(child.resolve(CapPlan.V2_BANDWIDTH))));
        } catch (NoSuchFileException e) {
          yield Optional.empty(); // the parent does not hand on the cpu controller
        }
      }
    };
  }

  /** {@code cpu.max}: quota or {@code max}, then the period. */
  static Bandwidth parseMax(String line) {
    String[] words = line.split(" ");
    long quota = words[0].equals("max") ? Bandwidth.UNLIMITED : Long.parseLong(words[0]);
    return new Bandwidth(quota, Long.parseLong(words[1]));
  }

  private static boolean handsOnCpu(Path parent) throws IOException {
    try {
      return CgroupHierarchy.words(parent.resolve(CapPlan.V2_SUBTREE)).contains("cpu");
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private Set<Integer> threads(Path child) throws IOException {
    Set<Integer> threads = new TreeSet<>();
    List<String> lines;
    try {
      lines = CgroupHierarchy.words(child.resolve(version.threadsFile()));
    } catch (IOException e) {
      if (version == CgroupVersion.V2) {
        return Set.of(); // EOPNOTSUPP: the child is not threaded yet, so nobody can be in it
      }
      throw e;
    }
    for (String line : lines) {
      int tid = Integer.parseInt(line);
      if (tid > 0) { // 0: a thread of a pid namespace that we cannot see
        threads.add(tid);
      }
    }
    return threads;
  }

  private static String firstLine(Path file) throws IOException {
    return Files.readString(file).strip();
  }
}
