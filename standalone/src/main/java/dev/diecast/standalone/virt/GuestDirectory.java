package dev.diecast.standalone.virt;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The files of one VM: {@code <state>/vms/<namespace>_<name>/}. The daemon and the command line
 * find sockets and console by these names.
 */
public record GuestDirectory(Path path) {

  /** sizeof(sockaddr_un.sun_path) less the final zero (unix(7)). */
  private static final int LONGEST_SOCKET_PATH = 107;

  /** Of a VM of an instance. */
  public static GuestDirectory of(Path stateDirectory, String namespace, String name) {
    return new GuestDirectory(stateDirectory.resolve("vms").resolve(namespace + "_" + name));
  }

  public Path console() {
    return path.resolve("console.log");
  }

  /** QEMU's own messages. */
  public Path log() {
    return path.resolve("qemu.log");
  }

  /** QEMU's monitor; the stand-in holds its one connection. */
  public Path qmpSocket() {
    return path.resolve("qmp.sock");
  }

  /** Guest agent for the daemon. */
  public Path agentSocket() {
    return path.resolve("agent.sock");
  }

  /** Guest agent for {@link GuestExec}. */
  public Path execSocket() {
    return path.resolve("exec.sock");
  }

  /** Where QEMU hands over the frames of the interface that the daemon joins to the pipes. */
  public Path networkSocket() {
    return path.resolve("net.sock");
  }

  /** All of its sockets. */
  List<Path> sockets() {
    return List.of(qmpSocket(), agentSocket(), execSocket(), networkSocket());
  }

  /** Which instance of the VM the process in here belongs to. */
  public Path record() {
    return path.resolve("instance.json");
  }

  public Path disk(String name) {
    return path.resolve("disk-" + name + ".raw");
  }

  /**
   * Refuses a directory whose sockets could not be connected to.
   *
   * @throws IllegalArgumentException with the mend
   */
  public void requireShortEnough() {
    for (Path socket : sockets()) {
      int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
      if (length > LONGEST_SOCKET_PATH) {
        throw new IllegalArgumentException(
            "the socket "
                + socket
                + " has a path of "
                + length
                + " bytes, Unix sockets may have "
                + LONGEST_SOCKET_PATH
                + ": give the model or its groups shorter names, or set XDG_STATE_HOME to a shorter"
                + " directory");
      }
    }
  }
}
