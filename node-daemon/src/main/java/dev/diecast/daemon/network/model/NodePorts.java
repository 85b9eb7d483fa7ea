package dev.diecast.daemon.network.model;

import dev.diecast.daemon.process.NetworkChannel;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.QemuProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where the frames of a node's network card are to be had. */
final class NodePorts {
  private final ProcFiles proc;
  private final TakenTaps taps;

  NodePorts(ProcFiles proc, TakenTaps taps) {
    this.proc = proc;
    this.taps = taps;
  }

  /** A port that can be opened. */
  @FunctionalInterface
  interface Found {
    /** Opens it where it is not open already, or not all of it. */
    void open(ModelEngine engine, int station) throws IOException;
  }

  /** Empty where the QEMU has no card of this address that can be joined. */
  Optional<Found> find(NetworkedNode node) throws IOException {
    QemuProcess qemu = node.qemu().orElseThrow();
    NetworkChannel channel = qemu.networks().get(node.mac());
    return switch (channel) {
      case null -> Optional.empty();
      case NetworkChannel.StreamSocket socket -> {
        Path path = path(qemu, socket.path());
        yield Optional.of((engine, station) -> engine.connect(station, path, qemu.key()));
      }
      case NetworkChannel.InheritedTap tap ->
          Optional.of((engine, station) -> open(engine, station, node, tap.fd()));
    };
  }

  private void open(ModelEngine engine, int station, NetworkedNode node, int fd)
      throws IOException {
    QemuProcess qemu = node.qemu().orElseThrow();
    // The namespace last: its check that the process lives holds for the device as well.
    String device = device(qemu, fd);
    try (PinnedNamespace namespace = PinnedNamespace.of(proc, qemu.key())) {
      TapTakeover.Door door = engine.door(station, qemu.key());
      if (engine.isAttached(station, qemu.key()) && taps.isInForce(namespace, device, door)) {
        return;
      }
      engine.detach(station);
      taps.take(node.vm(), qemu, namespace, device, node.mtuBytes(), door);
    } catch (IOException | RuntimeException | Error e) {
      // Half of it is none: else the node looked attached while frames went past the pipes.
      engine.detach(station);
      throw e;
    }
  }

  private Path path(QemuProcess qemu, String path) throws IOException {
    Path mounts = Path.of("ns/mnt");
    Path theirs = proc.of(qemu.pid()).resolve(mounts);
    Path ours = Path.of("/proc/self").resolve(mounts);
    if (!Files.readSymbolicLink(theirs).equals(Files.readSymbolicLink(ours))) {
      // Paths there may hold links that whoever owns the VM has planted.
      throw new IOException("the socket " + path + " is in another mount namespace: use a tap");
    }
    return Path.of(path);
  }

  /** Linux, drivers/net/tun.c: tun_chr_show_fdinfo. */
  private String device(QemuProcess qemu, int fd) throws IOException {
    Path info = proc.of(qemu.pid()).resolve("fdinfo").resolve(Integer.toString(fd));
    for (String line : Files.readAllLines(info)) {
      if (line.startsWith("iff:")) {
        return line.substring("iff:".length()).strip();
      }
    }
    throw new IOException("descriptor " + fd + " of its QEMU is no tap device");
  }
}
