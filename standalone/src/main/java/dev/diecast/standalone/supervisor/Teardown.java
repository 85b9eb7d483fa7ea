package dev.diecast.standalone.supervisor;

import dev.diecast.standalone.process.CgroupMounts;
import dev.diecast.standalone.process.ProcFilesystem;
import dev.diecast.standalone.process.ProcessIdentity;
import dev.diecast.standalone.virt.LoopDevices;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Ends an instance, whoever started its parts and however they died: every process that carries its
 * mark, its cgroups, its directory. It can be run at any time and any number of times, needs
 * nothing of what the instance wrote, and looks afterwards whether anything is left.
 */
public final class Teardown {

  private static final Duration SUPERVISOR_PATIENCE = Duration.ofSeconds(30);
  private static final Duration TERM_PATIENCE = Duration.ofSeconds(10);
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(10);
  private static final Duration CGROUP_PATIENCE = Duration.ofSeconds(5);
  private static final long POLL_MILLIS = 20;

  /** How the daemon calls the cgroups it makes (docs/architecture.md), up to the guest's uuid. */
  private static final List<String> DAEMON_PREFIXES =
      List.of(Instance.CGROUP_PREFIX + "vcpu-", Instance.CGROUP_PREFIX + "disk-");

  private final Instance instance;
  private final Consumer<String> progress;
  private final Duration termPatience;
  private final Set<Long> spared;

  /**
   * What became of it.
   *
   * @param ended processes ended
   * @param leftovers what is there still, in words; empty when all is gone
   */
  public record Outcome(int ended, List<String> leftovers) {
    public boolean isClean() {
      return leftovers.isEmpty();
    }
  }

  private Teardown(Instance instance, Consumer<String> progress, Duration termPatience) {
    this.termPatience = termPatience;
    this.instance = instance;
    this.progress = progress;
    // A shell that exports the mark is not a part of the instance.
    this.spared = ProcFilesystem.withAncestors(ProcessHandle.current().pid());
  }

  /** Of an instance, telling what it ends. */
  public static Teardown of(Instance instance, Consumer<String> progress) {
    return new Teardown(instance, progress, TERM_PATIENCE);
  }

  /** The same with another time between SIGTERM and SIGKILL. */
  static Teardown of(Instance instance, Consumer<String> progress, Duration termPatience) {
    return new Teardown(instance, progress, termPatience);
  }

  /** Ends and removes everything. */
  public Outcome run() {
    Set<String> guests = guestUuids();
    Set<ProcessIdentity> before = new HashSet<>(processes());
    endProcesses();
    int ended = (int) before.stream().filter(process -> !ProcFilesystem.runs(process)).count();
    removeCgroups(guests);
    LoopDevices.releaseIn(instance.directory());
    List<String> leftovers = new ArrayList<>();
    removeDirectory().ifPresent(leftovers::add);
    leftovers.addAll(leftovers(guests));
    return new Outcome(ended, List.copyOf(leftovers));
  }

  /** What of the instance is there now, in words. */
  public List<String> leftovers() {
    return leftovers(Set.of());
  }

  private List<String> leftovers(Set<String> guests) {
    List<String> left = new ArrayList<>();
    for (ProcessIdentity process : processes()) {
      left.add("process " + describe(process));
    }
    for (Path cgroup : cgroups(guests)) {
      left.add("cgroup " + cgroup);
    }
    left.addAll(mounts());
    if (Files.exists(instance.directory(), LinkOption.NOFOLLOW_LINKS)) {
      left.add("directory " + instance.directory());
    }
    return left;
  }

  private List<ProcessIdentity> processes() {
    return ProcFilesystem.withEnvironment(Instance.MARK, instance.directory().toString()).stream()
        .filter(process -> !spared.contains(process.pid()))
        .toList();
  }

  private void endProcesses() {
    // The supervisor knows the right order: the daemon first, while the API still answers.
    List<ProcessIdentity> supervisors =
        processes().stream().filter(process -> isSupervisor(process.pid())).toList();
    if (!supervisors.isEmpty()) {
      progress.accept("stopping the supervisor");
      signal(supervisors, false);
      await(supervisors, SUPERVISOR_PATIENCE);
    }
    end(false, termPatience);
    // A process may have been forked while its parent was ended: look again, until there is none.
    for (int round = 0; round < 5 && !processes().isEmpty(); round++) {
      end(true, KILL_PATIENCE);
    }
  }

  private void end(boolean forcibly, Duration patience) {
    List<ProcessIdentity> alive = processes();
    for (ProcessIdentity process : alive) {
      progress.accept((forcibly ? "killing " : "ending ") + describe(process));
    }
    signal(alive, forcibly);
    await(alive, patience);
  }

