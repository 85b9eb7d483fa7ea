package dev.diecast.daemon.network.bench;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.ethernet.MacAddress;
import dev.diecast.core.ethernet.Station;
import dev.diecast.core.network.Pipe;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.QueueLimit;
import dev.diecast.core.pipe.EmulatedNetwork;
import dev.diecast.daemon.network.EngineReport;
import dev.diecast.daemon.network.EngineSettings;
import dev.diecast.daemon.network.PipeEngine;
import dev.diecast.daemon.network.PortSpec;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;

/**
 * A chain of pipes between two nodes, and packets through it at an even rate, by the very sockets
 * that guests use.
 *
 * @param hops pipes one behind the other, each of 10 Gbit/s and 1 ms
 * @param frameBytes of each packet, without check sequence
 */
public record ChainLoad(int hops, int frameBytes) {
  private static final long BITS_PER_SECOND = 10_000_000_000L;
  private static final long DELAY_NANOS = 1_000_000;
  private static final int QUEUE_PACKETS = 10_000;
  private static final int EXPERIMENTAL_ETHERTYPE = 0x88b5;
  private static final int PREFIX_BYTES = 4;
  private static final int RECEIVE_BYTES = 1 << 18;

  /** Offers packets for a while, then waits for those on their way. */
  public LoadResult run(double packetsPerSecond, Duration time, EngineSettings settings)
      throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("diecast-bench");
    Path source = directory.resolve("source");
    Path sink = directory.resolve("sink");
    try (PipeEngine engine = PipeEngine.start("bench", network(), settings)) {
      engine.attach(0, new PortSpec.StreamListen(source));
      engine.attach(1, new PortSpec.StreamListen(sink));
      try (SocketChannel out = SocketChannel.open(UnixDomainSocketAddress.of(source));
          SocketChannel in = SocketChannel.open(UnixDomainSocketAddress.of(sink))) {
        Thread.ofPlatform().daemon().start(() -> drain(in, settings.realTime()));
        out.configureBlocking(false);
        FutureTask<Long> offering =
            new FutureTask<>(
                () ->
                    Pacing.offer(
                        packetsPerSecond, time, settings.realTime(), new Sender(out)::send));
        Thread.ofPlatform().name("load").start(offering);
        long offered = offering.get();
        return result(offered, time.toNanos() / 1e9, settle(engine, offered));
      } catch (ExecutionException e) {
        throw new IOException("the load ended early", e.getCause());
      }
    } finally {
      Files.delete(directory);
    }
  }

  private EmulatedNetwork network() {
    PipeAttributes attributes =
        new PipeAttributes(BITS_PER_SECOND, DELAY_NANOS, 0, new QueueLimit.Packets(QUEUE_PACKETS));
    List<Pipe> pipes =
        IntStream.range(0, hops).mapToObj(i -> new Pipe(i, i, i + 1, attributes)).toList();
    int[] route = IntStream.range(0, hops).toArray();
    return new EmulatedNetwork(
        pipes,
        DilationFactor.NONE,
        (from, to) -> from == 0 ? Optional.of(route) : Optional.empty(),
        List.of(new Station(0, mac(0), List.of()), new Station(1, mac(1), List.of())));
  }

  private static MacAddress mac(int station) {
    return new MacAddress(0x5254_0000_0000L + station);
  }

  /** A packet that the socket does not take counts as offered: a network card would lose it. */
  private final class Sender {
    private final SocketChannel out;
    private final ByteBuffer frames = frames();
    private final int each = PREFIX_BYTES + frameBytes;
    private boolean whole = true;

    Sender(SocketChannel out) {
      this.out = out;
    }

    void send(int count) throws IOException {
      if (whole) {
        frames.clear().limit(count * each);
      }
      out.write(frames);
      whole = frames.position() % each == 0;
      if (!whole) {
        // The rest of a frame must follow before any other.
        frames.limit(Math.ceilDiv(frames.position(), each) * each);
      }
    }
  }

  private ByteBuffer frames() {
    ByteBuffer frames =
        ByteBuffer.allocateDirect(Pacing.MOST_PER_CALL * (PREFIX_BYTES + frameBytes));
    for (int i = 0; i < Pacing.MOST_PER_CALL; i++) {
      int at = i * (PREFIX_BYTES + frameBytes);
      frames.putInt(at, frameBytes);
      putMac(frames, at + PREFIX_BYTES, mac(1).bits());
      putMac(frames, at + PREFIX_BYTES + 6, mac(0).bits());
      frames.putShort(at + PREFIX_BYTES + 12, (short) EXPERIMENTAL_ETHERTYPE);
    }
    return frames;
  }

  private static void putMac(ByteBuffer frames, int at, long mac) {
    frames.putShort(at, (short) (mac >>> 32)).putInt(at + 2, (int) mac);
  }

  private static void drain(SocketChannel in, boolean realTime) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(RECEIVE_BYTES);
    try {
      Pacing.becomePrecise(realTime);
      while (in.read(buffer.clear()) >= 0) {
        // Only the engine's own counts matter.
      }
    } catch (IOException e) {
      // The run is over.
    }
  }

  private static EngineReport settle(PipeEngine engine, long offered)
      throws IOException, InterruptedException {
    EngineReport report = engine.report();
    long before = -1;
    while (report.scheduler().deliveredPackets() < offered
        && report.scheduler().deliveredPackets() != before) {
      before = report.scheduler().deliveredPackets();
      Thread.sleep(100);
      report = engine.report();
    }
    return report;
  }

  private static LoadResult result(long offered, double seconds, EngineReport report) {
    long delivered = report.ports().get(1).sentFrames();
    return new LoadResult(
        offered,
        delivered,
        delivered / seconds,
        report.deliveryLateness(),
        report.hopLateness(),
        report.doorWait(),
        report.realTime());
  }
}
