package dev.diecast.daemon.network;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;

/** The other end of QEMU's stream protocol: what a guest would send and receive. */
public final class StreamGuest implements AutoCloseable {
  private final SocketChannel channel;
  private final ByteBuffer received = ByteBuffer.allocateDirect(1 << 17).flip();

  public StreamGuest(Path path) throws IOException {
    this(SocketChannel.open(UnixDomainSocketAddress.of(path)));
  }

  StreamGuest(SocketChannel channel) {
    this.channel = channel;
  }

  /** Of a connection that is there already. */
  public static StreamGuest of(SocketChannel channel) {
    return new StreamGuest(channel);
  }

  /** Sends frames in one call. */
  public void send(List<byte[]> frames) throws IOException {
    int total = frames.stream().mapToInt(frame -> 4 + frame.length).sum();
    ByteBuffer out = ByteBuffer.allocate(total);
    frames.forEach(frame -> out.putInt(frame.length).put(frame));
    sendRaw(out.flip());
  }

  void sendRaw(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** The next frame; waits for it. */
  public byte[] receive() throws IOException {
    fill(4);
    byte[] frame = new byte[received.getInt()];
    fill(frame.length);
    received.get(frame);
    return frame;
  }

  private void fill(int bytes) throws IOException {
    while (received.remaining() < bytes) {
      received.compact();
      int count;
      try {
        count = channel.read(received);
      } catch (ClosedChannelException e) {
        throw new EOFException();
      } finally {
        received.flip();
      }
      if (count < 0) {
        throw new EOFException();
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
