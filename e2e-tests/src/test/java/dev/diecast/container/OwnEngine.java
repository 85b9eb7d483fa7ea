package dev.diecast.container;

import dev.diecast.standalone.FileTree;
import dev.diecast.standalone.HostCommand;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.SetupException;
import dev.diecast.standalone.UserDirectories;
import dev.diecast.standalone.debian.Closure;
import dev.diecast.standalone.debian.DebianPackages;
import dev.diecast.standalone.debian.PackageRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * dockerd of Debian's packages, unpacked under the cache, for as long as the tests run. It has
 * mount and PID namespaces of its own, so that it ends with all its containers when its first
 * process does, which the kernel kills when this JVM ends, however that comes; and so that nothing
 * of it is under /run. It sets up no network: containers have the host's or none.
 */
final class OwnEngine {
  private static final PackageRequest PACKAGES =
      PackageRequest.of(Closure.MISSING_ON_HOST, "docker.io");

  private static final String MARK = "e2e-dockerd-";
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration END_LIMIT = Duration.ofSeconds(30);

  /** PID 1 of the namespace reaps, which dockerd does not. */
  private static final String FIRST_PROCESS =
      "mount -t tmpfs tmpfs /run && exec docker-init -- dockerd \"$@\"";

  private final Path directory;
  private final Map<String, String> environment;
  private final Process process;

  private OwnEngine(Path directory, Map<String, String> environment) throws IOException {
    this.directory = directory;
    this.environment = environment;
    // There is no flag for it, and its default is in /etc.
    Files.writeString(
        directory.resolve("daemon.json"),
        "{\"deprecated-key-path\": \"%s\"}".formatted(directory.resolve("key.json")));
    ProcessBuilder builder =
        new ProcessBuilder(command(directory))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile());
    builder.environment().putAll(environment);
    this.process = builder.start();
  }

  static DockerEngine start() throws DockerEngine.Unobtainable, IOException {
    if (!"root".equals(System.getProperty("user.name"))) {
      throw new DockerEngine.Unobtainable("no Docker engine is there, and only root can start one");
    }
    removeCgroups(MARK);
    Path packages;
    try {
      packages =
          DebianPackages.ofHost(UserDirectories.cache(), Progress.ofSteps(System.err::println))
              .unpack(PACKAGES)
              .root();
    } catch (SetupException e) {
      throw new DockerEngine.Unobtainable(
          "no Docker engine is there, and Debian's cannot be had: " + e.getMessage());
    }
    OwnEngine own = new OwnEngine(Files.createTempDirectory(MARK), environment(packages));
    DockerEngine engine = own.engine(packages);
    try {
      Awaitility.await()
          .atMost(START_LIMIT)
          .until(() -> !own.process.isAlive() || engine.answers());
    } catch (ConditionTimeoutException e) {
      // What it says is the reason.
    }
    if (!own.process.isAlive() || !engine.answers()) {
      String said = own.troubles();
      engine.close();
      throw new DockerEngine.Unobtainable(
          "no Docker engine is there, and Debian's does not start here: " + said);
    }
    return engine;
  }

  private DockerEngine engine(Path packages) {
    Path socket = directory.resolve("docker.sock");
    Map<String, String> client = new HashMap<>(environment);
    client.put("DOCKER_HOST", "unix://" + socket);
    // No credentials or contexts of the user's.
    client.put("DOCKER_CONFIG", directory.resolve("client").toString());
    String docker =
        Optional.of(packages.resolve("usr/bin/docker"))
            .filter(Files::isExecutable)
            .or(() -> HostCommand.find("docker"))
            .map(Path::toString)
            .orElse("docker");
    return new DockerEngine(
        socket, docker, client, "Debian's docker.io, started in " + directory, this::end);
  }

  private static Map<String, String> environment(Path packages) {
    String programs =
        Stream.of("usr/sbin", "usr/bin", "sbin", "bin")
            .map(d -> packages.resolve(d).toString())
            .reduce("", (all, d) -> all + d + ":");
    String libraries =
        packages.resolve("usr/lib/x86_64-linux-gnu")
            + ":"
            + packages.resolve("lib/x86_64-linux-gnu");
    return Map.of("PATH", programs + System.getenv("PATH"), "LD_LIBRARY_PATH", libraries);
  }

  private static List<String> command(Path directory) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "setpriv", "--pdeathsig", "KILL", "--", "unshare", "--mount", "--pid", "--fork"));
    command.addAll(List.of("--kill-child=KILL", "--mount-proc", "--"));
    command.addAll(List.of("/bin/sh", "-c", FIRST_PROCESS, "dockerd"));
    command.add("--host=unix://" + directory.resolve("docker.sock"));
    Map.of(
            "data-root", "data",
            "exec-root", "exec",
            "pidfile", "pid",
            "config-file", "daemon.json")
        .forEach((flag, file) -> command.add("--" + flag + "=" + directory.resolve(file)));
    command.add("--cgroup-parent=/" + directory.getFileName());
    command.addAll(
        List.of(
            "--exec-opt=native.cgroupdriver=cgroupfs",
            "--bridge=none",
            "--iptables=false",
            "--ip6tables=false",
            "--ip-forward=false",
            "--ip-masq=false",
            "--userland-proxy=false"));
    return command;
  }

  private String troubles() {
    try (Stream<String> lines = Files.lines(directory.resolve("log"))) {
      List<String> all = lines.toList();
      List<String> bad =
          all.stream()
              .filter(line -> !line.contains("level=info") && !line.contains("level=debug"))
              .toList();
      List<String> said = bad.isEmpty() ? all : bad;
      return String.join("; ", said.subList(Math.max(0, said.size() - 5), said.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills it, waits until its cgroups are empty, and removes those and its files. */
  private void end() {
    process.destroyForcibly();
    process.onExit().join();
    String parent = directory.getFileName().toString();
    Awaitility.await("no cgroup of the engine " + parent)
        .atMost(END_LIMIT)
        .until(() -> removeCgroups(parent));
    // The last process of the namespace takes its mounts along, a moment after it has gone.
    Awaitility.await("no file of the engine in " + directory)
        .atMost(END_LIMIT)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(
            () -> {
              FileTree.delete(directory);
              return true;
            });
  }

  /**
   * Removes the cgroups at the top of every hierarchy whose name begins so, with those below, and
   * says whether none is left. One that has processes stays.
   */
  private static boolean removeCgroups(String prefix) throws IOException {
    boolean gone = true;
    try (Stream<Path> tops =
        Files.find(
            CGROUPS,
            2,
            (path, attributes) ->
                attributes.isDirectory() && path.getFileName().toString().startsWith(prefix))) {
      for (Path top : tops.toList()) {
        gone &= removeCgroup(top);
      }
    }
    return gone;
  }

  /** A cgroup's files go with it: only directories are removed, the deepest first. */
  private static boolean removeCgroup(Path group) {
    try (Stream<Path> children = Files.list(group)) {
      for (Path child : children.filter(Files::isDirectory).toList()) {
        removeCgroup(child);
      }
    } catch (IOException e) {
      return !Files.exists(group);
    }
    return group.toFile().delete();
  }
}
