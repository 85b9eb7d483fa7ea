package dev.diecast.standalone.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where cgroup hierarchies are mounted (proc(5), cgroups(7)).
 *
 * @param cpuV1 the v1 hierarchy with the cpu controller, and this process' place in it
 * @param blkioV1 the same of the blkio controller
 * @param unified the v2 hierarchy
 * @param all mount points of every hierarchy
 */
public record CgroupMounts(
    Optional<Place> cpuV1, Optional<Place> blkioV1, Optional<Path> unified, List<Path> all) {

  /** Controllers in the line of the v2 hierarchy in /proc/PID/cgroup. */
  private static final String UNIFIED = "";

  /**
   * A place in a hierarchy.
   *
   * @param mountPoint where the hierarchy is seen
   * @param own this process' cgroup, as a directory
   */
  public record Place(Path mountPoint, Path own) {}

  public static CgroupMounts ofThisProcess() {
    try {
      return parse(
          Files.readAllLines(Path.of("/proc/self/mountinfo")),
          Files.readAllLines(Path.of("/proc/self/cgroup")));
    } catch (IOException e) {
      return new CgroupMounts(Optional.empty(), Optional.empty(), Optional.empty(), List.of());
    }
  }

  /**
   * The cgroup that caps a thread, in the hierarchy that has the cpu controller; empty where there
   * is none, or the thread has ended.
   *
   * @param thread /proc/PID/task/TID
   */
  public static Optional<Path> cpuCgroup(Path thread) {
    try {
      return cpuCgroup(
          Files.readAllLines(Path.of("/proc/self/mountinfo")),
          Files.readAllLines(thread.resolve("cgroup")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static Optional<Path> cpuCgroup(List<String> mountinfo, List<String> cgroup) {
    CgroupMounts seen = parse(mountinfo, cgroup);
    return seen.cpuV1
        .map(Place::own)
        .or(
            () ->
                seen.unified.flatMap(
                    mount -> own(cgroup, UNIFIED).map(path -> below(mount, "/", path))));
  }

  static CgroupMounts parse(List<String> mountinfo, List<String> cgroup) {
    Optional<Place> cpu = Optional.empty();
    Optional<Place> blkio = Optional.empty();
    Optional<Path> unified = Optional.empty();
    List<Path> all = new ArrayList<>();
    for (String line : mountinfo) {
      // 36 35 98:0 /root /mount/point options [optional fields] - type source superOptions
      int separator = line.indexOf(" - ");
      String[] left = line.substring(0, separator).split(" ");
      String[] right = line.substring(separator + 3).split(" ");
      Path mountPoint = Path.of(left[4]);
      if (right[0].equals("cgroup2")) {
        unified = Optional.of(mountPoint);
        all.add(mountPoint);
      } else if (right[0].equals("cgroup")) {
        all.add(mountPoint);
        List<String> controllers = List.of(right[2].split(","));
        if (controllers.contains("cpu")) {
          cpu = place(cgroup, "cpu", mountPoint, left[3]);
        }
        if (controllers.contains("blkio")) {
          blkio = place(cgroup, "blkio", mountPoint, left[3]);
        }
      }
    }
    return new CgroupMounts(cpu, blkio, unified, List.copyOf(all));
  }

  private static Optional<Place> place(
      List<String> cgroup, String controller, Path mountPoint, String root) {
    return own(cgroup, controller)
        .map(path -> new Place(mountPoint, below(mountPoint, root, path)));
  }

  /** Lines of /proc/PID/cgroup: id, controllers, path; with colons between. */
  private static Optional<String> own(List<String> cgroup, String controller) {
    return cgroup.stream()
        .map(line -> line.split(":", 3))
        .filter(fields -> List.of(fields[1].split(",")).contains(controller))
        .map(fields -> fields[2])
        .findFirst();
  }

  /** Inside a container the mount shows a part of the hierarchy only. */
  private static Path below(Path mountPoint, String root, String path) {
    Path whole = Path.of(path);
    Path relative = whole.startsWith(root) ? Path.of(root).relativize(whole) : Path.of("");
    return mountPoint.resolve(relative).normalize();
  }
}
