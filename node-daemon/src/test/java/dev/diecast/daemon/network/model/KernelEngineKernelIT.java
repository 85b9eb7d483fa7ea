package dev.diecast.daemon.network.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.api.resources.PipeGraphs;
import dev.diecast.api.v1alpha1.PipeGraph;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.ethernet.Station;
import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.linux.NetworkNamespaces;
import dev.diecast.daemon.linux.SocketCalls;
import dev.diecast.daemon.linux.Sockets;
import dev.diecast.daemon.network.EngineTotals;
import dev.diecast.daemon.network.PipeTraffic;
import dev.diecast.daemon.network.kernel.KernelPipesWork;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.record.RecordStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes of a model whose pipes are the kernel's, at T = 2: what their kernels see of it. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ExtendWith(KernelPipesWork.class)
class KernelEngineKernelIT {
  private static final DilationFactor TWO = DilationFactor.parse("2");
  private static final int MTU = 1500;
  private static final int PORT = 4000;
  private static final int IPV4 = 4;
  private static final int IPV6 = 16;
  private static final long MILLI = 1_000_000;

  /** Guest's frame; 10 Mbit/s of the host's. */
  private static final long BITS_PER_SECOND = 20_000_000;

  private static final int FRAMES = 3000;
  private static final int WINDOW = 200;

  @TempDir static Path directory;

  private final List<GuestPod> pods = new ArrayList<>();
  private TakenTaps taps;
  private KernelEngine engine;

  private static ModelEngine.Now now(long revision, long nearMillis, long farMillis) {
    PipeGraph graph =
        TwoNodeGraph.ofThree(revision, BITS_PER_SECOND, nearMillis * MILLI, farMillis * MILLI);
    return ModelEngine.read(graph, TWO, MTU);
  }

  /** Hosts' delays: 20 ms from a to b, 60 from b to c. */
  @BeforeAll
  void join() throws Exception {
    taps =
        new TakenTaps(
            new ProcFiles(Path.of("/proc/self/task")), RecordStore.open(directory), _ -> {});
    engine = KernelEngine.start(now(1, 10, 30));
    PipeGraph graph = TwoNodeGraph.ofThree(1, BITS_PER_SECOND, 1, 1);
    for (Station station : PipeGraphs.stations(graph.getSpec())) {
      pods.add(new GuestPod(station));
      pods.getLast().join(taps, engine, MTU);
    }
  }

  @AfterAll
  void end() throws Exception {
    if (engine != null) {
      engine.close();
    }
    for (GuestPod pod : pods) {
      pod.close();
    }
  }

  @Test
  void aPairHasItsOwnDelayInEitherFamily() throws Exception {
    for (int family : new int[] {IPV4, IPV6}) {
      requireRoundTrip(family, 0, 1, 40);
      requireRoundTrip(family, 1, 2, 120);
      requireRoundTrip(family, 2, 0, 160);
    }
  }

  /** Never early; and late by what a busy machine's timers are. */
  private void requireRoundTrip(int family, int from, int to, long millis) throws Exception {
    long[] trips = new long[15];
    try (DatagramChannel here = pods.get(from).datagrams(family, PORT);
        DatagramChannel there = pods.get(to).datagrams(family, PORT)) {
      Thread.ofPlatform().daemon().start(() -> echo(there));
      for (int i = 0; i < trips.length; i++) {
        long start = System.nanoTime();
        here.send(ByteBuffer.wrap(new byte[100]), pods.get(to).at(family, PORT));
        here.socket().receive(new DatagramPacket(new byte[200], 200));
        trips[i] = System.nanoTime() - start;
      }
    }
    Arrays.sort(trips);
    System.out.printf(
        "KernelEngineKernelIT: %d to %d, IPv%d: %.2f ms at least, %.2f typically, of %d%n",
        from, to, family == IPV4 ? 4 : 6, trips[0] / 1e6, trips[trips.length / 2] / 1e6, millis);
    assertThat(trips[0]).isGreaterThan(millis * MILLI - MILLI / 5);
    assertThat(trips[trips.length / 2]).isLessThan((millis + 40) * MILLI);
  }

  private static void echo(DatagramChannel channel) {
    try {
      DatagramPacket packet = new DatagramPacket(new byte[200], 200);
      while (true) {
        channel.socket().receive(packet);
        channel.socket().send(packet);
      }
    } catch (IOException closed) {
      // The test has all that it wants.
    }
  }

