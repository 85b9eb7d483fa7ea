package dev.diecast.daemon.network;

import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.linux.Epoll;
import dev.diecast.daemon.linux.SocketCalls;
import dev.diecast.daemon.linux.Sockets;
import dev.diecast.daemon.linux.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * QEMU's stream protocol over a Unix socket: each frame behind its length, four bytes, big-endian
 * (QEMU, net/stream.c and net/net.c). One connection at a time: of a listening port the newest
 * counts, for a guest that was started anew may be there before its predecessor's end is.
 */
final class StreamPort extends Port {
  /**
   * The longest frame that QEMU itself can send (NET_BUFSIZE); more means that we read nonsense.
   */
  private static final int LONGEST_BYTES = 4096 + 65536;

  private static final int READ_BYTES = 32 * 1024;
  private static final int UNSENT_BYTES = 256 * 1024;

  private final Path path;
  private final Optional<Descriptor> listening;
  private Optional<Descriptor> connection = Optional.empty();

  private final MemorySegment received;
  private final ByteBuffer receivedBytes;
  private int filled;

  /** Written by the engine's thread alone. */
  private volatile boolean connected;

  /** Bytes of an oversized frame that are still to come. */
  private int skip;

  private final MemorySegment unsent;
  private int unsentFrom;
  private int unsentTo;

  private StreamPort(int station, PortContext context, Path path, Optional<Descriptor> listening) {
    super(station, context);
    this.path = path;
    this.listening = listening;
    this.received = Arena.ofAuto().allocate(READ_BYTES + (long) memory.frameRoomBytes());
    this.receivedBytes = received.asByteBuffer();
    this.unsent = Arena.ofAuto().allocate(UNSENT_BYTES);
  }

  /** Listens at a path; a socket that a predecessor left there is taken away. */
  static StreamPort listen(int station, PortContext context, Path path) throws IOException {
    Files.deleteIfExists(path);
    Descriptor socket = Sockets.listen(path);
    StreamPort port = new StreamPort(station, context, path, Optional.of(socket));
    port.watchForConnections(socket);
    return port;
  }

  /** Connects to a path, now or as soon as somebody listens there. */
  static StreamPort connect(int station, PortContext context, Path path) {
    StreamPort port = new StreamPort(station, context, path, Optional.empty());
    port.retry();
    return port;
  }

  @Override
  void retry() {
    if (connection.isPresent() || listening.isPresent()) {
      return;
    }
    try {
      begin(Sockets.connect(path));
    } catch (SystemCallException e) {
      // Nobody there yet: the next retry is soon.
    }
  }

  private void begin(Descriptor socket) throws SystemCallException {
    disconnect();
    connection = Optional.of(socket);
    connections++;
    filled = 0;
    skip = 0;
    unsentFrom = 0;
    unsentTo = 0;
    watch(socket, Epoll.READABLE);
    connected = true;
  }

  @Override
  boolean isConnected() {
    return connected;
  }

  @Override
  void accept() {
    listening.ifPresent(
        socket -> {
          int accepted = Sockets.accept(socket);
          if (accepted >= 0) {
            try {
              begin(new Descriptor(accepted));
            } catch (SystemCallException e) {
              disconnect();
            }
          }
        });
  }

  @Override
  void receive(FrameDoor door, long nowNanos) {
    if (connection.isEmpty()) {
      return;
    }
    long count =
        calls.read(
            connection.get().number(), received.address() + filled, received.byteSize() - filled);
    if (count == -SocketCalls.EAGAIN || count == -SocketCalls.EINTR) {
      return;
    }
    if (count <= 0) {
      disconnect();
      return;
    }
    filled += (int) count;
    parse(door, nowNanos);
  }

  private void parse(FrameDoor door, long nowNanos) {
    int at = 0;
    while (true) {
      int skipped = Math.min(skip, filled - at);
      skip -= skipped;
      at += skipped;
      if (filled - at < PacketMemory.PREFIX_BYTES) {
        break;
      }
      int bytes = receivedBytes.getInt(at);
      if (bytes < 0 || bytes > LONGEST_BYTES) {
        protocolErrors++;
        disconnect();
        return;
      }
      if (bytes > door.maximumFrameBytes()) {
        receivedFrames++;
        oversizedFrames++;
        skip = bytes;
        at += PacketMemory.PREFIX_BYTES;
        continue;
      }
      if (filled - at < PacketMemory.PREFIX_BYTES + bytes) {
        break;
      }
      at += PacketMemory.PREFIX_BYTES;
      take(door, at, bytes, nowNanos);
      at += bytes;
      if (connection.isEmpty()) {
        return;
      }
    }
    MemorySegment.copy(received, at, received, 0, filled - at);
    filled -= at;
  }

  private void take(FrameDoor door, int at, int bytes, long nowNanos) {
    receivedFrames++;
    int slot = door.slot(nowNanos);
    if (slot == FrameDoor.REFUSED) {
      door.turnAway();
    } else {
      MemorySegment.copy(received, at, memory.segment(), memory.frame(slot), bytes);
      door.take(slot, bytes, this, nowNanos);
    }
  }

  @Override
  void send(int slot, int frameBytes) {
    if (connection.isEmpty()) {
      receiverDrops++;
      return;
    }
    int total = PacketMemory.PREFIX_BYTES + frameBytes;
    long address = memory.prefixed(slot, frameBytes);
    int sent = 0;
    if (unsentFrom == unsentTo) {
      long result = calls.send(connection.get().number(), address, total);
      if (result < 0 && result != -SocketCalls.EAGAIN) {
        receiverDrops++;
        disconnect();
        return;
      }
      sent = (int) Math.max(0, result);
    }
    if (sent == total || keep(slot, sent, total)) {
      sentFrames++;
    } else {
      receiverDrops++;
    }
  }

  /** Keeps the rest of a frame until the socket takes it; false where there is no room for it. */
  private boolean keep(int slot, int sent, int total) {
    int rest = total - sent;
    if (unsentTo + rest > UNSENT_BYTES) {
      MemorySegment.copy(unsent, unsentFrom, unsent, 0, unsentTo - unsentFrom);
      unsentTo -= unsentFrom;
      unsentFrom = 0;
      if (unsentTo + rest > UNSENT_BYTES) {
        return false;
      }
    }
    if (unsentFrom == unsentTo) {
      connection.ifPresent(socket -> watchFor(socket, Epoll.READABLE | Epoll.WRITABLE));
    }
    MemorySegment.copy(
        memory.segment(),
        memory.frame(slot) - (long) PacketMemory.PREFIX_BYTES + sent,
        unsent,
        unsentTo,
        rest);
    unsentTo += rest;
    return true;
  }

  @Override
  void writable() {
    if (connection.isEmpty()) {
      return;
    }
    Descriptor socket = connection.get();
    while (unsentFrom < unsentTo) {
      long result =
          calls.send(socket.number(), unsent.address() + unsentFrom, unsentTo - unsentFrom);
      if (result == -SocketCalls.EAGAIN) {
        return;
      }
      if (result < 0) {
        disconnect();
        return;
      }
      unsentFrom += (int) result;
    }
    unsentFrom = 0;
    unsentTo = 0;
    watchFor(socket, Epoll.READABLE);
  }

  private void disconnect() {
    connected = false;
    connection.ifPresent(this::discard);
    connection = Optional.empty();
  }

  @Override
  public void close() {
    disconnect();
    listening.ifPresent(
        socket -> {
          discard(socket);
          try {
            Files.deleteIfExists(path);
          } catch (IOException e) {
            // A socket's name that nobody listens at harms nobody.
          }
        });
  }
}
