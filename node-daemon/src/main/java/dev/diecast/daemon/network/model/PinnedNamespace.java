package dev.diecast.daemon.network.model;

import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.linux.SystemCallException;
import dev.diecast.daemon.linux.SystemCalls;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.ProcessKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

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

  /** Its number, the same for all processes that are in it. */
  long number() throws IOException {
    return number(path());
  }

  /** The number that a {@code net:[4026531840]} (namespaces(7)) bears. */
  static long number(Path link) throws IOException {
    String text = Files.readSymbolicLink(link).toString();
    return Long.parseLong(text.substring(text.indexOf('[') + 1, text.length() - 1));
  }

  /** Some process's that is in the namespace of a number; empty where none is: it is gone. */
  static Optional<PinnedNamespace> find(ProcFiles proc, long number) throws IOException {
    for (int pid : proc.pids()) {
      try {
        if (number(proc.of(pid).resolve("ns/net")) == number) {
          PinnedNamespace found =
              new PinnedNamespace(
                  SystemCalls.open(
                      proc.of(pid).resolve("ns/net").toString(), SystemCalls.O_RDONLY));
          if (found.number() == number) {
            return Optional.of(found);
          }
          found.close();
        }
      } catch (IOException e) {
        // It has just ended, or is a kernel's thread.
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() throws SystemCallException {
    descriptor.close();
  }
}