  /** A burst faster than the pipe comes out at the pipe's rate, in order. */
  @Test
  void aPairHasItsOwnRate() throws Exception {
    final int payload = 1400;
    final double frameBits = (payload + 8 + 20 + 14 + 24) * 8;
    List<Integer> numbers = new ArrayList<>();
    List<Long> times = new ArrayList<>();
    try (DatagramChannel here = pods.get(0).datagrams(IPV4, PORT);
        DatagramChannel there = pods.get(1).datagrams(IPV4, PORT)) {
      Thread sender = Thread.ofPlatform().daemon().start(() -> burst(here, payload, FRAMES));
      there.socket().setSoTimeout(1500);
      DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
      try {
        while (true) {
          there.socket().receive(packet);
          times.add(System.nanoTime());
          numbers.add(ByteBuffer.wrap(packet.getData()).getInt());
        }
      } catch (java.net.SocketTimeoutException allThere) {
        sender.join();
      }
    }
    double all = (times.size() - 1) * frameBits * 1e9 / (times.getLast() - times.getFirst());
    double busiest = 0;
    for (int i = WINDOW; i < times.size(); i++) {
      busiest =
          Math.max(busiest, WINDOW * frameBits * 1e9 / (times.get(i) - times.get(i - WINDOW)));
    }
    long overtaken =
        IntStream.range(1, numbers.size()).filter(i -> numbers.get(i) < numbers.get(i - 1)).count();
    System.out.printf(
        "KernelEngineKernelIT: %.3f Mbit/s of 10 over %d frames, %.3f when busiest, %d lost at the queue, %d out of order%n",
        all / 1e6, numbers.size(), busiest / 1e6, FRAMES - numbers.size(), overtaken);
    assertThat(numbers.size()).as("the queue is bounded").isLessThan(FRAMES);
    assertThat(all).isLessThan(10.1e6);
    assertThat(busiest).isGreaterThan(9.5e6);
    // What a processor that was taken away held up, others overtake.
    assertThat(overtaken).as("out of order").isLessThan(FRAMES / 200);
    requireThatTheQueueAccountsFor(FRAMES - numbers.size());
  }

