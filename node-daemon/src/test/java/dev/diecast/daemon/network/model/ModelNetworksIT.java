package dev.diecast.daemon.network.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.diecast.api.resources.PipeGraphs;
import dev.diecast.api.v1alpha1.Engine;
import dev.diecast.api.v1alpha1.PipeGraph;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.fidelity.PipeUse;
import dev.diecast.daemon.network.BrokenPath;
import dev.diecast.daemon.network.PeerIdentity;
import dev.diecast.daemon.network.PipeTraffic;
import dev.diecast.daemon.network.PortSpec;
import dev.diecast.daemon.network.StreamGuest;
import dev.diecast.daemon.overload.PipeLoad;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Engines by PipeGraphs, with real sockets: changes in place, restarts, refusals. */
@Timeout(60)
class ModelNetworksIT {
  private static final ModelKey MODEL = new ModelKey("default", "m");
  private static final DilationFactor TWO = DilationFactor.parse("2");
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1000 * MILLI;

  @TempDir Path directory;

  private final AtomicReference<List<PipeGraph>> published = new AtomicReference<>(List.of());
  private ModelNetworks networks;

  @BeforeEach
  void open() throws IOException {
    networks = networks("h1");
  }

  private ModelNetworks networks(String host) throws IOException {
    return new ModelNetworks(
        new ProcFiles(Path.of("/proc")),
        RecordStore.open(directory.resolve("state")),
        published::get,
        new Rendezvous(_ -> Optional.empty(), host, Optional.empty(), PeerIdentity.generate()));
  }

  @AfterEach
  void close() {
    networks.close();
  }

  private static String mac(PipeGraph graph, int station) {
    return PipeGraphs.stations(graph.getSpec()).get(station).mac().toString();
  }

  private NetworkedNode node(String name, String mac, QemuStandIn qemu) {
    return new NetworkedNode(
        new VmIdentity(name, "default", "m-" + name),
        MODEL,
        TWO,
        mac,
        1500,
        Optional.ofNullable(qemu).map(QemuStandIn::process));
  }

  private static byte[] frame(PipeGraph graph, int from, int to, int number) {
    ByteBuffer frame = ByteBuffer.allocate(100);
    putMac(frame, PipeGraphs.stations(graph.getSpec()).get(to).mac().bits());
    putMac(frame, PipeGraphs.stations(graph.getSpec()).get(from).mac().bits());
    frame.putShort((short) 0x88b5).putInt(number);
    return frame.array();
  }

  private static void putMac(ByteBuffer frame, long mac) {
    frame.putShort((short) (mac >>> 32)).putInt((int) mac);
  }

  /** How long a frame takes from one to the other, host's time. */
  private static long tookNanos(PipeGraph graph, StreamGuest from, StreamGuest to, int number)
      throws IOException {
    long begin = System.nanoTime();
    from.send(List.of(frame(graph, 0, 1, number)));
    byte[] received = to.receive();
    assertThat(ByteBuffer.wrap(received).getInt(14)).isEqualTo(number);
    return System.nanoTime() - begin;
  }

  @Test
  void changesInPlaceAtOnceAndLosesNothingThatIsInside() throws Exception {
    PipeGraph first = TwoNodeGraph.of(1, 500 * MILLI, false, "h1");
    published.set(List.of(first));
    try (QemuStandIn a = new QemuStandIn(directory.resolve("a"), mac(first, 0), 1);
        QemuStandIn b = new QemuStandIn(directory.resolve("b"), mac(first, 1), 1)) {
      List<NetworkedNode> nodes =
          List.of(node("a-0", mac(first, 0), a), node("b-0", mac(first, 1), b));
      assertThat(networks.step(nodes).values()).allMatch(NetworkOutcome.Attached.class::isInstance);
      try (StreamGuest left = a.accept();
          StreamGuest right = b.accept()) {
        assertThat(tookNanos(first, left, right, 1)).as("T = 2").isGreaterThan(1000 * MILLI);

        left.send(List.of(frame(first, 0, 1, 2)));
        Thread.sleep(20); // it is inside
        PipeGraph second = TwoNodeGraph.of(2, 5 * MILLI, false, "h1");
        published.set(List.of(first, second));
        long changed = System.nanoTime();
        networks.refresh();
        assertThat(System.nanoTime() - changed).as("in force").isLessThan(1000 * MILLI);
        assertThat(ByteBuffer.wrap(right.receive()).getInt(14)).as("what was inside").isEqualTo(2);
        assertThat(tookNanos(second, left, right, 3)).isBetween(10 * MILLI, 900 * MILLI);

        published.set(List.of(TwoNodeGraph.of(3, 5 * MILLI, true, "h1")));
        networks.refresh();
        left.send(List.of(frame(first, 0, 1, 4)));
        Thread.sleep(50);
        assertThat(networks.reports().get(MODEL).engine().door().unreachable()).isPositive();
        published.set(List.of(TwoNodeGraph.of(4, 5 * MILLI, false, "h1")));
        networks.refresh();
        assertThat(tookNanos(second, left, right, 5)).isLessThan(900 * MILLI);
        assertThat(networks.step(nodes).get("a-0"))
            .isEqualTo(new NetworkOutcome.Attached("m-4", 6, Engine.Core));
        requireDelaysOfBothRevisions();
      }
    }
  }

