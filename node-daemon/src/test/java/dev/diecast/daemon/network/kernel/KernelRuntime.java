package dev.diecast.daemon.network.kernel;

import dev.diecast.core.pipe.HostPipe;
import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.linux.SocketCalls;
import dev.diecast.daemon.linux.Sockets;
import dev.diecast.daemon.network.NetworkNamespace;
import dev.diecast.daemon.network.conformance.EngineUnderTest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The kernel's pipes: each on a veth of its own, {@code in<i>} to {@code out<i>}; where a flow goes
 * on, the frame is redirected from the end of one to the beginning of the next.
 */
final class KernelRuntime implements EngineUnderTest {
  private static final String NAME = "diecast-it-kernel";
  private static final int HEADER_BYTES = 14;
  private static final int ETHERTYPE = 0x88b5;
  private static final int SOCKET_BUFFER_BYTES = 64 << 20;
  private static final int ENOBUFS = 105;
  private static final long QUIET_NANOS = 1_500_000_000;

  @Override
  public List<Arrival> run(List<HostPipe> pipes, List<int[]> flows, List<Event> script)
      throws Exception {
    try (NetworkNamespace namespace = new NetworkNamespace(NAME);
        Arena arena = Arena.ofShared()) {
      Path path = Path.of("/run/netns", NAME);
      KernelPipes engine = new KernelPipes(Optional.of(path));
      for (int pipe = 0; pipe < pipes.size(); pipe++) {
        namespace.run(
            "link", "add", "name", "in" + pipe, "type", "veth", "peer", "name", "out" + pipe);
        for (String end : List.of("in" + pipe, "out" + pipe)) {
          namespace.run("link", "set", end, "addrgenmode", "none");
          namespace.run("link", "set", end, "up", "promisc", "on");
        }
        engine.apply("in" + pipe, DeviceTree.of(pipes.get(pipe)));
      }
      join(new Tc(Optional.of(path)), flows);
      int last = flows.getFirst()[flows.getFirst().length - 1];
      return play(namespace, engine, flows, script, last, arena);
    }
  }

  private static void join(Tc tc, List<int[]> flows) throws IOException {
    List<List<String>> commands = new ArrayList<>();
    for (int flow = 0; flow < flows.size(); flow++) {
      int[] route = flows.get(flow);
      for (int hop = 0; hop + 1 < route.length; hop++) {
        String from = "out" + route[hop];
        List<String> ingress = List.of("qdisc", "add", "dev", from, "clsact");
        if (!commands.contains(ingress)) {
          commands.add(ingress);
        }
        commands.add(
            List.of(
                ("filter add dev %s ingress protocol all pref 1 flower src_mac %s action mirred"
                        + " egress redirect dev in%d")
                    .formatted(from, mac(flow), route[hop + 1])
                    .split(" ")));
      }
    }
    if (!commands.isEmpty()) {
      tc.batch(commands.stream().distinct().toList());
    }
  }

  private static String mac(int flow) {
    return "52:54:00:00:00:%02x".formatted(flow);
  }

