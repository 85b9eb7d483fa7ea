package dev.diecast.daemon.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.pipe.Door;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The engine's doors over real sockets: connections come and go, guests send what they like. */
class PipeEngineIT {
  private static final long GIGABIT = 1_000_000_000;

  @TempDir Path directory;
  private PipeEngine engine;

  @BeforeEach
  void start() throws IOException {
    engine =
        PipeEngine.start(
            "test",
            TwoStations.network(GIGABIT, 1_000, DilationFactor.NONE),
            EngineSettings.DEFAULT);
    engine.attach(0, new PortSpec.StreamListen(path(0)));
    engine.attach(1, new PortSpec.StreamListen(path(1)));
  }

  @AfterEach
  void close() throws IOException {
    engine.close();
  }

  private Path path(int station) {
    return directory.resolve("s" + station);
  }

  private void expectPassage(StreamGuest from, StreamGuest to, int number) throws IOException {
    from.send(List.of(TwoStations.frame(0, number, 100)));
    assertThat(TwoStations.number(to.receive())).isEqualTo(number);
  }

  @Test
  @Timeout(20)
  void anErrorInARequestReachesWhoeverAskedAndNobodyElse() throws Exception {
    assertThatThrownBy(
            () ->
                engine.attach(
                    0, new PortSpec.StreamConnect(BrokenPath.when(new AtomicBoolean(true)))))
        .isInstanceOf(IOException.class)
        .hasRootCauseInstanceOf(StackOverflowError.class);
    engine.attach(0, new PortSpec.StreamListen(path(0)));
    try (StreamGuest a = new StreamGuest(path(0));
        StreamGuest b = new StreamGuest(path(1))) {
      expectPassage(a, b, 1);
    }
    assertThat(engine.failure()).isEmpty();
  }

