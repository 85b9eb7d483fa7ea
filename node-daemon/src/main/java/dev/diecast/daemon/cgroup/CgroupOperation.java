package dev.diecast.daemon.cgroup;

import dev.diecast.daemon.process.ProcessKey;
import java.nio.file.Path;

/** Everything that the daemon ever does to a cgroup hierarchy; there is no other way to it. */
public sealed interface CgroupOperation {
  record CreateCgroup(Path directory) implements CgroupOperation {}

  record WriteCgroupFile(Path file, String value) implements CgroupOperation {}

  /**
   * @param threadsFile {@code tasks} (v1) or {@code cgroup.threads} (v2) of the target cgroup
   */
  record MoveThread(int tid, Path threadsFile) implements CgroupOperation {}

  /**
   * Moves a process with all its threads.
   *
   * @param processesFile {@code cgroup.procs} of the target cgroup
   */
  record MoveProcess(ProcessKey process, Path processesFile) implements CgroupOperation {}

  record RemoveCgroup(Path directory) implements CgroupOperation {}
}
