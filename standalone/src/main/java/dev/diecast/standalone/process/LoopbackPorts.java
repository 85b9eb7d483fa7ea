package dev.diecast.standalone.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** TCP ports of 127.0.0.1. */
public final class LoopbackPorts {

  private LoopbackPorts() {}

  /** So many different ports that nobody listens on now. */
  public static List<Integer> free(int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("no free TCP port on 127.0.0.1", e);
    } finally {
      for (ServerSocket socket : held) {
        try {
          socket.close();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /** Whether a server could listen there. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      // As servers do: connections that linger in TIME_WAIT do not matter.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Who listens there, as {@code name (pid 123)}, where /proc lets this user see it. */
  public static Optional<String> holder(int port) {
    return Stream.of("tcp", "tcp6")
        .flatMap(table -> listeningInode(Path.of("/proc/net", table), port).stream())
        .flatMap(inode -> processWithSocket(inode).stream())
        .findFirst();
  }

  /** Columns of /proc/net/tcp (proc(5)): 1 local address, 3 state (0A is LISTEN), 9 inode. */
  private static Optional<String> listeningInode(Path table, int port) {
    String suffix = ":%04X".formatted(port);
    try (Stream<String> lines = Files.lines(table)) {
      return lines
          .map(line -> line.trim().split("\\s+"))
          .filter(columns -> columns.length > 9)
          .filter(columns -> columns[1].endsWith(suffix) && columns[3].equals("0A"))
          .map(columns -> columns[9])
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> processWithSocket(String inode) {
    String target = "socket:[" + inode + "]";
    return ProcessHandle.allProcesses()
        .filter(process -> holds(process.pid(), target))
        .map(
            process -> {
              List<String> command = ProcFilesystem.commandLine(process.pid());
              String name = command.isEmpty() ? "process" : command.getFirst();
              return name + " (pid " + process.pid() + ")";
            })
        .findFirst();
  }

  private static boolean holds(long pid, String target) {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return descriptors.anyMatch(
          descriptor -> {
            try {
              return Files.readSymbolicLink(descriptor).toString().equals(target);
            } catch (IOException e) {
              return false;
            }
          });
    } catch (IOException e) {
      return false;
    }
  }
}
