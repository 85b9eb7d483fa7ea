package dev.diecast.daemon.network.model;

import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.linux.SystemCallException;
import dev.diecast.daemon.linux.SystemCalls;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.ProcessKey;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The network namespace of one process for certain. A path {@code /proc/PID/ns/net} may lead to
 * another process's, for pids are given anew; an open descriptor does not.
 */
final class PinnedNamespace implements AutoCloseable {
  private final Descriptor descriptor;

  private PinnedNamespace(Descriptor descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * @throws IOException where the process has ended
   */
  static PinnedNamespace of(ProcFiles proc, ProcessKey process) throws IOException {
    Descriptor opened =
        SystemCalls.open(proc.of(process.pid()).resolve("ns/net").toString(), SystemCalls.O_RDONLY);
    // It lives now, so it did when its namespace was opened, and nobody else had its pid.
    if (!proc.isAlive(process)) {
      opened.close();
      throw new IOException("process " + process.pid() + " has ended, or is another one by now");
    }
    return new PinnedNamespace(opened);
  }

  /** Leads to the namespace until this is closed, in this process alone. */
  Path path() {
    return Path.of("/proc/self/fd", Integer.toString(descriptor.number()));
  }

  @Override
  public void close() throws SystemCallException {
    descriptor.close();
  }
}
