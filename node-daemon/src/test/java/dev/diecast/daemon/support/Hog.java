package dev.diecast.daemon.support;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Processes that take all the CPU they get, 30 s each at most, in a cgroup of their own. */
public final class Hog implements AutoCloseable {
  private final HostCgroup cgroup;
  private final List<Process> processes = new ArrayList<>();

  public Hog(int count) throws IOException {
    cgroup = HostCgroup.create().heavy();
    for (int i = 0; i < count; i++) {
      processes.add(
          new ProcessBuilder(
                  "sh",
                  "-c",
                  "echo $$ > \"$0\"; ulimit -t 30; while :; do :; done",
                  cgroup.directory().resolve("cgroup.procs").toString())
              .start());
    }
  }

  @Override
  public void close() throws IOException {
    processes.forEach(Process::destroyForcibly);
    cgroup.close();
  }
}
