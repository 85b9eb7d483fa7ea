package dev.diecast.daemon.network.kernel;

import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.linux.PreciseThread;
import dev.diecast.daemon.linux.SocketCalls;
import dev.diecast.daemon.linux.Sockets;
import dev.diecast.daemon.linux.SystemCallException;
import dev.diecast.daemon.network.NetworkNamespace;
import dev.diecast.daemon.network.conformance.EngineUnderTest.Arrival;
import dev.diecast.daemon.network.conformance.EngineUnderTest.Event;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

/** Frames of conformance runs, into and out of network devices (packet(7)). */
final class RawFrames {
  private static final int HEADER_BYTES = 14;
  private static final short EXPERIMENTAL = (short) 0x88b5;
  private static final int MOST_BYTES = 2048;
  private static final int SOCKET_BUFFER_BYTES = 64 << 20;
  private static final int ENOBUFS = 105;
  private static final int WARM_FRAMES = 3_000;
  private static final long IDLE_NANOS = 50_000;

  private RawFrames() {}

  static String mac(int flow) {
    return "52:54:00:00:00:%02x".formatted(flow);
  }

  static Descriptor open(NetworkNamespace namespace, String device) throws Exception {
    Descriptor socket = namespace.inside(() -> Sockets.packets(device));
    Sockets.bufferBytes(socket, SOCKET_BUFFER_BYTES);
    return socket;
  }

  /** One per thread. */
  static final class Sender {
    private final SocketCalls calls;
    private final MemorySegment buffer;
    private final ByteBuffer frame;

    Sender(Arena arena) {
      calls = new SocketCalls(arena);
      buffer = arena.allocate(MOST_BYTES, 8);
      frame = buffer.asByteBuffer();
    }

    void warmUp(Descriptor door) {
      for (int i = 0; i < WARM_FRAMES; i++) {
        send(door, new Event.Send(0, 0, i, 60), System.nanoTime());
      }
    }

    void send(Descriptor door, Event.Send send, long now) {
      frame.putShort(0, (short) 0x5254).putInt(2, 0x99);
      frame.putShort(6, (short) 0x5254).putInt(8, send.flow()).putShort(12, EXPERIMENTAL);
      frame.putInt(14, send.flow()).putInt(18, send.number()).putLong(22, now);
      long sent = calls.send(door.number(), buffer.address(), send.frameBytes());
      // A pipe whose queue is full tells its sender so.
      if (sent != send.frameBytes() && sent != -ENOBUFS) {
        throw new IllegalStateException("a frame could not be sent: " + sent);
      }
    }
  }

  /** Takes what comes out, with the time. */
  static final class Receiver {
    private final Descriptor sink;
    private final Arena arena;
    private final List<Arrival> arrivals = new ArrayList<>();

    /** From one look to the next, each. */
    private final List<Long> away = new ArrayList<>();

    private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::receive);
    private volatile long lastNanos = System.nanoTime();
    private volatile boolean ended;

    Receiver(Descriptor sink, Arena arena) {
      this.sink = sink;
      this.arena = arena;
    }

    void start() {
      thread.start();
    }

    long lastNanos() {
      return lastNanos;
    }

    private void receive() {
      becomePrecise();
      SocketCalls calls = new SocketCalls(arena);
      MemorySegment buffer = arena.allocate(MOST_BYTES, 8);
      ByteBuffer frame = buffer.asByteBuffer();
      long before = System.nanoTime();
      while (!ended) {
        long bytes = calls.read(sink.number(), buffer.address(), buffer.byteSize());
        long now = System.nanoTime();
        away.add(now - before);
        before = now;
        if (bytes <= HEADER_BYTES) {
          LockSupport.parkNanos(IDLE_NANOS);
          continue;
        }
        if (frame.getShort(12) == EXPERIMENTAL) {
          arrivals.add(new Arrival(frame.getInt(14), frame.getInt(18), frame.getLong(22), now));
          lastNanos = now;
        }
      }
    }

    private static void becomePrecise() {
      try {
        PreciseThread.wakePrecisely();
        PreciseThread.realTime(1);
      } catch (SystemCallException e) {
        // Where it may not, the tolerance has to do.
      }
    }

    void end() throws InterruptedException {
      ended = true;
      thread.join();
    }

    List<Arrival> arrivals() {
      return arrivals;
    }

    /** An instant taken at random lies with even chance in an absence of this length or longer. */
    long typicallyAwayNanos() {
      long[] sorted = away.stream().mapToLong(Long::longValue).sorted().toArray();
      long half = LongStream.of(sorted).sum() / 2;
      int i = 0;
      for (long sum = 0; i < sorted.length - 1; i++) {
        sum += sorted[i];
        if (sum >= half) {
          break;
        }
      }
      return sorted.length == 0 ? 0 : sorted[i];
    }
  }
}