  /** By the host's clock: what frames took through the link, when it was slow and when quick. */
  private void requireDelaysOfBothRevisions() {
    List<NamedPipe> pipes = networks.busiestPipes(10).get(MODEL);
    assertThat(pipes).extracting(NamedPipe::name).contains("m-a-0 > left", "left > right");
    PipeTraffic link =
        pipes.stream().filter(p -> p.name().equals("left > right")).findFirst().get().traffic();
    assertThat(link.counters().leftPackets()).isEqualTo(4);
    assertThat(link.propagationNanos()).as("T = 2").isEqualTo(10 * MILLI);
    assertThat(link.delays().getFirst().nanos()).isBetween(10 * MILLI, 900 * MILLI);
    assertThat(link.delays().getLast().nanos()).isBetween(1000 * MILLI, 1900 * MILLI);
    assertThat(networks.busiestPipes(1).get(MODEL)).hasSize(1);
  }

  /** A new daemon's engine, and a QEMU that was started anew, find each other by themselves. */
  @Test
  void eitherSideMayBeStartedAnew() throws Exception {
    PipeGraph graph = TwoNodeGraph.of(1, MILLI, false, "h1");
    published.set(List.of(graph));
    try (QemuStandIn b = new QemuStandIn(directory.resolve("b"), mac(graph, 1), 1)) {
      NetworkedNode right = node("b-0", mac(graph, 1), b);
      QemuStandIn before = new QemuStandIn(directory.resolve("a"), mac(graph, 0), 1);
      networks.step(List.of(node("a-0", mac(graph, 0), before), right));
      before.accept().close();
      before.close();
      networks.step(List.of(node("a-0", mac(graph, 0), null), right)); // sees that it is gone
      StreamGuest sink = b.accept();
      try (QemuStandIn after = new QemuStandIn(directory.resolve("a"), mac(graph, 0), 2)) {
        List<NetworkedNode> nodes = List.of(node("a-0", mac(graph, 0), after), right);
        networks.step(nodes);
        try (StreamGuest left = after.accept()) {
          tookNanos(graph, left, sink, 1);
        }
        sink.close();
        networks.close();
        try (ModelNetworks successor = networks("h1")) {
          successor.step(nodes);
          try (StreamGuest left = after.accept();
              StreamGuest newSink = b.accept()) {
            tookNanos(graph, left, newSink, 2);
          }
        }
      }
    }
  }

  /** The socket's file may be there, and nobody behind it. */
  @Test
  void aSocketAtWhichNobodyAnswersIsNoAttachment() throws Exception {
    PipeGraph graph = TwoNodeGraph.of(1, MILLI, false, "h1");
    published.set(List.of(graph));
    QemuStandIn a = new QemuStandIn(directory.resolve("a"), mac(graph, 0), 1);
    NetworkedNode node = node("a-0", mac(graph, 0), a);
    a.close();
    for (int round = 0; round < 2; round++) {
      assertThat(outcome(node))
          .satisfies(
              refused -> {
                assertThat(refused.obstacle()).isEqualTo(NetworkOutcome.Obstacle.NotConnected);
                assertThat(refused.message()).contains(directory.resolve("a").toString());
              });
    }
    try (QemuStandIn again = new QemuStandIn(directory.resolve("a"), mac(graph, 0), 1);
        StreamGuest guest = accepted(again, node)) {
      awaitAttached(node);
      guest.send(List.of(frame(graph, 0, 1, 1)));
    }
    Awaitility.await()
        .until(() -> networks.step(List.of(node)).get("a-0") instanceof NetworkOutcome.Refused);
  }

  private StreamGuest accepted(QemuStandIn qemu, NetworkedNode node) throws IOException {
    networks.step(List.of(node));
    return qemu.accept();
  }

  private void awaitAttached(NetworkedNode node) {
    Awaitility.await()
        .until(
            () ->
                networks.step(List.of(node)).get(node.vm().uid())
                    instanceof NetworkOutcome.Attached);
  }

  @Test
  void anEngineThatHasEndedIsSaidAndReplaced() throws Exception {
    PipeGraph graph = TwoNodeGraph.of(1, MILLI, false, "h1");
    published.set(List.of(graph));
    try (QemuStandIn a = new QemuStandIn(directory.resolve("a"), mac(graph, 0), 1)) {
      NetworkedNode node = node("a-0", mac(graph, 0), a);
      awaitAttached(node);
      CoreEngine before = (CoreEngine) networks.engine(MODEL).orElseThrow();
      AtomicBoolean broken = new AtomicBoolean();
      before.attach(1, new PortSpec.StreamConnect(BrokenPath.when(broken)), "a fault of ours");
      broken.set(true);
      Awaitility.await().until(() -> before.failure().isPresent());
      assertThat(outcome(node))
          .satisfies(
              refused -> {
                assertThat(refused.obstacle()).isEqualTo(NetworkOutcome.Obstacle.EngineFailed);
                assertThat(refused.message()).contains("StackOverflowError");
              });
      awaitAttached(node);
      assertThat(networks.engine(MODEL).orElseThrow()).isNotSameAs(before);
    }
  }

