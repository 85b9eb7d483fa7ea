package dev.diecast.daemon.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.core.DilationFactor;
import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.linux.SocketCalls;
import dev.diecast.daemon.linux.Sockets;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two kernels' worth of network stack, in namespaces of their own, joined by the engine. */
@Timeout(60)
class DeviceKernelIT {
  private static final long DELAY_NANOS = 10_000_000;
  private static final int PORT = 7007;

  @BeforeAll
  static void mayMakeDevices() {
    assumeTrue(
        Files.isWritable(Path.of("/dev/net/tun")) && System.getProperty("user.name").equals("root"),
        "SKIPPED: network namespaces and tap devices need root");
  }

  @Test
  void twoHostsBehindTapsTalkByIpv4AndIpv6() throws Exception {
    try (NetworkNamespace a = new NetworkNamespace("diecast-it-a");
        NetworkNamespace b = new NetworkNamespace("diecast-it-b");
        PipeEngine engine = engine()) {
      List<NetworkNamespace> hosts = List.of(a, b);
      for (int i = 0; i < 2; i++) {
        String device = "dc-it-" + i;
        engine.attach(i, new PortSpec.Tap(device));
        NetworkNamespace.ip(
            "link", "set", device, "netns", i == 0 ? "diecast-it-a" : "diecast-it-b");
        NetworkNamespace host = hosts.get(i);
        host.run("link", "set", device, "address", TwoStations.MACS[i].toString());
        host.run("addr", "add", "10.0.0." + (i + 1) + "/24", "dev", device);
        host.run("addr", "add", "fd00::" + (i + 1) + "/64", "dev", device, "nodad");
        host.run("link", "set", device, "up");
      }
      for (String address : List.of("10.0.0.2", "fd00::2")) {
        assertThat(roundTripNanos(a, b, address))
            .as("to " + address)
            .isBetween(2 * DELAY_NANOS, 60 * DELAY_NANOS);
        byte[] sent = new byte[300_000];
        new Random(1).nextBytes(sent);
        assertThat(throughTcp(a, b, address, sent)).isEqualTo(sent);
      }
      EngineReport report = engine.report();
      assertThat(report.door().answered())
          .as("ARP and neighbour discovery")
          .isGreaterThanOrEqualTo(2);
      assertThat(report.door().unknownDestination()).isZero();
    }
  }

  private static PipeEngine engine() throws Exception {
    return PipeEngine.start(
        "devices",
        TwoStations.network(100_000_000, DELAY_NANOS, DilationFactor.NONE),
        EngineSettings.DEFAULT);
  }

  /** The least of twenty exchanges of a small datagram. */
  private static long roundTripNanos(NetworkNamespace a, NetworkNamespace b, String address)
      throws Exception {
    InetSocketAddress server = new InetSocketAddress(InetAddress.getByName(address), PORT);
    try (DatagramChannel echo = b.inside(() -> DatagramChannel.open().bind(server));
        DatagramChannel client = a.inside(() -> DatagramChannel.open().connect(server))) {
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                ByteBuffer buffer = ByteBuffer.allocate(100);
                try {
                  while (true) {
                    buffer.clear();
                    echo.send(buffer, echo.receive(buffer.clear()));
                  }
                } catch (java.io.IOException e) {
                  // closed: the test is over
                }
              });
      long least = Long.MAX_VALUE;
      for (int i = 0; i < 20; i++) {
        long begin = System.nanoTime();
        client.write(ByteBuffer.wrap(new byte[] {1}));
        if (client.read(ByteBuffer.allocate(100)) < 1) {
          throw new java.io.IOException("no answer");
        }
        least = Math.min(least, System.nanoTime() - begin);
      }
      return least;
    }
  }

  private static byte[] throughTcp(
      NetworkNamespace a, NetworkNamespace b, String address, byte[] bytes) throws Exception {
    InetSocketAddress server = new InetSocketAddress(InetAddress.getByName(address), PORT);
    try (ServerSocketChannel listening = b.inside(() -> ServerSocketChannel.open().bind(server))) {
      CompletableFuture<byte[]> received = new CompletableFuture<>();
      Thread.ofPlatform()
          .start(
              () -> {
                try (SocketChannel accepted = listening.accept();
                    InputStream in = accepted.socket().getInputStream()) {
                  received.complete(in.readAllBytes());
                } catch (java.io.IOException e) {
                  received.completeExceptionally(e);
                }
              });
      try (SocketChannel client = a.inside(() -> SocketChannel.open(server))) {
        ByteBuffer out = ByteBuffer.wrap(bytes);
        while (out.hasRemaining()) {
          client.write(out);
        }
      }
      return received.get();
    }
  }

  @Test
  void framesPassThroughDevicesThatAreThereAlready() throws Exception {
    try (NetworkNamespace host = new NetworkNamespace("diecast-it-c");
        Arena arena = Arena.ofShared();
        PipeEngine engine = engine()) {
      for (int i = 0; i < 2; i++) {
        String peer = "dc-peer-" + i;
        NetworkNamespace.ip(
            "link",
            "add",
            "dc-veth-" + i,
            "type",
            "veth",
            "peer",
            "name",
            peer,
            "netns",
            "diecast-it-c");
        NetworkNamespace.ip("link", "set", "dc-veth-" + i, "up");
        host.run("link", "set", peer, "up");
        engine.attach(i, new PortSpec.Device("dc-veth-" + i));
      }
      SocketCalls calls = new SocketCalls(arena);
      MemorySegment buffer = arena.allocate(2048);
      try (Descriptor a = host.inside(() -> Sockets.packets("dc-peer-0"));
          Descriptor b = host.inside(() -> Sockets.packets("dc-peer-1"))) {
        for (int number = 0; number < 20; number++) {
          byte[] frame = TwoStations.frame(0, number, 100 + number);
          MemorySegment.copy(frame, 0, buffer, ValueLayout.JAVA_BYTE, 0, frame.length);
          assertThat(calls.send(a.number(), buffer.address(), frame.length))
              .isEqualTo(frame.length);
          assertThat(next(calls, b, buffer)).isEqualTo(frame);
        }
      }
    }
  }

  /** The next frame of ours; the kernel sends some of its own. */
  private static byte[] next(SocketCalls calls, Descriptor socket, MemorySegment buffer) {
    byte[][] frame = new byte[1][];
    Awaitility.await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              long count = calls.receive(socket.number(), buffer.address(), 2048, 0);
              frame[0] = count < 0 ? null : buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
              return count > 14 && frame[0][12] == (byte) 0x88 && frame[0][13] == (byte) 0xb5;
            });
    return frame[0];
  }
}
