package dev.diecast.daemon.network;

import dev.diecast.core.pipe.RouteTable;
import dev.diecast.daemon.linux.NetworkNamespaces;
import dev.diecast.daemon.linux.Sockets;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Where packets leave an engine: the ports of its virtual nodes, and the link to other engines. */
final class Attachments {
  private final PortContext context;
  private final RouteTable routes;
  private final AtomicReferenceArray<Port> ports;

  /** Null where there are no other engines: asked for every packet that leaves. */
  private final PeerLink link;

  private long undeliverable;

  Attachments(int stations, PortContext context, RouteTable routes, Optional<PeerLink> link) {
    this.context = context;
    this.routes = routes;
    this.ports = new AtomicReferenceArray<>(stations);
    this.link = link.orElse(null);
  }

  void attach(int station, PortSpec spec) throws IOException {
    detach(station);
    ports.set(station, open(station, spec));
  }

  void detach(int station) {
    Port port = ports.getAndSet(station, null);
    if (port != null) {
      port.close();
    }
  }

  /** Whether frames can pass to and from a virtual node; any thread may ask. */
  boolean isConnected(int station) {
    Port port = ports.get(station);
    return port != null && port.isConnected();
  }

  void detachAll() {
    for (int station = 0; station < ports.length(); station++) {
      detach(station);
    }
  }

  private Port open(int station, PortSpec spec) throws IOException {
    return switch (spec) {
      case PortSpec.StreamListen stream -> StreamPort.listen(station, context, stream.path());
      case PortSpec.StreamConnect stream -> StreamPort.connect(station, context, stream.path());
      case PortSpec.Datagram pair -> {
        Files.deleteIfExists(pair.local());
        MemorySegment peer = Sockets.unixAddress(pair.peer(), Arena.ofAuto());
        yield new PacketPort(station, context, Sockets.datagram(pair.local()), true, peer);
      }
      case PortSpec.Tap tap ->
          new PacketPort(station, context, Sockets.tap(tap.device()), false, MemorySegment.NULL);
      case PortSpec.NamespacedTap tap ->
          new PacketPort(
              station,
              context,
              NetworkNamespaces.inside(tap.namespace().toString(), () -> Sockets.tap(tap.device())),
              false,
              MemorySegment.NULL);
      case PortSpec.Device device ->
          new PacketPort(
              station, context, Sockets.packets(device.device()), true, MemorySegment.NULL);
    };
  }

  /** Somebody connects to a port. */
  void accept(int station) {
    Port port = ports.getPlain(station);
    if (port != null) {
      port.accept();
    }
  }

  /** Something happened to a port's descriptor. */
  void serve(int station, boolean writable, FrameDoor door, long nowNanos) {
    Port port = ports.getPlain(station);
    if (port != null) {
      if (writable) {
        port.writable();
      }
      port.receive(door, nowNanos);
    }
  }

  void retry() {
    for (int station = 0; station < ports.length(); station++) {
      Port port = ports.getPlain(station);
      if (port != null) {
        port.retry();
      }
    }
  }

  /** A packet has left its last pipe. */
  void deliver(int slot, int frameBytes, int source, int destination, long dueNanos) {
    Port port = ports.getPlain(destination);
    if (port != null) {
      port.send(slot, frameBytes);
    } else if (link != null && !link.isHere(destination)) {
      int[] route = routes.route(source, destination);
      int hops = route == null ? 0 : route.length;
      handOver(slot, frameBytes, source, destination, hops, dueNanos);
    } else {
      undeliverable++;
    }
  }

  /** A packet's next pipe is another engine's. */
  void handOver(int slot, int frameBytes, int source, int destination, int hop, long dueNanos) {
    int[] route = routes.route(source, destination);
    if (route == null || hop > route.length) {
      undeliverable++;
    } else {
      int engine = link.engineAt(route, hop, destination);
      link.send(engine, slot, frameBytes, source, destination, hop, dueNanos);
    }
  }

  /** Any thread may ask. */
  Map<Integer, PortCounters> counters() {
    Map<Integer, PortCounters> counters = new TreeMap<>();
    for (int station = 0; station < ports.length(); station++) {
      Port port = ports.get(station);
      if (port != null) {
        counters.put(port.station(), port.counters());
      }
    }
    return counters;
  }

  /** Packets for nodes that are not attached, or to which there is no way any more. */
  long undeliverable() {
    return undeliverable;
  }
}
