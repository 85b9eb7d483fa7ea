package dev.diecast.standalone.virt;

import dev.diecast.standalone.process.CgroupMounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A cgroup for each VM, below one of the instance, as a pod would give it: the daemon makes its
 * cgroups for the vCPU threads and the disks in there.
 *
 * <p>On v1 in the hierarchies of cpu and blkio, below this process' own cgroup there; on v2 below
 * the root, since a cgroup that has processes (this one's) cannot hand its controllers to children
 * (cgroups(7), "no internal processes").
 */
final class GuestCgroups {

  /** The instance's cgroups: one, or on v1 one in each hierarchy. */
  private final List<Path> bases;

  private GuestCgroups(List<Path> bases) {
    this.bases = bases;
  }

  /**
   * Makes the instance's cgroup; where that is not permitted, VMs run without and it is said.
   *
   * @param name the instance's cgroup name
   */
  static GuestCgroups make(String name, CgroupMounts mounts, Consumer<String> progress) {
    try {
      if (mounts.cpuV1().isPresent()) {
        List<Path> bases =
            Stream.of(mounts.cpuV1(), mounts.blkioV1())
                .flatMap(Optional::stream)
                .map(place -> place.own().resolve(name))
                .distinct()
                .toList();
        for (Path base : bases) {
          Files.createDirectories(base);
        }
        return new GuestCgroups(bases);
      }
      if (mounts.unified().isPresent()) {
        Path root = mounts.unified().get();
        delegate(root);
        Path base = root.resolve(name);
        Files.createDirectories(base);
        delegate(base);
        return new GuestCgroups(List.of(base));
      }
      progress.accept("no cgroups on this machine: guests run without a cgroup of their own");
    } catch (IOException e) {
      progress.accept(
          "guests run without a cgroup of their own, CPU caps and disk throttles will not work: "
              + e.getMessage()
              + " (run as root, or have the cpu and io controllers delegated)");
    }
    return new GuestCgroups(List.of());
  }

  /** Moves a process with all its threads into the cgroup of its VM. */
  void put(String uid, long pid) throws IOException {
    for (Path base : bases) {
      Path cgroup = base.resolve(uid);
      Files.createDirectories(cgroup);
      Files.writeString(cgroup.resolve("cgroup.procs"), Long.toString(pid));
    }
  }

  /** Removes a VM's cgroup with those the daemon left in it; false while something is in there. */
  boolean remove(String uid) {
    return bases.stream().map(base -> base.resolve(uid)).allMatch(GuestCgroups::remove);
  }

  private static boolean remove(Path cgroup) {
    if (!Files.exists(cgroup)) {
      return true;
    }
    try (Stream<Path> directories = Files.walk(cgroup)) {
      for (Path directory :
          directories.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(directory);
      }
      return true;
    } catch (IOException | java.io.UncheckedIOException e) {
      return false;
    }
  }

  /** Removes the instance's cgroup, unless a guest is in it still. */
  void removeBase() {
    bases.forEach(
        cgroup -> {
          try {
            Files.delete(cgroup);
          } catch (IOException e) {
            // Guests outlive the stand-in: theirs it is then.
          }
        });
  }

  /** Hands on what the daemon uses; a kernel without the io throttle does without. */
  private static void delegate(Path cgroup) throws IOException {
    Path control = cgroup.resolve("cgroup.subtree_control");
    List<String> offered = words(cgroup.resolve("cgroup.controllers"));
    List<String> handedOn = words(control);
    for (String controller : List.of("cpu", "io")) {
      if (offered.contains(controller) && !handedOn.contains(controller)) {
        Files.writeString(control, "+" + controller, StandardOpenOption.WRITE);
      }
    }
  }

  private static List<String> words(Path file) throws IOException {
    return List.of(Files.readString(file).strip().split("\\s+"));
  }
}
