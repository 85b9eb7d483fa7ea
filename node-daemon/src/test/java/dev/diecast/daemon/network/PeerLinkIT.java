package dev.diecast.daemon.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.ethernet.Station;
import dev.diecast.core.network.Pipe;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.QueueLimit;
import dev.diecast.core.pipe.Door;
import dev.diecast.core.pipe.EmulatedNetwork;
import dev.diecast.core.pipe.Partition;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import javax.crypto.SecretKey;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One network on two engines that know of each other by UDP alone. */
class PeerLinkIT {
  private static final long NETWORK = 0x1234_5678_9abc_def0L;
  private static final long DELAY_NANOS = 10_000_000;
  private static final int PIPES = 4;

  @TempDir Path directory;
  private List<InetSocketAddress> addresses;
  private final List<PeerIdentity> identities =
      List.of(PeerIdentity.generate(), PeerIdentity.generate());
  private PipeEngine[] engines;

  /** There pipes 0 to 3 lead, by turns on the one and the other; back pipes 3 to 0. */
  @BeforeEach
  void start() throws IOException {
    addresses = List.of(freeAddress(), freeAddress());
    engines = new PipeEngine[2];
    for (int i = 0; i < 2; i++) {
      engines[i] = start(i, Door.DEFAULT, DELAY_NANOS);
    }
  }

  private PipeEngine start(int i, Door door, long delayNanos) throws IOException {
    EngineSettings settings = EngineSettings.DEFAULT;
    PipeEngine engine =
        PipeEngine.start(
            "host" + i,
            network(delayNanos),
            new EngineSettings(
                door,
                settings.maximumFrameBytes(),
                settings.seed(),
                settings.spinNanos(),
                settings.realTime()),
            new Peers(
                new Partition(i, List.of(0, 1, 0, 1), List.of(0, 1)),
                addresses.get(i),
                Map.of(1 - i, new Peer(addresses.get(1 - i), key(i))),
                NETWORK));
    engine.attach(i, new PortSpec.StreamListen(directory.resolve("s" + i)));
    return engine;
  }

  @AfterEach
  void close() throws IOException {
    for (PipeEngine engine : engines) {
      engine.close();
    }
  }

  /** That of the two, as one of them comes to it. */
  private SecretKey key(int of) {
    return identities.get(of).agree(identities.get(1 - of).publicKey(), "it");
  }

