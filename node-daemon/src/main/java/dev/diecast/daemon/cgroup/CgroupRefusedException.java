package dev.diecast.daemon.cgroup;

import dev.diecast.daemon.cgroup.CgroupOperation.CreateCgroup;
import dev.diecast.daemon.cgroup.CgroupOperation.MoveProcess;
import dev.diecast.daemon.cgroup.CgroupOperation.MoveThread;
import dev.diecast.daemon.cgroup.CgroupOperation.RemoveCgroup;
import dev.diecast.daemon.cgroup.CgroupOperation.WriteCgroupFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** An operation that the kernel refused; the message says which, why, and what would mend it. */
public final class CgroupRefusedException extends IOException {
  private static final long serialVersionUID = 1;

  CgroupRefusedException(CgroupOperation operation, IOException cause) {
    super(what(operation) + ": " + why(cause) + mend(operation, why(cause)), cause);
  }

  private static String what(CgroupOperation operation) {
    return switch (operation) {
      case CreateCgroup create -> "creating " + create.directory();
      case WriteCgroupFile write -> "writing " + write.value() + " to " + write.file();
      case MoveThread move -> "moving thread " + move.tid() + " by " + move.threadsFile();
      case MoveProcess move ->
          "moving process " + move.process().pid() + " by " + move.processesFile();
      case RemoveCgroup remove -> "removing " + remove.directory();
    };
  }

  private static String why(IOException cause) {
    return switch (cause) {
      case AccessDeniedException _ -> "permission denied";
      case NoSuchFileException _ -> "no such file";
      case FileSystemException e when e.getReason() != null -> e.getReason();
      default -> String.valueOf(cause.getMessage());
    };
  }

  private static String mend(CgroupOperation operation, String why) {
    if (why.equals("permission denied") || why.contains("Read-only")) {
      return " (the daemon needs the host's cgroup file system writable: run it privileged)";
    }
    if (!(operation instanceof WriteCgroupFile write)) {
      return "";
    }
    if (write.file().endsWith(CapPlan.V1_QUOTA) && why.contains("Invalid argument")) {
      return " (a cgroup above has a smaller quota than is due: raise or drop the pod's CPU limit)";
    }
    // Linux, admin-guide/cgroup-v2.rst, "Threads": a domain may become a threaded one if it has no
    // populated domain children and hands on no controller that knows no threads.
    return write.file().endsWith(CapPlan.V2_TYPE) && why.contains("not supported")
        ? " (the cgroup above has child cgroups with processes, or hands on more than the cpu"
            + " controller: let the VM's cgroup be a leaf)"
        : "";
  }
}
