package dev.diecast.daemon.network.model;

import dev.diecast.daemon.network.StreamGuest;
import dev.diecast.daemon.process.NetworkChannel;
import dev.diecast.daemon.process.ProcessKey;
import dev.diecast.daemon.process.QemuProcess;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** QEMU's end of a {@code -netdev stream,server=on} socket: listens, and listens again. */
final class QemuStandIn implements AutoCloseable {
  private final Path path;
  private final String mac;
  private final ServerSocketChannel server;
  private final int generation;

  QemuStandIn(Path path, String mac, int generation) throws IOException {
    this.path = path;
    this.mac = mac;
    this.generation = generation;
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
  }

  /** As the scanner would see it; of this test's own process, so that it is in its namespaces. */
  QemuProcess process() {
    return new QemuProcess(
        new ProcessKey((int) ProcessHandle.current().pid(), generation),
        "uid",
        Optional.empty(),
        List.of(),
        Map.of(mac, new NetworkChannel.StreamSocket(path.toString())));
  }

  /** The daemon's connection. */
  StreamGuest accept() throws IOException {
    return StreamGuest.of(server.accept());
  }

  @Override
  public void close() throws IOException {
    server.close();
    Files.deleteIfExists(path);
  }
}