  @Test
  @Timeout(20)
  void anEngineThatEndsSaysWhyAndLetsNobodyWait() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    engine.attach(0, new PortSpec.StreamConnect(BrokenPath.when(broken)));
    broken.set(true);
    Awaitility.await().until(() -> engine.failure().isPresent());
    assertThat(engine.failure().get()).isInstanceOf(StackOverflowError.class);
    assertThatThrownBy(engine::report)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("pipes-test");
  }

  /** A scrape neither waits for the engine's thread nor lets it wait. */
  @Test
  @Timeout(20)
  void sumsAreReadWithoutTheEnginesThread() throws Exception {
    try (StreamGuest a = new StreamGuest(path(0));
        StreamGuest b = new StreamGuest(path(1))) {
      expectPassage(a, b, 1);
      expectPassage(a, b, 2);
      EngineTotals totals = engine.totals();
      assertThat(totals.pipes()).isEqualTo(2);
      assertThat(totals.ports().receivedFrames()).isEqualTo(2);
      assertThat(totals.scheduler().deliveredPackets()).isEqualTo(2);

      CountDownLatch held = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      Path blocking =
          BrokenPath.that(
              () -> {
                held.countDown();
                awaitQuietly(go);
              });
      Thread attaching =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      engine.attach(1, new PortSpec.StreamConnect(blocking));
                    } catch (IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  });
      held.await();
      assertThat(engine.totals().scheduler().deliveredPackets()).as("it is held").isEqualTo(2);
      go.countDown();
      attaching.join();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void isConnectedAsLongAsTheGuestIsThere() throws Exception {
    assertThat(engine.isConnected(0)).isFalse();
    StreamGuest guest = new StreamGuest(path(0));
    Awaitility.await().until(() -> engine.isConnected(0));
    guest.close();
    Awaitility.await().until(() -> !engine.isConnected(0));
  }

  @Test
  void framesArriveAsTheyWereSent() throws Exception {
    try (StreamGuest a = new StreamGuest(path(0));
        StreamGuest b = new StreamGuest(path(1))) {
      List<byte[]> frames = IntStream.rangeClosed(60, 1514).mapToObj(i -> randomFrame(i)).toList();
      for (int i = 0; i < frames.size(); i += 97) {
        List<byte[]> some = frames.subList(i, Math.min(frames.size(), i + 97));
        a.send(some);
        for (byte[] frame : some) {
          assertThat(b.receive()).isEqualTo(frame);
        }
      }
    }
  }

  private static byte[] randomFrame(int bytes) {
    byte[] frame = TwoStations.frame(0, bytes, bytes);
    new Random(bytes).ints(18, bytes).limit(bytes).forEach(i -> frame[i] = (byte) (i * 31 + bytes));
    return frame;
  }

  @Test
  void aGuestThatComesBackTakesOverFromItsPredecessor() throws Exception {
    try (StreamGuest b = new StreamGuest(path(1))) {
      for (int life = 0; life < 5; life++) {
        try (StreamGuest a = new StreamGuest(path(0))) {
          expectPassage(a, b, life);
        }
      }
      StreamGuest old = new StreamGuest(path(0));
      expectPassage(old, b, 6);
      try (StreamGuest young = new StreamGuest(path(0))) {
        expectPassage(young, b, 7);
        assertThatThrownBy(old::receive).isInstanceOf(IOException.class);
      }
      old.close();
    }
    assertThat(engine.report().ports().get(0).connections()).isEqualTo(7);
  }

  @Test
  void aPortThatConnectsDoesSoAgainWhenItsPeerWasAway() throws Exception {
    Path qemu = directory.resolve("qemu");
    engine.attach(0, new PortSpec.StreamConnect(qemu));
    try (StreamGuest b = new StreamGuest(path(1))) {
      for (int life = 0; life < 3; life++) {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
          server.bind(UnixDomainSocketAddress.of(qemu));
          try (StreamGuest a = new StreamGuest(server.accept())) {
            expectPassage(a, b, life);
          }
        }
        Files.delete(qemu);
      }
    }
  }

  @Test
  void datagramsCarryOneFrameEach() throws Exception {
    Path local = directory.resolve("engine0");
    Path peer = directory.resolve("qemu0");
    engine.attach(0, new PortSpec.Datagram(local, peer));
    try (UnixDatagramPeer a = new UnixDatagramPeer(peer, local);
        StreamGuest b = new StreamGuest(path(1))) {
      for (int i = 0; i < 100; i++) {
        a.send(TwoStations.frame(0, i, 60 + 10 * i));
        assertThat(b.receive()).isEqualTo(TwoStations.frame(0, i, 60 + 10 * i));
        b.send(List.of(TwoStations.frame(1, i, 60 + 10 * i)));
        assertThat(a.receive()).isEqualTo(TwoStations.frame(1, i, 60 + 10 * i));
      }
      a.send(new byte[3000]);
      a.send(new byte[0]);
      a.send(TwoStations.frame(0, 5, 60));
      assertThat(TwoStations.number(b.receive())).isEqualTo(5);
    }
    assertThat(engine.report().ports().get(0).oversizedFrames()).isOne();
    assertThat(engine.report().door().malformed()).isOne();
  }

  @Test
  void arpIsAnsweredAtTheDoor() throws Exception {
    byte[] request =
        HexFormat.of()
            .parseHex(
                "ffffffffffff52540000000a08060001080006040001"
                    + "52540000000a0a0000010000000000000a000002");
    try (StreamGuest a = new StreamGuest(path(0))) {
      a.send(List.of(request));
      assertThat(HexFormat.of().formatHex(a.receive()))
          .isEqualTo(
              "52540000000a52540000000b08060001080006040002"
                  + "52540000000b0a00000252540000000a0a000001");
    }
    assertThat(engine.report().door().answered()).isOne();
  }

  @Test
  void oversizedFramesAreSkippedAndLengthsThatCannotBeEndTheConnection() throws Exception {
    try (StreamGuest b = new StreamGuest(path(1))) {
      try (StreamGuest a = new StreamGuest(path(0))) {
        a.send(List.of(new byte[1519], TwoStations.frame(0, 1, 60), new byte[65_000]));
        expectPassageOf(b, 1);
        expectPassage(a, b, 2);
        a.sendRaw(ByteBuffer.allocate(4).putInt(0x7fffffff).flip());
        assertThatThrownBy(a::receive).isInstanceOf(IOException.class);
      }
      try (StreamGuest a = new StreamGuest(path(0))) {
        expectPassage(a, b, 3);
      }
    }
    PortCounters port = engine.report().ports().get(0);
    assertThat(port.oversizedFrames()).isEqualTo(2);
    assertThat(port.protocolErrors()).isOne();
  }

  private static void expectPassageOf(StreamGuest to, int number) throws IOException {
    assertThat(TwoStations.number(to.receive())).isEqualTo(number);
  }

  /** Frames cut anywhere, lengths that lie, garbage: the next guest is served all the same. */
  @Test
  void nothingThatAGuestSendsStopsTheEngine() throws Exception {
    long seed = Long.getLong("diecast.seed", 1);
    try (StreamGuest b = new StreamGuest(path(1))) {
      for (int round = 0; round < 60; round++) {
        Random random = new Random(seed + round);
        try (StreamGuest a = new StreamGuest(path(0))) {
          for (int i = 0; i < 30; i++) {
            byte[] garbage = new byte[random.nextInt(3000)];
            random.nextBytes(garbage);
            ByteBuffer out = ByteBuffer.allocate(4 + garbage.length);
            out.putInt(random.nextInt(8) == 0 ? random.nextInt(2_000) : garbage.length);
            a.sendRaw(out.put(garbage).flip());
          }
        } catch (IOException e) {
          // Thrown out for nonsense, as it should be.
        }
        try (StreamGuest a = new StreamGuest(path(0))) {
          a.send(List.of(TwoStations.frame(0, round, 77)));
          byte[] frame = b.receive();
          while (frame.length != 77 || TwoStations.number(frame) != round) {
            frame = b.receive();
          }
        }
      }
    } catch (AssertionError | IOException e) {
      throw new AssertionError("with -Ddiecast.seed=" + seed, e);
    }
  }

  @Test
  void aGuestThatDoesNotReadLosesItsFramesAndHoldsUpNobody() throws Exception {
    try (StreamGuest a = new StreamGuest(path(0));
        StreamGuest deaf = new StreamGuest(path(1))) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                a.send(
                    IntStream.range(0, 50).mapToObj(i -> TwoStations.frame(0, i, 1514)).toList());
                return engine.report().ports().get(1).receiverDrops() > 100;
              });
      deaf.send(List.of(TwoStations.frame(1, 9, 60)));
      assertThat(TwoStations.number(a.receive())).isEqualTo(9);
      int before = -1;
      for (int i = 0; i < 100; i++) {
        byte[] frame = deaf.receive();
        assertThat(frame).as("whole frames only").hasSize(1514);
        assertThat(TwoStations.number(frame) - before).isEqualTo(i % 50 == 0 ? -before : 1);
        before = TwoStations.number(frame) == 49 ? 0 : TwoStations.number(frame);
      }
    }
  }

  @Test
  void moreThanTheEngineHoldsIsTurnedAwayAndCounted() throws Exception {
    engine.close();
    engine =
        PipeEngine.start(
            "small",
            TwoStations.network(GIGABIT, 500_000_000, DilationFactor.NONE),
            new EngineSettings(new Door(10, 5_000_000), 1518, 1, 0, false));
    engine.attach(0, new PortSpec.StreamListen(path(0)));
    engine.attach(1, new PortSpec.StreamListen(path(1)));
    try (StreamGuest a = new StreamGuest(path(0));
        StreamGuest b = new StreamGuest(path(1))) {
      a.send(IntStream.range(0, 30).mapToObj(i -> TwoStations.frame(0, i, 60)).toList());
      for (int i = 0; i < 10; i++) {
        expectPassageOf(b, i);
      }
      EngineReport report = engine.report();
      assertThat(report.scheduler().doorDropsFull()).isEqualTo(20);
      assertThat(report.scheduler().deliveredPackets()).isEqualTo(10);
      assertThat(report.realTime()).isFalse();
    }
  }

  @Test
  void itsThreadAllocatesNextToNothingPerPacket() throws Exception {
    long thread =
        Thread.getAllStackTraces().keySet().stream()
            .filter(t -> t.getName().equals("pipes-test"))
            .mapToLong(Thread::threadId)
            .max()
            .orElseThrow();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    List<byte[]> frames =
        IntStream.range(0, 100).mapToObj(i -> TwoStations.frame(0, i, 500)).toList();
    try (StreamGuest a = new StreamGuest(path(0));
        StreamGuest b = new StreamGuest(path(1))) {
      long before = 0;
      for (int round = 0; round < 200; round++) {
        if (round == 100) {
          before = threads.getThreadAllocatedBytes(thread);
        }
        a.send(frames);
        for (int i = 0; i < frames.size(); i++) {
          b.receive();
        }
      }
      long perPacket = (threads.getThreadAllocatedBytes(thread) - before) / (100 * 100);
      assertThat(perPacket).as("bytes per packet").isLessThan(64);
    }
  }

  @Test
  void aPathThatIsTooLongIsRefused() {
    Path tooLong = directory.resolve("x".repeat(108));
    assertThatThrownBy(() -> engine.attach(0, new PortSpec.StreamListen(tooLong)))
        .hasMessageContaining("choose a shorter directory");
    assertThatThrownBy(() -> engine.attach(7, new PortSpec.StreamListen(path(0))))
        .hasMessage("there is no virtual node 7");
  }
}