  private void burst(DatagramChannel from, int payload, int count) {
    try {
      InetSocketAddress to = pods.get(1).at(IPV4, PORT);
      for (int i = 0; i < count; i++) {
        from.send(ByteBuffer.allocate(payload).putInt(0, i), to);
        if (i % 10 == 9) {
          // Some 20 Mbit/s: the guest's own queue must not be what loses.
          Thread.sleep(5);
        }
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Frames are given up a second after they were due. */
  private void requireThatTheQueueAccountsFor(int lost) {
    Awaitility.await("frames that were lost at the queue")
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(engine.report().engine().queueDrops()).isBetween(lost - 5L, lost + 5L));
    EngineTotals seen = engine.report().engine();
    System.out.printf(
        "KernelEngineKernelIT: watched: %d came, %d left, %d lost at queues, %d unexplained; %.0f us late typically, %.0f of 99 in 100%n",
        seen.scheduler().admittedPackets(),
        seen.scheduler().deliveredPackets(),
        seen.queueDrops(),
        seen.scheduler().doorDropsFull(),
        seen.deliveryLateness().p50Micros(),
        seen.deliveryLateness().p99Micros());
    assertThat(seen.scheduler().doorDropsFull()).as("unexplained").isLessThan(FRAMES / 200);
  }

  /** By the kernel's own clock, in which nobody waits for this machine. */
  @Test
  void framesAreWatchedAndSuchAsComeLateAreSeen() throws Exception {
    String pipe = engine.now().nodeNames().get(0) + " > " + engine.now().nodeNames().get(1);
    requireRoundTrip(IPV4, 0, 1, 40);
    long least = Awaitility.await().until(() -> least(traffic(pipe)), delay -> delay > 0);
    assertThat(least).isBetween(20 * MILLI, 25 * MILLI);
    long latest = traffic(pipe).counters().latestNanos();
    assertThat(latest).as("no frame was as late as those to come").isLessThan(39 * MILLI);
    long before = late();
    lengthenPipesTo("n1", 3);
    requireRoundTrip(IPV4, 0, 1, 80);
    Awaitility.await("late frames are seen")
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(late() - before).isGreaterThanOrEqualTo(15));
    System.out.printf(
        "KernelEngineKernelIT: the latest was %.2f ms late, and %.2f with 40 ms more in its pipe%n",
        latest / 1e6, traffic(pipe).counters().latestNanos() / 1e6);
    assertThat(traffic(pipe).counters().latestNanos()).isGreaterThan(39 * MILLI);
    for (GuestPod _ : pods) {
      engine.restore(Instant.now());
    }
    requireRoundTrip(IPV4, 0, 1, 40);
  }

  private long late() {
    return engine.report().engine().scheduler().lateDeliveries();
  }

  private PipeTraffic traffic(String pipe) {
    return engine.busiestPipes(100).stream()
        .filter(named -> named.name().equals(pipe))
        .map(NamedPipe::traffic)
        .findFirst()
        .orElseThrow();
  }

  private static long least(PipeTraffic traffic) {
    return traffic.delays().isEmpty() ? 0 : traffic.delays().getFirst().nanos();
  }

  /** TCP with segmentation offload in the guest: pipes get frames, and the bytes are right. */
  @Test
  void whatTheGuestSendsInOnePieceIsCutUpBeforeThePipes() throws Exception {
    byte[] sent = new byte[1 << 20];
    new java.util.Random(1).nextBytes(sent);
    long longest = 0;
    try (Descriptor pipe =
            NetworkNamespaces.inside(engine.hub().path().toString(), () -> Sockets.packets("n0"));
        ServerSocketChannel server = pods.get(1).listen(PORT)) {
      Sockets.bufferBytes(pipe, 16 << 20);
      Thread sender =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try (SocketChannel socket = pods.get(0).connect(pods.get(1).at(IPV4, PORT))) {
                      Channels.newOutputStream(socket).write(sent);
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                  });
      long start = System.nanoTime();
      byte[] received;
      try (SocketChannel socket = server.accept()) {
        received = Channels.newInputStream(socket).readAllBytes();
      }
      double rate = received.length * 8 / ((System.nanoTime() - start) / 1e9);
      sender.join();
      for (byte[] frame : waiting(pipe)) {
        longest = Math.max(longest, frame.length);
      }
      System.out.printf(
          "KernelEngineKernelIT: TCP at %.2f Mbit/s of 10, frames of %d bytes at most%n",
          rate / 1e6, longest);
      assertThat(received).isEqualTo(sent);
      assertThat(longest).isBetween(1000L, 1514L);
      assertThat(rate).isBetween(3e6, 10e6);
    }
  }

  /** As at a router: nothing of it is anybody else's, questions for neighbours included. */
  @Test
  void broadcastEndsAtTheSendersDoor() throws Exception {
    String broadcast = "10.127.255.255";
    try (Descriptor card = pods.get(1).sniff();
        DatagramChannel here = pods.get(0).datagrams(IPV4, PORT);
        DatagramChannel there = pods.get(1).datagrams(IPV4, PORT)) {
      here.setOption(StandardSocketOptions.SO_BROADCAST, true);
      for (int i = 0; i < 5; i++) {
        here.send(ByteBuffer.allocate(50), new InetSocketAddress(broadcast, PORT));
      }
      here.send(ByteBuffer.allocate(50), pods.get(1).at(IPV4, PORT));
      there.socket().receive(new DatagramPacket(new byte[50], 50));
      Thread.sleep(200);
      List<byte[]> seen = waiting(card);
      assertThat(seen).as("the one that is for it").isNotEmpty();
      assertThat(seen).allMatch(frame -> (frame[0] & 1) == 0);
    }
  }

  @Test
  void aChangeIsInPlaceAndLosesNothing() throws Exception {
    engine.change(now(2, 500, 30));
    Set<Integer> numbers = new TreeSet<>();
    List<Integer> order = new ArrayList<>();
    try (DatagramChannel here = pods.get(0).datagrams(IPV4, PORT);
        DatagramChannel there = pods.get(1).datagrams(IPV4, PORT)) {
      long start = System.nanoTime();
      for (int i = 0; i < 30; i++) {
        here.send(ByteBuffer.allocate(100).putInt(0, i), pods.get(1).at(IPV4, PORT));
      }
      assertThat(engine.change(now(3, 10, 30))).as("pipes between a and b and beyond").isEqualTo(4);
      here.send(ByteBuffer.allocate(100).putInt(0, 30), pods.get(1).at(IPV4, PORT));
      DatagramPacket packet = new DatagramPacket(new byte[100], 100);
      for (int i = 0; i <= 30; i++) {
        there.socket().receive(packet);
        order.add(ByteBuffer.wrap(packet.getData()).getInt());
      }
      numbers.addAll(order);
      System.out.printf(
          "KernelEngineKernelIT: 31 of 31 after %d ms%n", (System.nanoTime() - start) / MILLI);
      assertThat(System.nanoTime() - start).isGreaterThan(1000 * MILLI - MILLI);
    }
    assertThat(numbers).hasSize(31);
    List<Integer> sorted = new ArrayList<>(order);
    Collections.sort(sorted);
    assertThat(order).isEqualTo(sorted);
    requireRoundTrip(IPV4, 0, 1, 40);
  }

