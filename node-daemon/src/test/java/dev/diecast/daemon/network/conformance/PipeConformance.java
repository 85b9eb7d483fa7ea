package dev.diecast.daemon.network.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.diecast.core.Rational;
import dev.diecast.core.network.QueueLimit;
import dev.diecast.core.pipe.HostPipe;
import dev.diecast.core.pipe.WireTime;
import dev.diecast.daemon.network.conformance.EngineUnderTest.Arrival;
import dev.diecast.daemon.network.conformance.EngineUnderTest.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every pipe engine must do, whatever it is made of. Each test says when a frame is due by
 * arithmetic of its own; frames must never come before, and half of them within what the engine can
 * promise where it runs.
 */
public abstract class PipeConformance {
  private static final int FULL = 1514;
  private static final long MILLI = 1_000_000;
  private static final int[] FIRST = {0};

  private EngineUnderTest engine;

  protected abstract EngineUnderTest start() throws Exception;

  @BeforeEach
  void open() throws Exception {
    engine = start();
  }

  @AfterEach
  void close() throws Exception {
    engine.close();
  }

  @Test
  void delayIsWhatWasConfiguredPlusTheTimeOnTheWire() throws Exception {
    HostPipe pipe = pipe(1_000_000_000, 20 * MILLI, packets(1_000));
    List<Arrival> arrivals = engine.run(List.of(pipe), List.of(FIRST), paced(60, 10 * MILLI, FULL));
    assertThat(arrivals).hasSize(60);
    assertOnTime(arrivals, arrival -> 20 * MILLI + wire(pipe, FULL));
  }

  @Test
  void delaysOfAllHopsAddUp() throws Exception {
    List<HostPipe> chain =
        IntStream.range(0, 8)
            .mapToObj(i -> pipe(100_000_000, (i + 1) * MILLI, packets(1_000)))
            .toList();
    List<Arrival> arrivals =
        engine.run(chain, List.of(IntStream.range(0, 8).toArray()), paced(60, 10 * MILLI, FULL));
    assertThat(arrivals).hasSize(60);
    assertOnTime(arrivals, arrival -> 36 * MILLI + 8 * wire(chain.getFirst(), FULL));
  }

  @Test
  void aBurstLeavesAtTheBandwidth() throws Exception {
    for (int bytes : new int[] {60, FULL}) {
      // Ten milliseconds a frame: long against what a busy machine holds a thread up.
      HostPipe pipe = pipe(100L * WireTime.wireBits(bytes), 0, packets(1_000));
      List<Arrival> arrivals = engine.run(List.of(pipe), List.of(FIRST), burst(0, 100, bytes));
      assertThat(arrivals).hasSize(100);
      assertOnTime(arrivals, arrival -> (arrival.number() + 1) * wire(pipe, bytes));
    }
  }

  @Test
  void aQueueOfPacketsOverflowsAtItsLimit() throws Exception {
    HostPipe pipe = pipe(1_000_000, 0, packets(20));
    List<Arrival> arrivals = engine.run(List.of(pipe), List.of(FIRST), burst(0, 60, FULL));
    assertThat((double) arrivals.size()).isCloseTo(21, within((double) engine.queueSlackFrames()));
    assertThat(arrivals.getLast().number()).as("what came last was dropped").isLessThan(24);
  }

  @Test
  void aQueueOfBytesOverflowsAtItsLimit() throws Exception {
    HostPipe pipe = pipe(1_000_000, 0, new QueueLimit.Bytes(10 * FULL));
    List<Arrival> arrivals = engine.run(List.of(pipe), List.of(FIRST), burst(0, 60, FULL));
    assertThat((double) arrivals.size()).isCloseTo(11, within((double) engine.queueSlackFrames()));
  }

  @Test
  void framesAreLostAtRandomInTheShareConfigured() throws Exception {
    int sent = 20_000;
    // None at all first: what the harness itself would lose must not pass for chance.
    for (double share : new double[] {0, 0.01, 0.2}) {
      HostPipe pipe =
          new HostPipe(
              Rational.of(10_000_000_000L), 0, (int) (share * 1e9), packets(100_000), true);
      List<Event> script = new ArrayList<>();
      for (int i = 0; i < sent; i++) {
        // Slowly: what an emulated host's own sockets cannot take would count as lost.
        script.add(new Event.Send(i / 5 * MILLI, 0, i, 60));
      }
      int lost = sent - engine.run(List.of(pipe), List.of(FIRST), script).size();
      double deviation = Math.sqrt(sent * share * (1 - share));
      assertThat((double) lost)
          .as("of %d at %s", sent, share)
          .isCloseTo(sent * share, within(engine.lossDeviations() * deviation));
    }
  }

  @Test
  void aFlowKeepsItsOrderWhateverChanges() throws Exception {
    Random random = new Random(7);
    List<Event> script = new ArrayList<>();
    int number = 0;
    for (int step = 0; step < 100; step++) {
      long at = step * MILLI;
      for (int i = 0; i < 5; i++) {
        script.add(new Event.Send(at, 0, number++, 60 + random.nextInt(1455)));
      }
      if (step % 10 == 5) {
        HostPipe wanted =
            pipe(100_000_000 / (1 + random.nextInt(3)), random.nextInt(20) * MILLI, packets(1_000));
        script.add(new Event.Change(at, random.nextInt(2), wanted));
      }
    }
    HostPipe pipe = pipe(100_000_000, 10 * MILLI, packets(1_000));
    List<Arrival> arrivals = engine.run(List.of(pipe, pipe), List.of(new int[] {0, 1}), script);
    assertThat(arrivals)
        .extracting(Arrival::number)
        .containsExactlyElementsOf(IntStream.range(0, number).boxed().toList());
  }

