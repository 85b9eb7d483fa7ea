package dev.diecast.daemon.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * All frames on all devices of a network namespace, with the instant at which the kernel had them:
 * as they come in, before anything is done to them, and as they go out, behind the device's
 * queueing disciplines (packet(7); Linux, net/core/dev.c: dev_queue_xmit_nit is called by
 * xmit_one). Needs CAP_NET_RAW. One thread reads.
 */
public final class FrameWatch implements AutoCloseable {
  /** Bytes of a frame that are read; its whole length is told. */
  public static final int HEAD_BYTES = 128;

  /** Frames wait here for a reader that comes now and then. */
  private static final int BUFFER_BYTES = 16 << 20;

  private static final int MSGHDR_BYTES = 56;
  private static final int NAME = 0;
  private static final int NAME_BYTES = 8;
  private static final int VECTOR = 16;
  private static final int VECTORS = 24;
  private static final int CONTROL = 32;
  private static final int CONTROL_BYTES = 40;
  private static final int SOCKADDR_LL_BYTES = 20;
  private static final int SLL_DEVICE = 4;
  private static final int SLL_KIND = 10;
  private static final byte PACKET_OUTGOING = 4;
  private static final int CONTROL_ROOM = 64;
  private static final int CMSG_SECONDS = 16;
  private static final int CMSG_NANOS = 24;
  private static final int CMSG_WITH_TIME_BYTES = 32;
  private static final long BILLION = 1_000_000_000L;

  private final Descriptor socket;
  private final Arena arena = Arena.ofShared();
  private final SocketCalls calls = new SocketCalls(arena);
  private final MemorySegment head = arena.allocate(HEAD_BYTES, 8);
  private final MemorySegment address = arena.allocate(SOCKADDR_LL_BYTES, 8);
  private final MemorySegment control = arena.allocate(CONTROL_ROOM, 8);
  private final MemorySegment message = arena.allocate(MSGHDR_BYTES, 8);

  /** What was seen of one frame. */
  @FunctionalInterface
  public interface Sighting {
    /**
     * @param device number of the device (if_nametoindex)
     * @param goesOut or came in
     * @param head its first {@link #HEAD_BYTES}, or fewer; valid during the call
     * @param bytes of the whole frame, without check sequence
     * @param nanos since the epoch
     */
    void seen(int device, boolean goesOut, MemorySegment head, int bytes, long nanos);
  }

  /** In the network namespace of the calling thread. */
  public FrameWatch() throws SystemCallException {
    socket = Sockets.allPackets(BUFFER_BYTES);
    MemorySegment vector = arena.allocate(16, 8);
    vector.set(JAVA_LONG, 0, head.address());
    vector.set(JAVA_LONG, 8, HEAD_BYTES);
    message.set(JAVA_LONG, NAME, address.address());
    message.set(JAVA_LONG, VECTOR, vector.address());
    message.set(JAVA_LONG, VECTORS, 1);
    message.set(JAVA_LONG, CONTROL, control.address());
  }

  /** Tells all that wait, in the order in which they were seen. */
  public void drain(Sighting sighting) throws SystemCallException {
    while (true) {
      message.set(JAVA_INT, NAME_BYTES, SOCKADDR_LL_BYTES);
      message.set(JAVA_LONG, CONTROL_BYTES, CONTROL_ROOM);
      long bytes = calls.receiveMessage(socket.number(), message.address(), SocketCalls.MSG_TRUNC);
      if (bytes == -SocketCalls.EINTR) {
        continue;
      }
      if (bytes == -SocketCalls.EAGAIN) {
        return;
      }
      if (bytes < 0) {
        throw new SystemCallException(
            "recvmsg of frames", SocketCalls.describe(bytes), (int) -bytes);
      }
      if (message.get(JAVA_LONG, CONTROL_BYTES) >= CMSG_WITH_TIME_BYTES) {
        sighting.seen(
            address.get(JAVA_INT, SLL_DEVICE),
            address.get(JAVA_BYTE, SLL_KIND) == PACKET_OUTGOING,
            head.asSlice(0, Math.min(bytes, HEAD_BYTES)),
            (int) bytes,
            control.get(JAVA_LONG, CMSG_SECONDS) * BILLION + control.get(JAVA_LONG, CMSG_NANOS));
      }
    }
  }

  /** Frames that found no room since this was last asked. */
  public long missed() throws SystemCallException {
    return Sockets.droppedPackets(socket);
  }

  @Override
  public void close() throws SystemCallException {
    arena.close();
    socket.close();
  }
}