  /** An engine that is held up is one whose packets come late; the window forgets it. */
  @Test
  void pipesThatAreLateAreSeenForAsLongAsTheyAre() throws Exception {
    PipeGraph graph = TwoNodeGraph.of(1, MILLI, false, "h1");
    published.set(List.of(graph));
    try (QemuStandIn a = new QemuStandIn(directory.resolve("a"), mac(graph, 0), 1)) {
      NetworkedNode node = node("a-0", mac(graph, 0), a);
      networks.step(List.of(node));
      try (StreamGuest guest = a.accept()) {
        PipeLoad load = new PipeLoad(Duration.ofSeconds(2));
        load.read(networks.reports(), 0);
        PortSpec slow = new PortSpec.StreamConnect(BrokenPath.that(ModelNetworksIT::dawdle));
        ((CoreEngine) networks.engine(MODEL).orElseThrow()).attach(1, slow, "slow");
        send(guest, graph, 300);
        PipeUse late = load.read(networks.reports(), SECOND).get(MODEL);
        assertThat(late.deliveredFrames()).isGreaterThan(100);
        assertThat(late.overdue()).as(late.toString()).isGreaterThan(0.01);

        networks.step(List.of(node)); // detaches what does not belong there
        load.read(networks.reports(), 4 * SECOND);
        send(guest, graph, 300);
        PipeUse after = load.read(networks.reports(), 6 * SECOND).get(MODEL);
        assertThat(after.deliveredFrames()).isGreaterThan(100);
        assertThat(after.overdue()).as(after.toString()).isLessThan(late.overdue() / 2);
      }
    }
  }

  private static void dawdle() {
    LockSupport.parkNanos(15 * MILLI);
  }

  private static void send(StreamGuest guest, PipeGraph graph, int frames) throws Exception {
    for (int i = 0; i < frames; i++) {
      guest.send(List.of(frame(graph, 0, 1, i)));
      Thread.sleep(10);
    }
  }

  @Test
  void aGraphIsDistilledOnceHoweverOftenItIsAskedFor() {
    GraphReadings readings = new GraphReadings();
    PipeGraph graph = TwoNodeGraph.of(1, MILLI, false, "h1");
    ModelEngine.Now now = readings.read(MODEL, graph, TWO, 1500);
    assertThat(readings.read(MODEL, graph, TWO, 1500)).isSameAs(now);
    assertThat(readings.read(MODEL, graph, TWO, 1400)).isNotSameAs(now);
    PipeGraph next = TwoNodeGraph.of(2, MILLI, false, "h1");
    assertThat(readings.read(MODEL, next, TWO, 1400).revision()).isEqualTo(2);

    next.setSpec(TwoNodeGraph.unreadable(3));
    Throwable refusal = catchThrowable(() -> readings.read(MODEL, next, TWO, 1500));
    assertThat(refusal).isNotNull();
    assertThat(catchThrowable(() -> readings.read(MODEL, next, TWO, 1500))).isSameAs(refusal);
  }

  @Test
  void saysWhyANodeIsNotAttached() throws Exception {
    PipeGraph graph = TwoNodeGraph.of(1, MILLI, false, "h1");
    assertThat(outcome(node("a-0", mac(graph, 0), null)).obstacle())
        .isEqualTo(NetworkOutcome.Obstacle.NoPipeGraph);
    published.set(List.of(graph));
    assertThat(outcome(node("a-0", mac(graph, 0), null)).obstacle())
        .isEqualTo(NetworkOutcome.Obstacle.NoProcess);
    assertThat(outcome(node("c-0", mac(graph, 0), null)).obstacle())
        .isEqualTo(NetworkOutcome.Obstacle.NotInPipeGraph);
    try (QemuStandIn other = new QemuStandIn(directory.resolve("a"), "02:00:00:00:00:01", 1)) {
      assertThat(outcome(node("a-0", mac(graph, 0), other)))
          .satisfies(
              refused -> {
                assertThat(refused.obstacle()).isEqualTo(NetworkOutcome.Obstacle.NoInterface);
                assertThat(refused.message()).contains(mac(graph, 0));
              });
    }
    published.set(List.of(TwoNodeGraph.of(2, MILLI, false, "h1", "h2")));
    assertThat(outcome(node("a-0", mac(graph, 0), null)))
        .satisfies(
            refused -> {
              assertThat(refused.obstacle()).isEqualTo(NetworkOutcome.Obstacle.NoPeerAddress);
              assertThat(refused.message()).contains("DIECAST_NETWORK_ADDRESS");
            });
    published.set(List.of(TwoNodeGraph.of(3, MILLI, false, "h7")));
    assertThat(outcome(node("a-0", mac(graph, 0), null)).obstacle())
        .isEqualTo(NetworkOutcome.Obstacle.NotInPipeGraph);
  }

  private NetworkOutcome.Refused outcome(NetworkedNode node) {
    return (NetworkOutcome.Refused) networks.step(List.of(node)).get(node.vm().uid());
  }
}