  @Test
  void whatSomebodyElseMadeOfThePipesIsPutRightAndTold() throws Exception {
    Instant before = Instant.now();
    for (int look = 0; look < pods.size(); look++) {
      assertThat(engine.restore(before.plusSeconds(look))).isEmpty();
    }
    lengthenPipesTo("n1", 1.1);
    List<Instant> told = new ArrayList<>();
    for (int look = 0; look < pods.size(); look++) {
      engine.restore(before.plusSeconds(100 + look)).ifPresent(told::add);
    }
    assertThat(told).singleElement().isIn(before, before.plusSeconds(1), before.plusSeconds(2));
    requireRoundTrip(IPV4, 0, 1, 40);
    assertThat(engine.restore(before.plusSeconds(200))).isEmpty();
  }

  /** Another delay in all pipes of a port, as by hand. */
  private void lengthenPipesTo(String port, double times) throws Exception {
    int changed = 0;
    for (JsonNode qdisc : new ObjectMapper().readTree(tc("-j", "qdisc", "show", "dev", port))) {
      if (qdisc.path("kind").asText().equals("netem")) {
        long micros =
            Math.round(qdisc.path("options").path("delay").path("delay").asDouble() * times * 1e6);
        tc(
            ("qdisc change dev %s parent %s handle %s netem delay %dus limit %d"
                    .formatted(
                        port,
                        qdisc.path("parent").asText(),
                        qdisc.path("handle").asText(),
                        micros,
                        qdisc.path("options").path("limit").asLong()))
                .split(" "));
        changed++;
      }
    }
    assertThat(changed).isPositive();
  }

  private String tc(String... arguments) throws Exception {
    String namespace =
        engine
            .hub()
            .path()
            .toString()
            .replace("self", Long.toString(ProcessHandle.current().pid()));
    List<String> command = new ArrayList<>(List.of("nsenter", "--net=" + namespace, "tc"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
    return output;
  }

  /** Whether it gives everything back, or ends without having done so. */
  @Test
  @Order(Integer.MAX_VALUE)
  void leavesNothingBehind() throws Exception {
    long hub = PinnedNamespace.number(engine.hub().path());
    engine.abandon();
    for (GuestPod pod : pods) {
      // A thread of Java's that waited for a program in the namespace stays in it for a minute
      // more;
      // a process that has ended has none.
      Awaitility.await("the kernel takes the doors away")
          .atMost(Duration.ofSeconds(90))
          .until(() -> !pod.hasLink());
    }
    assertThat(PinnedNamespace.find(new ProcFiles(Path.of("/proc")), hub)).isEmpty();
    // A successor joins them again.
    engine = KernelEngine.start(now(1, 10, 30));
    for (GuestPod pod : pods) {
      pod.join(taps, engine, MTU);
    }
    requireRoundTrip(IPV4, 0, 2, 160);
    long second = PinnedNamespace.number(engine.hub().path());
    engine.close();
    engine = null;
    taps.keep(Set.of());
    for (GuestPod pod : pods) {
      assertThat(pod.isAsBefore()).isTrue();
    }
    assertThat(PinnedNamespace.find(new ProcFiles(Path.of("/proc")), second)).isEmpty();
  }

  private static List<byte[]> waiting(Descriptor socket) {
    List<byte[]> frames = new ArrayList<>();
    try (Arena arena = Arena.ofShared()) {
      SocketCalls calls = new SocketCalls(arena);
      MemorySegment buffer = arena.allocate(70_000);
      long bytes = calls.read(socket.number(), buffer.address(), buffer.byteSize());
      while (bytes > 0) {
        frames.add(buffer.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE));
        bytes = calls.read(socket.number(), buffer.address(), buffer.byteSize());
      }
      return frames;
    }
  }
}