  @Test
  void aNewBandwidthHoldsForWhatIsQueuedAndDropsNothing() throws Exception {
    HostPipe before = pipe(1_000_000, 0, packets(1_000));
    HostPipe after = pipe(500_000, 0, packets(1_000));
    long changed = 50 * wire(before, FULL);
    List<Event> script = new ArrayList<>(burst(0, 100, FULL));
    script.add(new Event.Change(changed, 0, after));
    List<Arrival> arrivals = engine.run(List.of(before), List.of(FIRST), script);
    assertThat(arrivals).hasSize(100);
    // Whoever changes it may be late; what is on the wire by then is still of the old rate.
    long half = (arrivals.getLast().arrivedNanos() - arrivals.getFirst().arrivedNanos()) / MILLI;
    long exact = (49 * wire(before, FULL) + 50 * wire(after, FULL)) / MILLI;
    long unchanged = 99 * wire(before, FULL) / MILLI;
    assertThat(half).isBetween((exact + unchanged) / 2, exact + 500);
  }

  @Test
  void aNewDelayHoldsForWhatComesAfter() throws Exception {
    HostPipe before = pipe(1_000_000_000, 5 * MILLI, packets(1_000));
    List<Event> script = new ArrayList<>(paced(20, 5 * MILLI, FULL));
    HostPipe after = pipe(1_000_000_000, 40 * MILLI, packets(1_000));
    script.add(new Event.Change(150 * MILLI, 0, after));
    for (int i = 20; i < 40; i++) {
      script.add(new Event.Send(200 * MILLI + i * 5 * MILLI, 0, i, FULL));
    }
    List<Arrival> arrivals = engine.run(List.of(before), List.of(FIRST), script);
    assertThat(arrivals).hasSize(40);
    assertOnTime(arrivals.subList(0, 20), arrival -> 5 * MILLI + wire(before, FULL));
    assertOnTime(arrivals.subList(20, 40), arrival -> 40 * MILLI + wire(before, FULL));
  }

  @Test
  void aPipeThatIsDownLetsNothingThroughAndComesBack() throws Exception {
    HostPipe pipe = pipe(1_000_000_000, MILLI, packets(1_000));
    List<Event> script = new ArrayList<>(paced(10, 5 * MILLI, FULL));
    script.add(new Event.Change(150 * MILLI, 0, pipe.withUp(false)));
    for (int i = 10; i < 20; i++) {
      script.add(new Event.Send(300 * MILLI, 0, i, FULL));
    }
    script.add(new Event.Change(450 * MILLI, 0, pipe));
    for (int i = 20; i < 30; i++) {
      script.add(new Event.Send(600 * MILLI + i * 5 * MILLI, 0, i, FULL));
    }
    assertThat(engine.run(List.of(pipe), List.of(FIRST), script))
        .extracting(Arrival::number)
        .containsExactlyElementsOf(
            IntStream.concat(IntStream.range(0, 10), IntStream.range(20, 30)).boxed().toList());
  }

  @Test
  void twoFlowsShareAPipeEvenly() throws Exception {
    HostPipe shared = pipe(10_000_000, MILLI, packets(20));
    HostPipe access = pipe(100_000_000, 0, packets(1_000));
    long each = wire(shared, FULL);
    Random random = new Random(11);
    List<Event> script = new ArrayList<>();
    for (int flow = 0; flow < 2; flow++) {
      for (int i = 0; i < 400; i++) {
        script.add(new Event.Send(i * each + random.nextLong(each), flow, i, FULL));
      }
    }
    script.sort((a, b) -> Long.compare(a.atNanos(), b.atNanos()));
    List<Arrival> arrivals =
        engine.run(
            List.of(access, access, shared), List.of(new int[] {0, 2}, new int[] {1, 2}), script);
    double share = arrivals.stream().filter(a -> a.flow() == 0).count() / (double) arrivals.size();
    assertThat(share).isCloseTo(0.5, within(0.08));
    double busy = arrivals.size() * each;
    double span = arrivals.getLast().arrivedNanos() - arrivals.getFirst().arrivedNanos();
    assertThat(busy / span).as("the pipe is seldom idle and never too fast").isBetween(0.3, 1.01);
  }

  private void assertOnTime(List<Arrival> arrivals, ToLongFunction<Arrival> dueNanos) {
    long[] late =
        arrivals.stream()
            .mapToLong(a -> a.tookNanos() - dueNanos.applyAsLong(a))
            .sorted()
            .toArray();
    assertThat(late[0]).as("earliest").isGreaterThanOrEqualTo(-engine.earlyNanos());
    assertThat(late[late.length / 2])
        .as("lateness of half of them")
        .isLessThanOrEqualTo(engine.typicallyLateNanos());
  }

  private static List<Event> paced(int count, long gapNanos, int bytes) {
    return IntStream.range(0, count)
        .<Event>mapToObj(i -> new Event.Send(i * gapNanos, 0, i, bytes))
        .toList();
  }

  private static List<Event> burst(int flow, int count, int bytes) {
    return IntStream.range(0, count)
        .<Event>mapToObj(i -> new Event.Send(0, flow, i, bytes))
        .toList();
  }

  private static QueueLimit packets(int packets) {
    return new QueueLimit.Packets(packets);
  }

  private static HostPipe pipe(long bitsPerSecond, long delayNanos, QueueLimit queue) {
    return new HostPipe(Rational.of(bitsPerSecond), delayNanos, 0, queue, true);
  }

  private static long wire(HostPipe pipe, int bytes) {
    return Rational.of(WireTime.wireBits(bytes))
        .times(1_000_000_000L)
        .dividedBy(pipe.bitsPerSecond())
        .roundToLong();
  }
}
