package dev.diecast.daemon.cpu;

import dev.diecast.core.cpu.ThreadTimes;
import dev.diecast.core.cpu.Throttling;
import dev.diecast.daemon.process.ProcFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads what the scheduler has counted for the threads of one process, and for cgroups. */
public final class SchedulerTimes {
  private final ProcFiles proc;
  private final int pid;

  public SchedulerTimes(ProcFiles proc, int pid) {
    this.proc = proc;
    this.pid = pid;
  }

  /** Empty where the thread has ended, or the kernel counts nothing (no CONFIG_SCHED_INFO). */
  public Optional<ThreadTimes> read(int tid) {
    try {
      return Optional.of(
          ThreadTimes.parse(Files.readString(proc.thread(pid, tid).resolve("schedstat"))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** How the cap of a cgroup has stopped it. */
  public static Throttling throttling(Path cgroup) throws IOException {
    return Throttling.parse(Files.readString(cgroup.resolve("cpu.stat")));
  }

  /** Whether the thread runs or waits for a CPU at this moment. */
  boolean isRunnable(int tid) {
    return proc.isRunnable(pid, tid);
  }
}
