package dev.diecast.daemon.clock;

import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.linux.SystemCallException;
import dev.diecast.daemon.linux.SystemCalls;
import dev.diecast.daemon.process.AgentChannel;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.QemuProcess;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Connects to a QEMU's guest agent: by its socket as QEMU itself names it, or, where libvirt has
 * handed QEMU that socket and is its client, by libvirt. Every path is looked up under the root of
 * the QEMU process, symbolic links included, so that a link which a tenant may have planted there
 * leads nowhere else (see {@link SystemCalls#openPathInRoot}).
 */
final class AgentSocket {
  /**
   * Where a launcher's libvirt listens (KubeVirt, pkg/virt-launcher/virtwrap/util; before the
   * daemons were split it was the second).
   */
  private static final List<String> LIBVIRT_SOCKETS =
      List.of("/var/run/libvirt/virtqemud-sock", "/var/run/libvirt/libvirt-sock");

  private static final int ENOENT = 2;

  private final ProcFiles proc;

  AgentSocket(ProcFiles proc) {
    this.proc = proc;
  }

  AgentLine connect(QemuProcess qemu) throws IOException {
    AgentChannel agent =
        qemu.agent()
            .orElseThrow(
                () ->
                    new IOException(
                        "QEMU (pid "
                            + qemu.pid()
                            + ") has no guest agent port: it needs -device"
                            + " virtserialport,name=org.qemu.guest_agent.0 on a socket chardev"));
    try (Descriptor root =
        SystemCalls.open(proc.of(qemu.pid()).resolve("root").toString(), SystemCalls.O_PATH)) {
      if (agent instanceof AgentChannel.InheritedSocket) {
        Optional<SocketChannel> libvirt = libvirt(root, qemu);
        if (libvirt.isPresent()) {
          return new LibvirtAgent(libvirt.get(), qemu.uuid());
        }
      }
      return new AgentPort(connect(root, path(agent, qemu), qemu));
    }
  }

  /** The libvirt that has started this QEMU, where it can be seen from there. */
  private Optional<SocketChannel> libvirt(Descriptor root, QemuProcess qemu) throws IOException {
    for (String path : LIBVIRT_SOCKETS) {
      try {
        return Optional.of(connect(root, path, qemu));
      } catch (SystemCallException e) {
        if (e.errno() != ENOENT) {
          throw e;
        }
      }
    }
    return Optional.empty();
  }

  private SocketChannel connect(Descriptor root, String path, QemuProcess qemu) throws IOException {
    if (!path.startsWith("/")) {
      throw new IOException("the guest agent's socket has no absolute path: " + path);
    }
    try (Descriptor socket = SystemCalls.openPathInRoot(root, path)) {
      if (!proc.isAlive(qemu.key())) {
        throw new IOException("QEMU (pid " + qemu.pid() + ") has ended");
      }
      return connect("/proc/self/fd/" + socket.number());
    }
  }

  /** A path through a descriptor names the very file that was looked up, at any path length. */
  private static SocketChannel connect(String path) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(path));
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private String path(AgentChannel agent, QemuProcess qemu) throws IOException {
    return switch (agent) {
      case AgentChannel.SocketPath socket -> socket.path();
      case AgentChannel.InheritedSocket socket -> boundPath(qemu.pid(), socket.fd());
    };
  }

  /** The path that a listening socket is bound to, from /proc/PID/net/unix (proc(5)). */
  private String boundPath(int pid, int fd) throws IOException {
    Path link = proc.of(pid).resolve("fd").resolve(Integer.toString(fd));
    String target = Files.readSymbolicLink(link).toString();
    String inode = target.replaceFirst("^socket:\\[(\\d+)]$", "$1");
    return boundPath(Files.readAllLines(proc.of(pid).resolve("net/unix")), inode);
  }

  static String boundPath(List<String> netUnix, String inode) throws IOException {
    final int inodeColumn = 6;
    final int pathColumn = 7;
    for (String line : netUnix) {
      String[] columns = line.strip().split("\\s+", pathColumn + 1);
      if (columns.length > pathColumn && columns[inodeColumn].equals(inode)) {
        return columns[pathColumn];
      }
    }
    throw new IOException("the guest agent's socket (inode " + inode + ") is bound to no path");
  }
}