  private static List<Arrival> play(
      NetworkNamespace namespace,
      KernelPipes engine,
      List<int[]> flows,
      List<Event> script,
      int last,
      Arena arena)
      throws Exception {
    List<Descriptor> doors = new ArrayList<>();
    for (int[] route : flows) {
      Descriptor door = namespace.inside(() -> Sockets.packets("in" + route[0]));
      Sockets.bufferBytes(door, SOCKET_BUFFER_BYTES);
      doors.add(door);
    }
    try (Descriptor sink = namespace.inside(() -> Sockets.packets("out" + last))) {
      Sockets.bufferBytes(sink, SOCKET_BUFFER_BYTES);
      Receiver receiver = new Receiver(sink, arena);
      receiver.start();
      SocketCalls calls = new SocketCalls(arena);
      MemorySegment buffer = arena.allocate(2048, 8);
      long begin = System.nanoTime();
      long instant = -1;
      long now = begin;
      for (Event event : script) {
        long left = begin + event.atNanos() - System.nanoTime();
        while (left > 0) {
          LockSupport.parkNanos(left);
          left = begin + event.atNanos() - System.nanoTime();
        }
        switch (event) {
          case Event.Change change ->
              engine.apply("in" + change.pipe(), DeviceTree.of(change.wanted()));
          case Event.Send send -> {
            // A burst has one time of sending, however long it takes to send it.
            if (send.atNanos() != instant) {
              instant = send.atNanos();
              now = System.nanoTime();
            }
            send(calls, doors.get(send.flow()), buffer, send, now);
          }
        }
      }
      awaitEmpty(engine, receiver, flows);
      return receiver.end();
    } finally {
      for (Descriptor door : doors) {
        door.close();
      }
    }
  }

  private static void send(
      SocketCalls calls, Descriptor door, MemorySegment buffer, Event.Send send, long now) {
    ByteBuffer frame = buffer.asByteBuffer();
    frame.put(0, new byte[2048]);
    frame.putShort(0, (short) 0x5254).putInt(2, 0x99);
    frame.putShort(6, (short) 0x5254).putInt(8, send.flow()).putShort(12, (short) ETHERTYPE);
    frame.putInt(14, send.flow()).putInt(18, send.number()).putLong(22, now);
    long sent = calls.send(door.number(), buffer.address(), send.frameBytes());
    // A pipe that drops tells its sender so.
    if (sent != send.frameBytes() && sent != -ENOBUFS) {
      throw new IllegalStateException("a frame could not be sent: " + sent);
    }
  }

  /** Nothing is in any queue, and nothing has come for a while. */
  private static void awaitEmpty(KernelPipes engine, Receiver receiver, List<int[]> flows)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + 120_000_000_000L;
    while (System.nanoTime() < deadline) {
      boolean queued = false;
      for (int[] route : flows) {
        for (int pipe : route) {
          queued |= engine.queuedPackets("in" + pipe) > 0;
        }
      }
      if (!queued && System.nanoTime() - receiver.lastNanos() > QUIET_NANOS) {
        return;
      }
      Thread.sleep(50);
    }
    throw new IllegalStateException("the queues do not become empty");
  }

  /** Takes what comes out, with the time. */
  private static final class Receiver {
    private final Descriptor sink;
    private final Arena arena;
    private final List<Arrival> arrivals = new ArrayList<>();
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
      SocketCalls calls = new SocketCalls(arena);
      MemorySegment buffer = arena.allocate(2048, 8);
      ByteBuffer frame = buffer.asByteBuffer();
      while (!ended) {
        long bytes = calls.read(sink.number(), buffer.address(), buffer.byteSize());
        if (bytes <= HEADER_BYTES) {
          LockSupport.parkNanos(20_000);
          continue;
        }
        long now = System.nanoTime();
        if (buffer.get(ValueLayout.JAVA_BYTE, 12) == (byte) (ETHERTYPE >> 8)) {
          arrivals.add(new Arrival(frame.getInt(14), frame.getInt(18), frame.getLong(22), now));
          lastNanos = now;
        }
      }
    }

    List<Arrival> end() throws InterruptedException {
      ended = true;
      thread.join();
      return arrivals;
    }
  }

  /** netem and HTB count in nanoseconds; the sender's time is taken before it sends. */
  @Override
  public long earlyNanos() {
    return 200_000;
  }

  /** Sender and receiver are threads of an emulated machine. */
  @Override
  public long typicallyLateNanos() {
    return 60_000_000;
  }

  /** The class above the queue has room for two full frames of its own. */
  @Override
  public int queueSlackFrames() {
    return 3;
  }

  @Override
  public double lossDeviations() {
    return 1.96;
  }

  @Override
  public void close() {}
}
