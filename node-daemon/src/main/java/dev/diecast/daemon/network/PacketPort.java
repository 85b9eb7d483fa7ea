package dev.diecast.daemon.network;

import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.linux.Epoll;
import dev.diecast.daemon.linux.SocketCalls;
import dev.diecast.daemon.linux.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A port whose descriptor gives and takes one frame per call: datagrams, packet sockets, taps. */
final class PacketPort extends Port {
  private static final int FRAMES_PER_TURN = 32;

  private final Descriptor descriptor;
  private final boolean isSocket;
  private final MemorySegment peer;
  private final MemorySegment forgotten;

  /**
   * @param isSocket whether recv(2) and send(2) work on it, else read(2) and write(2) are used
   * @param peer address that datagrams go to; NULL where the descriptor knows
   */
  PacketPort(
      int station, PortContext context, Descriptor descriptor, boolean isSocket, MemorySegment peer)
      throws SystemCallException {
    super(station, context);
    this.descriptor = descriptor;
    this.isSocket = isSocket;
    this.peer = peer;
    this.forgotten = Arena.ofAuto().allocate(1);
    connections = 1;
    watch(descriptor, Epoll.READABLE);
  }

  @Override
  void receive(FrameDoor door, long nowNanos) {
    for (int i = 0; i < FRAMES_PER_TURN; i++) {
      int slot = door.slot(nowNanos);
      if (slot == FrameDoor.REFUSED) {
        if (read(forgotten.address(), 1) < 0) {
          return;
        }
        receivedFrames++;
        door.turnAway();
        continue;
      }
      long bytes = read(memory.frameAddress(slot), memory.frameRoomBytes());
      if (bytes < 0) {
        door.giveBack(slot);
        return;
      }
      receivedFrames++;
      if (bytes > door.maximumFrameBytes()) {
        oversizedFrames++;
        door.giveBack(slot);
      } else {
        door.take(slot, (int) bytes, this, nowNanos);
      }
    }
  }

  private long read(long address, long room) {
    return isSocket
        ? calls.receive(descriptor.number(), address, room, SocketCalls.MSG_TRUNC)
        : calls.read(descriptor.number(), address, room);
  }

  @Override
  void send(int slot, int frameBytes) {
    long address = memory.frameAddress(slot);
    long sent =
        isSocket
            ? calls.sendTo(descriptor.number(), address, frameBytes, peer)
            : calls.write(descriptor.number(), address, frameBytes);
    if (sent < 0) {
      receiverDrops++;
    } else {
      sentFrames++;
    }
  }

  @Override
  public void close() {
    discard(descriptor);
  }
}
