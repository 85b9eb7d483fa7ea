package dev.diecast.daemon.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where a controller is mounted.
 *
 * @param mountPoint in the daemon's view of the file system
 * @param mountRoot the cgroup that is seen there, {@code /} unless only a part is mounted
 */
public record CgroupHierarchy(
    Controller controller, CgroupVersion version, Path mountPoint, String mountRoot) {

  /**
   * Finds the hierarchy in a mount table (/proc/PID/mountinfo, proc(5)). A controller is on one
   * hierarchy at a time; where a v1 mount has it, the cgroup2 mount beside it ({@code unified})
   * does not.
   *
   * @param below only mounts at or under this directory are looked at
   */
  public static Optional<CgroupHierarchy> find(
      Controller controller, List<String> mountInfo, Path below) {
    Optional<CgroupHierarchy> unified = Optional.empty();
    for (String line : mountInfo) {
      String[] halves = line.split(" - ", 2);
      String[] mount = halves[0].split(" ");
      String[] filesystem = halves.length == 2 ? halves[1].split(" ") : new String[0];
      if (mount.length < 5 || filesystem.length < 3 || !unescape(mount[4]).startsWith(below)) {
        continue;
      }
      boolean has = Arrays.asList(filesystem[2].split(",")).contains(controller.v1());
      Path point = unescape(mount[4]);
      if (filesystem[0].equals("cgroup") && has) {
        return Optional.of(new CgroupHierarchy(controller, CgroupVersion.V1, point, mount[3]));
      }
      if (filesystem[0].equals("cgroup2") && unified.isEmpty() && offers(controller, point)) {
        unified = Optional.of(new CgroupHierarchy(controller, CgroupVersion.V2, point, mount[3]));
      }
    }
    return unified;
  }

  /**
   * The directory of the cgroup that a process is in for this controller.
   *
   * @param processCgroups lines of /proc/PID/cgroup
   * @throws IOException where that cgroup is not under this mount, as when the daemon lives in a
   *     cgroup namespace of its own
   */
  public Path directoryOf(List<String> processCgroups) throws IOException {
    for (String line : processCgroups) {
      String[] fields = line.split(":", 3);
      boolean mine =
          switch (version) {
            case V1 ->
                fields.length == 3 && Arrays.asList(fields[1].split(",")).contains(controller.v1());
            case V2 -> fields.length == 3 && fields[0].equals("0");
          };
      if (mine) {
        return directory(fields[2]);
      }
    }
    throw new IOException(
        "no line for the " + controller.v1() + " controller in " + processCgroups);
  }

  /** Whether a directory is one of this hierarchy, by its name alone. */
  boolean contains(Path directory) {
    return directory.equals(directory.normalize()) && directory.startsWith(mountPoint);
  }

  private Path directory(String cgroup) throws IOException {
    String root = mountRoot.equals("/") ? "" : mountRoot;
    boolean outside = !(cgroup + "/").startsWith(root + "/") || cgroup.contains("/..");
    if (outside) {
      throw new IOException(
          "cgroup "
              + cgroup
              + " is not under "
              + mountRoot
              + ", which is all that is mounted at "
              + mountPoint
              + ": run the daemon in the host's cgroup namespace");
    }
    return mountPoint.resolve(cgroup.substring(root.length()).replaceFirst("^/+", "")).normalize();
  }

  private static boolean offers(Controller controller, Path mountPoint) {
    try {
      return words(mountPoint.resolve("cgroup.controllers")).contains(controller.v2());
    } catch (IOException e) {
      return false;
    }
  }

  static List<String> words(Path file) throws IOException {
    String content = Files.readString(file).strip();
    return content.isEmpty() ? List.of() : Arrays.asList(content.split("\\s+"));
  }

  /** mountinfo writes space, tab, newline and backslash in octal. */
  private static Path unescape(String field) {
    return Path.of(
        field
            .replace("\\040", " ")
            .replace("\\011", "\t")
            .replace("\\012", "\n")
            .replace("\\134", "\\"));
  }
}
