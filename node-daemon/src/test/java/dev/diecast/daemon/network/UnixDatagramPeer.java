package dev.diecast.daemon.network;

import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.linux.SocketCalls;
import dev.diecast.daemon.linux.Sockets;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;

/** QEMU's end of a pair of datagram sockets; Java has no Unix datagrams. */
final class UnixDatagramPeer implements AutoCloseable {
  private static final int ROOM_BYTES = 65_536;

  private final Arena arena = Arena.ofShared();
  private final SocketCalls calls = new SocketCalls(arena);
  private final MemorySegment buffer = arena.allocate(ROOM_BYTES);
  private final MemorySegment peer;
  private final Descriptor socket;

  UnixDatagramPeer(Path local, Path peer) throws IOException {
    this.socket = Sockets.datagram(local);
    this.peer = Sockets.unixAddress(peer, arena);
  }

  void send(byte[] frame) {
    MemorySegment.copy(frame, 0, buffer, ValueLayout.JAVA_BYTE, 0, frame.length);
    long sent = calls.sendTo(socket.number(), buffer.address(), frame.length, peer);
    if (sent != frame.length) {
      throw new IllegalStateException(SocketCalls.describe(sent));
    }
  }

  byte[] receive() {
    long[] count = new long[1];
    Awaitility.await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              count[0] = calls.receive(socket.number(), buffer.address(), ROOM_BYTES, 0);
              return count[0] >= 0;
            });
    return buffer.asSlice(0, count[0]).toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public void close() throws IOException {
    socket.close();
    arena.close();
  }
}