  private static void signal(List<ProcessIdentity> processes, boolean forcibly) {
    for (ProcessIdentity process : processes) {
      // The start time is checked right before: the pid may be another's by now.
      if (ProcFilesystem.runs(process)) {
        ProcessHandle.of(process.pid()).ifPresent(handle -> signal(handle, forcibly));
      }
    }
  }

  private static void signal(ProcessHandle handle, boolean forcibly) {
    if (forcibly) {
      handle.destroyForcibly();
    } else {
      handle.destroy();
    }
  }

  private static void await(List<ProcessIdentity> processes, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() < deadline && processes.stream().anyMatch(ProcFilesystem::runs)) {
      pause();
    }
  }

  /** SIGTERM to all of them, SIGKILL to those that are there ten seconds later. */
  static void endAll(List<ProcessIdentity> processes) {
    signal(processes, false);
    await(processes, TERM_PATIENCE);
    signal(processes, true);
    await(processes, KILL_PATIENCE);
  }

  /** By its status; where that is missing all are ended at once. */
  private boolean isSupervisor(long pid) {
    return SupervisorStatus.read(instance).filter(status -> status.pid() == pid).isPresent();
  }

  private static String describe(ProcessIdentity process) {
    List<String> command = ProcFilesystem.commandLine(process.pid());
    String what =
        command.stream()
            .filter(word -> word.startsWith("guest="))
            .findFirst()
            .or(() -> command.stream().filter(word -> word.endsWith(".jar")).findFirst())
            .or(() -> command.stream().findFirst())
            .orElse("?");
    return what + " (pid " + process.pid() + ")";
  }

  /** The uuids of the instance's guests: the daemon's cgroups carry them. */
  private Set<String> guestUuids() {
    Set<String> uuids = new HashSet<>();
    for (ProcessIdentity process : processes()) {
      List<String> command = ProcFilesystem.commandLine(process.pid());
      int option = command.indexOf("-uuid");
      if (option >= 0 && option + 1 < command.size()) {
        uuids.add(command.get(option + 1));
      }
    }
    return uuids;
  }

  private void removeCgroups(Set<String> guests) {
    long deadline = System.nanoTime() + CGROUP_PATIENCE.toNanos();
    while (true) {
      List<Path> remaining = cgroups(guests);
      for (Path cgroup : remaining) {
        removeCgroup(cgroup);
      }
      // A cgroup is busy until the kernel has reaped what was in it.
      if (cgroups(guests).isEmpty() || System.nanoTime() > deadline) {
        return;
      }
      pause();
    }
  }

  /** Directories only: the files of a cgroup cannot be and need not be removed. */
  private static void removeCgroup(Path cgroup) {
    try (Stream<Path> directories = Files.walk(cgroup)) {
      for (Path directory :
          directories.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(directory);
      }
    } catch (IOException | java.io.UncheckedIOException e) {
      // Busy or gone; the caller looks again.
    }
  }

  private boolean isOurs(String cgroup, Set<String> guests) {
    return cgroup.equals(instance.cgroupName())
        || DAEMON_PREFIXES.stream()
            .filter(cgroup::startsWith)
            .anyMatch(prefix -> guests.stream().anyMatch(uuid -> cgroup.startsWith(prefix + uuid)));
  }

  private List<Path> cgroups(Set<String> guests) {
    List<Path> found = new ArrayList<>();
    for (Path mount : CgroupMounts.ofThisProcess().all()) {
      try {
        Files.walkFileTree(
            mount,
            new SimpleFileVisitor<>() {
              @Override
              public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes a) {
                if (isOurs(directory.getFileName().toString(), guests)) {
                  found.add(directory);
                  return FileVisitResult.SKIP_SUBTREE;
                }
                return FileVisitResult.CONTINUE;
              }

              @Override
              public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE;
              }

              @Override
              public FileVisitResult postVisitDirectory(Path directory, IOException e) {
                return FileVisitResult.CONTINUE;
              }
            });
      } catch (IOException e) {
        progress.accept("cannot look through " + mount + ": " + e.getMessage());
      }
    }
    return found;
  }

  private List<String> mounts() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
      return lines
          .map(line -> line.split(" ")[4])
          .filter(point -> Path.of(point).startsWith(instance.directory()))
          .map(point -> "mount " + point)
          .toList();
    } catch (IOException e) {
      return List.of("unknown mounts: " + e.getMessage());
    }
  }

  /** Deletes without following links; does not cross into a mount, which would be a leftover. */
  private Optional<String> removeDirectory() {
    if (!mounts().isEmpty()) {
      return Optional.of("directory " + instance.directory() + " has mounts in it, left alone");
    }
    try {
      Files.walkFileTree(instance.directory(), new DeletingVisitor());
      return Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("cannot delete " + instance.directory() + ": " + e.getMessage());
    }
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted; run it again", e);
    }
  }

  private static final class DeletingVisitor extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
      if (e != null) {
        throw e;
      }
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
