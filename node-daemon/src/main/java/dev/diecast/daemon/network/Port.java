package dev.diecast.daemon.network;

import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.linux.Epoll;
import dev.diecast.daemon.linux.SocketCalls;
import dev.diecast.daemon.linux.SystemCallException;

/**
 * Where a virtual node is attached to an engine. Only the engine's thread uses it. A port that
 * fails loses its connection and never more.
 */
abstract class Port implements AutoCloseable {
  /** Of events of a descriptor at which a port waits for connections: this less the station. */
  static final int LISTENING_TAG = -16;

  private final int station;
  final SocketCalls calls;
  final PacketMemory memory;
  private final Epoll epoll;

  long receivedFrames;
  long sentFrames;
  long oversizedFrames;
  long receiverDrops;
  long connections;
  long protocolErrors;

  Port(int station, PortContext context) {
    this.station = station;
    this.epoll = context.epoll();
    this.calls = context.calls();
    this.memory = context.memory();
  }

  /** Number of the virtual node; also the tag of this port's events. */
  final int station() {
    return station;
  }

  /** Takes what has come, a bounded part of it, and puts it before the door. */
  abstract void receive(FrameDoor door, long nowNanos);

  /** Sends the frame in a slot, or drops it where the guest does not take it. */
  abstract void send(int slot, int frameBytes);

  /** Somebody connects. */
  void accept() {}

  /** The descriptor takes more. */
  void writable() {}

  /** Tries again what could not be done before; called a few times a second. */
  void retry() {}

  /** Whether a frame can go to the guest now, and come from it; any thread may ask. */
  boolean isConnected() {
    return true;
  }

  final PortCounters counters() {
    return new PortCounters(
        receivedFrames, sentFrames, oversizedFrames, receiverDrops, connections, protocolErrors);
  }

  final void watch(Descriptor descriptor, int interest) throws SystemCallException {
    epoll.add(descriptor.number(), interest, station);
  }

  final void watchForConnections(Descriptor descriptor) throws SystemCallException {
    epoll.add(descriptor.number(), Epoll.READABLE, LISTENING_TAG - station);
  }

  final void watchFor(Descriptor descriptor, int interest) {
    try {
      epoll.modify(descriptor.number(), interest, station);
    } catch (SystemCallException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Closing a descriptor also ends the watch on it. */
  final void discard(Descriptor descriptor) {
    try {
      descriptor.close();
    } catch (SystemCallException e) {
      System.getLogger(Port.class.getName())
          .log(System.Logger.Level.WARNING, "port of virtual node " + station, e);
    }
  }

  @Override
  public abstract void close();
}
