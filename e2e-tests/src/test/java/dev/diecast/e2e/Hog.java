package dev.diecast.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Processes that take all the CPU they get, a minute at most. They outweigh the guests' cgroups and
 * not the threads of daemon and API server, which are to tell of it.
 */
public final class Hog implements AutoCloseable {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");
  private final List<Process> processes = new ArrayList<>();
  private final Path cgroup;

  /**
   * @param vcpu a cgroup of a guest's, beside whose topmost ancestor they run
   * @param prefix of the command of each, such as {@code taskset -c 0}
   */
  public Hog(Path vcpu, int count, String... prefix) throws IOException {
    Path top = vcpu;
    while (!top.getParent().equals(ROOT) && Files.exists(top.getParent().resolve("cgroup.procs"))) {
      top = top.getParent();
    }
    cgroup = Files.createDirectory(top.resolve("e2e-hog-" + ProcessHandle.current().pid()));
    if (Files.exists(cgroup.resolve("cpu.shares"))) {
      Files.writeString(cgroup.resolve("cpu.shares"), "6144", StandardOpenOption.WRITE);
    } else {
      Files.writeString(cgroup.resolve("cpu.weight"), "600", StandardOpenOption.WRITE);
    }
    for (int i = 0; i < count; i++) {
      List<String> command = new ArrayList<>(List.of(prefix));
      command.addAll(
          List.of(
              "sh",
              "-c",
              "echo $$ > \"$0\"; ulimit -t 60; while :; do :; done",
              cgroup.resolve("cgroup.procs").toString()));
      processes.add(new ProcessBuilder(command).start());
    }
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
    await()
        .ignoreException(IOException.class)
        .until(() -> Files.deleteIfExists(cgroup) || !Files.exists(cgroup));
  }
}
