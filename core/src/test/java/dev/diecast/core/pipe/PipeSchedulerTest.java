package dev.diecast.core.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.Seeded;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.QueueLimit;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PipeSchedulerTest {
  private static final int FULL = 1514;
  private static final long GIGABIT = 1_000_000_000;
  private static final long FULL_NANOS = 12_304;

  @Test
  void aPacketTakesSerialisationAndDelayOfEveryHop() {
    VirtualTime net =
        new VirtualTime(
            VirtualTime.pipe(GIGABIT, 1_000, 10), VirtualTime.pipe(GIGABIT / 10, 50_000, 10));
    net.now = 7;
    net.send(FULL, 3, 0, 1);
    net.runOut();
    assertThat(net.arrivals)
        .containsExactly(
            new VirtualTime.Arrival(0, 3, 7 + FULL_NANOS + 1_000 + 10 * FULL_NANOS + 50_000));
  }

  @Test
  void aRouteOfNoPipesDeliversAtOnce() {
    VirtualTime net = new VirtualTime();
    net.send(FULL, 1);
    assertThat(net.arrivals).containsExactly(new VirtualTime.Arrival(0, 1, 0));
  }

  @Test
  void latenessOfOneHopIsRepaidByTheNext() {
    VirtualTime net =
        new VirtualTime(
            VirtualTime.pipe(GIGABIT, 1_000, 10), VirtualTime.pipe(GIGABIT, 90_000, 10));
    net.send(FULL, 0, 0, 1);
    long late = 80_000;
    net.scheduler.move(FULL_NANOS + 1_000 + late, 10);
    assertThat(net.scheduler.hopLateness().maxNanos()).isEqualTo(late);
    assertThat(net.scheduler.nextDeadline()).isEqualTo(2 * FULL_NANOS + 91_000);
    net.runOut();
    assertThat(net.arrivals.getFirst().dueNanos()).isEqualTo(2 * FULL_NANOS + 91_000);
    assertThat(net.scheduler.deliveryLateness().maxNanos()).isZero();
    assertThat(net.scheduler.counters(0).latestNanos()).isEqualTo(late);
  }

  @Test
  void howLongPacketsWereInsideIsKnownOfEachPipe() {
    VirtualTime net =
        new VirtualTime(
            VirtualTime.pipe(GIGABIT, 1_000, 10),
            VirtualTime.pipe(GIGABIT, 90_000, 10),
            VirtualTime.pipe(GIGABIT, 0, 10));
    net.send(FULL, 0, 0, 1);
    net.send(FULL, 0, 0, 1);
    assertThat(net.scheduler.delay(0).count()).as("nobody has left").isZero();
    long late = 80_000;
    net.scheduler.move(2 * FULL_NANOS + 1_000 + late, 10);
    net.runOut();
    assertThat(net.scheduler.delay(0).minNanos())
        .as("the first, which is the later one by its deadline")
        .isEqualTo(2 * FULL_NANOS + 1_000 + late);
    assertThat(net.scheduler.delay(0).maxNanos())
        .as("the second waited for the wire as long as the first was late")
        .isEqualTo(2 * FULL_NANOS + 1_000 + late);
    assertThat(net.scheduler.delay(1).count()).isEqualTo(2);
    assertThat(net.scheduler.delay(1).minNanos())
        .as("from when it was due there, on time: the debt is repaid")
        .isEqualTo(FULL_NANOS + 90_000);
    assertThat(net.scheduler.delay(1).maxNanos()).isEqualTo(FULL_NANOS + 90_000);
    assertThat(net.scheduler.delay(2).count()).isZero();
  }

  @Test
  void aStallOverManyHopsIsCaughtUpInOneCallInTheOrderOfDueTimes() {
    HostPipe[] chain =
        IntStream.range(0, 8)
            .mapToObj(i -> VirtualTime.pipe(GIGABIT, 1_000, 100))
            .toArray(HostPipe[]::new);
    VirtualTime exact = new VirtualTime(chain);
    VirtualTime stalled = new VirtualTime(chain);
    for (VirtualTime net : List.of(exact, stalled)) {
      for (int i = 0; i < 20; i++) {
        net.send(60 + 70 * i, i, IntStream.range(i % 8, 8).toArray());
      }
    }
    exact.runOut();
    stalled.scheduler.move(1_000_000_000, Integer.MAX_VALUE);
    assertThat(stalled.arrivals).isEqualTo(exact.arrivals);
    assertThat(stalled.scheduler.counters().lateDeliveries()).isEqualTo(20);
  }

  @Test
  void theQueueHoldsWhatWaitsAndNotWhatIsOnTheWire() {
    VirtualTime net = new VirtualTime(VirtualTime.pipe(GIGABIT, 0, 3));
    for (int i = 0; i < 6; i++) {
      net.send(FULL, i, 0);
    }
    assertThat(net.scheduler.counters(0).queueDrops()).isEqualTo(2);
    net.runTo(FULL_NANOS);
    net.send(FULL, 6, 0);
    net.send(FULL, 7, 0);
    net.runOut();
    assertThat(net.arrivals)
        .extracting(VirtualTime.Arrival::destination)
        .containsExactly(0, 1, 2, 3, 6);
  }

  @Test
  void aQueueOfBytesHoldsBytes() {
    HostPipe pipe = new HostPipe(Rational.of(GIGABIT), 0, 0, new QueueLimit.Bytes(3_000), true);
    VirtualTime net = new VirtualTime(pipe);
    for (int bytes : new int[] {1514, 1500, 1000, 600, 500}) {
      net.send(bytes, bytes, 0);
    }
    net.runOut();
    assertThat(net.arrivals)
        .extracting(VirtualTime.Arrival::destination)
        .containsExactly(1514, 1500, 1000, 500);
  }

  @Test
  void theSameSeedLosesTheSamePackets() {
    HostPipe lossy =
        new HostPipe(Rational.of(GIGABIT), 0, 100_000_000, new QueueLimit.Packets(10), true);
    List<List<VirtualTime.Arrival>> runs = new ArrayList<>();
    for (long seed : new long[] {5, 5, 6}) {
      VirtualTime net = new VirtualTime(List.of(lossy), new Door(64, 1), seed);
      for (int i = 0; i < 1_000; i++) {
        net.send(60, 0, 0);
        net.runOut();
      }
      runs.add(net.arrivals);
    }
    assertThat(runs.get(0)).isEqualTo(runs.get(1)).isNotEqualTo(runs.get(2));
    assertThat(runs.get(0).size()).isBetween(860, 940);
  }

  @Test
  void certainLossAndNoLossAreExact() {
    for (int loss : new int[] {0, PipeAttributes.BILLION}) {
      HostPipe pipe = new HostPipe(Rational.of(GIGABIT), 0, loss, new QueueLimit.Packets(10), true);
      VirtualTime net = new VirtualTime(pipe);
      for (int i = 0; i < 1_000; i++) {
        net.send(60, 0, 0);
        net.runOut();
      }
      assertThat(net.arrivals).hasSize(loss == 0 ? 1_000 : 0);
    }
  }

  @Test
  void whatDoesNotFitIsTurnedAwayAtTheDoorAndCounted() {
    VirtualTime net =
        new VirtualTime(List.of(VirtualTime.pipe(GIGABIT, 1_000, 100)), new Door(8, 1_000_000), 1);
    long admitted = IntStream.range(0, 20).filter(i -> net.send(FULL, i, 0)).count();
    assertThat(admitted).isEqualTo(8);
    assertThat(net.scheduler.counters().doorDropsFull()).isEqualTo(12);
    net.runOut();
    assertThat(net.send(FULL, 0, 0)).isTrue();
  }

  @Test
  void aSchedulerThatIsBehindTakesNothingInUntilItHasCaughtUp() {
    VirtualTime net =
        new VirtualTime(List.of(VirtualTime.pipe(GIGABIT, 0, 100)), new Door(8, 10_000), 1);
    net.send(FULL, 0, 0);
    net.now = FULL_NANOS + 10_001;
    assertThat(net.send(FULL, 1, 0)).isFalse();
    assertThat(net.scheduler.counters().doorDropsLate()).isOne();
    net.runTo(net.now);
    assertThat(net.send(FULL, 2, 0)).isTrue();
    assertThat(net.scheduler.counters().lateDeliveries()).isOne();
  }

  @Test
  void everyPacketIsAccountedForInAnyNetwork() {
    Seeded.forAll(
        100,
        random -> {
          int pipes = 1 + random.nextInt(8);
          List<HostPipe> chain = new ArrayList<>();
          for (int i = 0; i < pipes; i++) {
            chain.add(
                new HostPipe(
                    Rational.of(GIGABIT / (1 + random.nextInt(9))),
                    random.nextInt(50_000),
                    random.nextInt(100_000_000),
                    new QueueLimit.Packets(1 + random.nextInt(5)),
                    random.nextInt(10) > 0));
          }
          VirtualTime net = new VirtualTime(chain, new Door(1 + random.nextInt(64), 1), 3);
          for (int i = 0; i < 500; i++) {
            net.runTo(net.now + random.nextInt(15_000));
            net.send(60, 0, random.ints(random.nextInt(6), 0, pipes).toArray());
          }
          net.runOut();
          SchedulerCounters total = net.scheduler.counters();
          long dropped =
              IntStream.range(0, pipes)
                  .mapToObj(net.scheduler::counters)
                  .mapToLong(c -> c.lossDrops() + c.queueDrops() + c.downDrops())
                  .sum();
          assertThat(total.admittedPackets()).isEqualTo(total.deliveredPackets() + dropped);
          assertThat(total.admittedPackets() + total.doorDropsFull()).isEqualTo(500);
          assertThat(net.scheduler.held()).isZero();
        });
  }

  /** Two schedulers that have every second pipe each, and hand over at once. */
  @Test
  void aNetworkInPartsDoesWhatItDoesInOnePiece() {
    Seeded.forAll(
        50,
        random -> {
          List<HostPipe> chain =
              IntStream.range(0, 6)
                  .mapToObj(
                      i ->
                          new HostPipe(
                              Rational.of(GIGABIT / (1 + random.nextInt(4))),
                              1 + random.nextInt(30_000),
                              50_000_000,
                              new QueueLimit.Packets(1 + random.nextInt(9)),
                              true))
                  .toList();
          int[] route = IntStream.range(0, 6).toArray();
          VirtualTime whole = new VirtualTime(chain, new Door(4096, 1), 9);
          List<Long> dues = new ArrayList<>();
          PipeScheduler[] parts = new PipeScheduler[2];
          for (int part = 0; part < 2; part++) {
            int self = part;
            parts[part] =
                new PipeScheduler(
                    chain,
                    new Door(4096, 1),
                    9,
                    (packet, bytes, source, destination, due) -> dues.add(due),
                    pipe -> pipe % 2 == self,
                    (packet, bytes, source, destination, hop, due) ->
                        parts[1 - self].enter(
                            parts[1 - self].admit(due),
                            bytes,
                            source,
                            destination,
                            route,
                            hop,
                            due,
                            due));
          }
          long now = 0;
          for (int i = 0; i < 300; i++) {
            now += random.nextInt(20_000);
            int bytes = 60 + random.nextInt(1400);
            whole.runTo(now);
            whole.send(bytes, 0, route);
            moveBoth(parts, now);
            parts[0].enter(parts[0].admit(now), bytes, 0, 0, route, 0, now, now);
          }
          whole.runOut();
          moveBoth(parts, Long.MAX_VALUE - 1);
          assertThat(dues)
              .isEqualTo(whole.arrivals.stream().map(VirtualTime.Arrival::dueNanos).toList());
          assertThat(parts[0].counters().handedOverPackets()).isPositive();
        });
  }

  private static void moveBoth(PipeScheduler[] parts, long until) {
    while (Math.min(parts[0].nextDeadline(), parts[1].nextDeadline()) <= until) {
      PipeScheduler next = parts[0].nextDeadline() <= parts[1].nextDeadline() ? parts[0] : parts[1];
      next.move(next.nextDeadline(), 1);
    }
  }

  @Test
  void nothingIsAllocatedForAPacket() {
    HostPipe pipe =
        new HostPipe(
            Rational.of(GIGABIT), 1_000_000, 10_000_000, new QueueLimit.Bytes(50_000), true);
    long[] delivered = new long[1];
    PipeScheduler scheduler =
        new PipeScheduler(
            List.of(pipe, pipe, pipe),
            new Door(1024, 1_000_000),
            1,
            (packet, bytes, source, destination, due) -> delivered[0]++);
    RouteTable routes = new RouteTable((source, destination) -> Optional.of(new int[] {0, 1, 2}));
    routes.route(0, 1);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long now = 0;
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 50_000; i++) {
      now += 13_000;
      scheduler.move(now, Integer.MAX_VALUE);
      scheduler.enter(scheduler.admit(now), FULL, 0, 1, routes.route(0, 1), 0, now, now);
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(delivered[0]).isGreaterThan(40_000);
    assertThat(allocated).as("bytes for 50,000 packets").isLessThan(50_000);
  }

  @Test
  void aGuestsPipeIsSlowerByTheFactorInTheHostsFrame() {
    HostPipe host =
        HostPipe.of(
            new PipeAttributes(10_000_000, 10_000_000, 5, QueueLimit.DEFAULT),
            DilationFactor.parse("5/2"));
    assertThat(host)
        .isEqualTo(new HostPipe(Rational.of(4_000_000), 25_000_000, 5, QueueLimit.DEFAULT, true));
  }

  /** 10 ms of path: 100 µs and 1 % of that are tolerated. */
  @Test
  void countsWhatIsDeliveredLaterThanTolerable() {
    PipeScheduler scheduler =
        new PipeScheduler(
            List.of(
                HostPipe.of(
                    new PipeAttributes(1_000_000_000L, 10_000_000, 0, new QueueLimit.Packets(10)),
                    DilationFactor.NONE)),
            Door.DEFAULT,
            1,
            (packet, bytes, source, destination, due) -> {});
    long[] lateness = {0, 150_000, 230_000};
    long[] overdue = {0, 0, 1};
    for (int i = 0; i < lateness.length; i++) {
      long now = i * 1_000_000_000L;
      scheduler.enter(scheduler.admit(now), 100, 0, 1, new int[] {0}, 0, now, now);
      scheduler.move(scheduler.nextDeadline() + lateness[i], 1);
      assertThat(scheduler.counters().deliveredPackets()).isEqualTo(i + 1);
      assertThat(scheduler.counters().overdueDeliveries()).isEqualTo(overdue[i]);
    }
  }
}