  private static InetSocketAddress freeAddress() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }
  }

  private static EmulatedNetwork network(long delayNanos) {
    PipeAttributes attributes =
        new PipeAttributes(1_000_000_000, delayNanos, 0, new QueueLimit.Packets(1000));
    int[] there = {0, 1, 2, 3};
    int[] back = {3, 2, 1, 0};
    return new EmulatedNetwork(
        IntStream.range(0, PIPES).mapToObj(i -> new Pipe(i, i, i + 1, attributes)).toList(),
        DilationFactor.NONE,
        (source, destination) -> Optional.of(source == 0 ? there : back),
        List.of(
            new Station(0, TwoStations.MACS[0], List.of()),
            new Station(1, TwoStations.MACS[1], List.of())));
  }

  private StreamGuest guest(int station) throws IOException {
    return new StreamGuest(directory.resolve("s" + station));
  }

  private void awaitClocks() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                engines[0].report().link().peers().get(1).clockErrorMicros() >= 0
                    && engines[1].report().link().peers().get(0).clockErrorMicros() >= 0);
  }

  @Test
  void packetsCrossAsOftenAsTheirRouteDoesAndAreNeverEarly() throws Exception {
    awaitClocks();
    try (StreamGuest a = guest(0);
        StreamGuest b = guest(1)) {
      for (int i = 0; i < 50; i++) {
        for (int from = 0; from < 2; from++) {
          byte[] frame = TwoStations.frame(from, i, 60 + 29 * i);
          long begin = System.nanoTime();
          (from == 0 ? a : b).send(List.of(frame));
          assertThat((from == 0 ? b : a).receive()).isEqualTo(frame);
          // A little less than four delays, where the two clocks are not quite of one mind.
          assertThat(System.nanoTime() - begin).isGreaterThan(PIPES * DELAY_NANOS - 2_000_000);
        }
      }
    }
    PeerCounters there = engines[0].report().link().peers().get(1);
    PeerCounters back = engines[1].report().link().peers().get(0);
    assertThat(there.sentPackets()).isEqualTo(back.receivedPackets());
    assertThat(back.sentPackets()).isEqualTo(there.receivedPackets());
    assertThat(there.sentPackets() + back.sentPackets()).isEqualTo(50 * (3 + 3));
    assertThat(engines[0].report().pipes().get(1)).isEmpty();
    assertThat(engines[0].report().pipes().get(0)).isPresent();
  }

  /**
   * Such an engine loses packets and nothing else: what time it is, it hears and says as before.
   */
  @Test
  void anEngineThatIsFullCountsPacketsAndHearsTheOther() throws Exception {
    int room = 4;
    int frames = 10;
    engines[1].close();
    engines[1] = start(1, new Door(room, Long.MAX_VALUE), Duration.ofMinutes(5).toNanos());
    awaitClocks();
    try (StreamGuest a = guest(0)) {
      for (int i = 0; i < frames; i++) {
        a.send(List.of(TwoStations.frame(0, i, 60)));
      }
      Awaitility.await().until(() -> turnedAwayByTheSecond() >= frames - room);
      Awaitility.await()
          .during(Duration.ofSeconds(3)) // in which they ask each other many times
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () -> {
                assertThat(turnedAwayByTheSecond()).isEqualTo(frames - room);
                for (int i = 0; i < 2; i++) {
                  assertThat(engines[i].report().link().peers().get(1 - i).silentNanos())
                      .isLessThan(2_000_000_000);
                }
              });
    }
    assertThat(engines[1].report().link().peers().get(0).receivedPackets()).isEqualTo(frames);
  }

  private long turnedAwayByTheSecond() throws IOException {
    return engines[1].report().scheduler().doorDropsFull();
  }

  @Test
  void whoeverHasNotTheKeyIsNotHeard() throws Exception {
    awaitClocks();
    long seed = Long.getLong("diecast.seed", 1);
    Random random = new Random(seed);
    try (DatagramSocket stranger = new DatagramSocket();
        StreamGuest a = guest(0);
        StreamGuest b = guest(1)) {
      for (int i = 0; i < 500; i++) {
        byte[] garbage = new byte[random.nextInt(200)];
        random.nextBytes(garbage);
        if (garbage.length > 8 && random.nextBoolean()) {
          System.arraycopy(new byte[] {0x44, 0x43, 0x50, 0x32, 1}, 0, garbage, 0, 5);
        }
        stranger.send(new DatagramPacket(garbage, garbage.length, addresses.get(1)));
      }
      a.send(List.of(TwoStations.frame(0, 7, 60)));
      assertThat(TwoStations.number(b.receive())).as("seed " + seed).isEqualTo(7);
      assertThat(engines[1].report().scheduler().admittedPackets()).isEqualTo(2);
      assertThat(engines[1].report().link().foreignDatagrams()).isEqualTo(500);
    }
  }

  /** A packet with a numbered frame from the first engine to the second, before it is sealed. */
  private static ByteBuffer packet(int number) {
    byte[] frame = TwoStations.frame(0, number, 100);
    ByteBuffer datagram = ByteBuffer.allocate(PeerMessage.HEADER_BYTES + frame.length);
    PeerMessage.begin(datagram, 0, PeerMessage.PACKET, 0, NETWORK, System.nanoTime());
    PeerMessage.putPacket(datagram, 0, 0, 1, PIPES, frame.length);
    datagram.put(PeerMessage.HEADER_BYTES, frame);
    return datagram;
  }

  /** Greater than of any message that the engines have sent each other. */
  private static long far(int number) {
    return Long.MAX_VALUE / 2 + number;
  }

  @Test
  void whatIsPlayedBackIsNotHeard() throws Exception {
    awaitClocks();
    try (DatagramSocket between = new DatagramSocket();
        StreamGuest b = guest(1)) {
      for (int i = 0; i < 10; i++) {
        ByteBuffer datagram = packet(i);
        PeerMessage.seal(datagram, 0, datagram.capacity(), new DatagramTag(key(0)), far(i));
        for (int times = 0; times < 3; times++) {
          between.send(new DatagramPacket(datagram.array(), datagram.capacity(), addresses.get(1)));
        }
        assertThat(TwoStations.number(b.receive())).isEqualTo(i);
      }
      Awaitility.await().until(() -> engines[1].report().link().repeatedDatagrams() >= 20);
      // The engine's own, with numbers that are far behind by now, are among them.
      assertThat(engines[1].report().scheduler().admittedPackets()).isEqualTo(10);
    }
  }

  /** Right to the last byte but for the key, or but for one bit. */
  @Test
  void whatWasChangedOnTheWayIsNotHeard() throws Exception {
    awaitClocks();
    SecretKey others = PeerIdentity.generate().agree(identities.get(1).publicKey(), "it");
    try (DatagramSocket stranger = new DatagramSocket();
        StreamGuest a = guest(0);
        StreamGuest b = guest(1)) {
      for (int i = 0; i < 20; i++) {
        ByteBuffer datagram = packet(i);
        boolean wrongKey = i % 2 == 0;
        PeerMessage.seal(
            datagram, 0, datagram.capacity(), new DatagramTag(wrongKey ? others : key(0)), far(i));
        if (!wrongKey) {
          int at = PeerMessage.HEADER_BYTES + 14 + i;
          datagram.put(at, (byte) (datagram.get(at) ^ 1 << i % 8));
        }
        stranger.send(new DatagramPacket(datagram.array(), datagram.capacity(), addresses.get(1)));
      }
      a.send(List.of(TwoStations.frame(0, 77, 60)));
      assertThat(TwoStations.number(b.receive())).isEqualTo(77);
      EngineReport report = engines[1].report();
      assertThat(report.link().forgedDatagrams()).isEqualTo(20);
      assertThat(report.link().foreignDatagrams()).isZero();
      assertThat(report.scheduler().admittedPackets()).isEqualTo(2);
    }
  }
}
