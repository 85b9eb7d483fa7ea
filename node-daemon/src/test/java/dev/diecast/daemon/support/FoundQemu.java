package dev.diecast.daemon.support;

import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.ProcessKey;
import dev.diecast.daemon.process.QemuProcess;
import java.util.Optional;

/** A process as the daemon's scan of the host would have found it. */
final class FoundQemu {
  private FoundQemu() {}

  static QemuProcess of(int pid, String uid) {
    long start = new ProcFiles(VcpuProcess.PROC).startTicks(pid).orElseThrow();
    return new QemuProcess(new ProcessKey(pid, start), uid, Optional.empty());
  }
}
