package dev.diecast.daemon.support;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.daemon.cgroup.CgroupHierarchy;
import dev.diecast.daemon.cgroup.CgroupVersion;
import dev.diecast.daemon.cgroup.Controller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A cgroup of one of this host's controllers for one test, of any name but ours, as a container
 * runtime would make one. The daemon under test sees it as the whole hierarchy, so that it never
 * touches what else runs here.
 */
public final class HostCgroup implements AutoCloseable {
  public static final String NOT_WRITABLE =
      "SKIPPED: the cgroup file system is not writable; run this as root on a host";

  private final CgroupHierarchy host;
  private final Path directory;
  private Path home;

  /** Skips a test where the hierarchy of the cpu controller cannot be written. */
  public static void assumeWritable() throws IOException {
    assumeTrue(isWritable(), NOT_WRITABLE);
  }

  /** Whether the hierarchy of the cpu controller can be written. */
  public static boolean isWritable() throws IOException {
    return Files.isWritable(
        CgroupHierarchy.find(
                Controller.CPU, Files.readAllLines(Path.of("/proc/self/mountinfo")), Path.of("/"))
            .orElseThrow()
            .mountPoint());
  }

  public static HostCgroup create() throws IOException {
    return create(Controller.CPU);
  }

  public static HostCgroup create(Controller controller) throws IOException {
    CgroupHierarchy host =
        CgroupHierarchy.find(
                controller, Files.readAllLines(Path.of("/proc/self/mountinfo")), Path.of("/"))
            .orElseThrow(() -> new IllegalStateException(controller + " is mounted nowhere here"));
    if (host.version() == CgroupVersion.V2 && controller == Controller.IO) {
      write(host.mountPoint().resolve("cgroup.subtree_control"), "+io");
    }
    Path directory =
        Files.createDirectory(
            host.mountPoint()
                .resolve("it-" + ProcessHandle.current().pid() + "-" + System.nanoTime()));
    return new HostCgroup(host, directory);
  }

  private HostCgroup(CgroupHierarchy host, Path directory) {
    this.host = host;
    this.directory = directory;
  }

  public Path directory() {
    return directory;
  }

  public CgroupVersion version() {
    return host.version();
  }

  public CgroupHierarchy asHierarchy() {
    String root = host.mountRoot().equals("/") ? "" : host.mountRoot();
    return new CgroupHierarchy(
        host.controller(), host.version(), directory, root + "/" + directory.getFileName());
  }

  /** Gives what is in it sixteen times the weight of anything else that runs on this machine. */
  public HostCgroup heavy() throws IOException {
    switch (version()) {
      case V1 -> write(directory.resolve("cpu.shares"), Integer.toString(16 * 1024));
      case V2 -> write(directory.resolve("cpu.weight"), Integer.toString(16 * 100));
    }
    return this;
  }

  /** Takes the JVM that asks in, until {@link #releaseSelf}. */
  public void adoptSelf() throws IOException {
    home = host.directoryOf(Files.readAllLines(Path.of("/proc/self/cgroup")));
    add((int) ProcessHandle.current().pid());
  }

  public void releaseSelf() throws IOException {
    write(home.resolve("cgroup.procs"), Long.toString(ProcessHandle.current().pid()));
  }

  public void add(int pid) throws IOException {
    write(directory.resolve("cgroup.procs"), Integer.toString(pid));
  }

  /** Puts a process back to the hierarchy's root. */
  public void release(int pid) throws IOException {
    write(host.mountPoint().resolve("cgroup.procs"), Integer.toString(pid));
  }

  public static void write(Path file, String value) throws IOException {
    Files.writeString(file, value, StandardOpenOption.WRITE);
  }

  public static String read(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  /** A cgroup below another. In v2 it has the controllers that its parent hands on. */
  public static Path createBelow(Path parent, String name) throws IOException {
    return Files.createDirectory(parent.resolve(name));
  }

  /**
   * In v2 makes a cgroup hand on controllers as a container runtime does; there may be no process
   * in it then. In v1 every cgroup has them.
   */
  public void handOnControllers(Path parent) throws IOException {
    if (version() == CgroupVersion.V2) {
      write(parent.resolve("cgroup.subtree_control"), "+cpu +memory +io +pids");
    }
  }

  /** Cgroups directly below one. */
  public static List<Path> children(Path cgroup) throws IOException {
    try (Stream<Path> entries = Files.list(cgroup)) {
      return entries.filter(Files::isDirectory).toList();
    }
  }

  /** A cgroup is removed once its last process has quite gone. */
  @Override
  public void close() throws IOException {
    remove(directory);
  }

  private static void remove(Path cgroup) throws IOException {
    for (Path child : children(cgroup)) {
      remove(child);
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .ignoreException(IOException.class)
        .until(() -> Files.deleteIfExists(cgroup) || true);
  }
}
