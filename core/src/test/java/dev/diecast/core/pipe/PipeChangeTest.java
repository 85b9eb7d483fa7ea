package dev.diecast.core.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.Seeded;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A pipe that is changed while packets are in it. */
class PipeChangeTest {
  private static final int FULL = 1514;
  private static final long GIGABIT = 1_000_000_000;
  private static final long FULL_NANOS = 12_304;

  @Test
  void thePacketsOfAPipeComeOutAsTheyWentInWhateverIsChangedMeanwhile() {
    Seeded.forAll(
        200,
        random -> {
          VirtualTime net = new VirtualTime(VirtualTime.pipe(GIGABIT, 5_000, 20));
          long before = 0;
          for (int step = 0; step < 200; step++) {
            net.runTo(net.now + random.nextInt(20_000));
            if (random.nextInt(4) == 0) {
              HostPipe wanted =
                  VirtualTime.pipe(
                      GIGABIT / (1 + random.nextInt(50)),
                      random.nextInt(100_000),
                      1 + random.nextInt(30));
              net.scheduler.change(0, wanted.withUp(random.nextInt(5) > 0), net.now);
            } else {
              net.send(60 + random.nextInt(1455), 0, 0);
            }
            PipeCounters counters = net.scheduler.counters(0);
            assertThat(counters.insidePackets()).isEqualTo(net.scheduler.held());
          }
          net.runOut();
          assertThat(net.scheduler.held()).isZero();
          assertThat(net.arrivals)
              .isSortedAccordingTo((a, b) -> Integer.compare(a.number(), b.number()));
          for (VirtualTime.Arrival arrival : net.arrivals) {
            assertThat(arrival.dueNanos()).isGreaterThanOrEqualTo(before);
            before = arrival.dueNanos();
          }
        });
  }

  @Test
  void aNewRateAppliesToWhatWaitsAndToTheRestOfWhatIsOnTheWire() {
    VirtualTime net = new VirtualTime(VirtualTime.pipe(GIGABIT, 1_000, 10));
    IntStream.range(0, 3).forEach(i -> net.send(FULL, i, 0));
    net.runTo(FULL_NANOS / 2);
    net.scheduler.change(0, VirtualTime.pipe(GIGABIT / 10, 1_000, 10), net.now);
    net.runOut();
    long first = FULL_NANOS / 2 + 10 * (FULL_NANOS / 2) + 1_000;
    assertThat(net.arrivals)
        .extracting(VirtualTime.Arrival::dueNanos)
        .containsExactly(first, first + 10 * FULL_NANOS, first + 20 * FULL_NANOS);
  }

  @Test
  void aShorterDelayDoesNotLetPacketsOvertakeThoseOnTheLine() {
    VirtualTime net = new VirtualTime(VirtualTime.pipe(GIGABIT, 1_000_000, 10));
    net.send(FULL, 0, 0);
    net.runTo(FULL_NANOS);
    net.scheduler.change(0, VirtualTime.pipe(GIGABIT, 0, 10), net.now);
    net.send(FULL, 1, 0);
    net.runOut();
    assertThat(net.arrivals)
        .extracting(VirtualTime.Arrival::dueNanos)
        .containsExactly(FULL_NANOS + 1_000_000, FULL_NANOS + 1_000_000);
    net.send(FULL, 2, 0);
    net.runOut();
    assertThat(net.arrivals.getLast().dueNanos())
        .isEqualTo(net.arrivals.get(1).dueNanos() + FULL_NANOS);
  }

  @Test
  void aShorterQueueDropsNothingThatIsInIt() {
    VirtualTime net = new VirtualTime(VirtualTime.pipe(GIGABIT, 0, 10));
    IntStream.range(0, 11).forEach(i -> net.send(FULL, i, 0));
    net.scheduler.change(0, VirtualTime.pipe(GIGABIT, 0, 2), net.now);
    net.send(FULL, 99, 0);
    net.runOut();
    assertThat(net.arrivals).hasSize(11);
    assertThat(net.scheduler.counters(0).queueDrops()).isOne();
  }

  @Test
  void aPipeThatGoesDownLosesWhatWaitsAndKeepsWhatIsOnItsWay() {
    VirtualTime net = new VirtualTime(VirtualTime.pipe(GIGABIT, 100_000, 10));
    IntStream.range(0, 5).forEach(i -> net.send(FULL, i, 0));
    net.runTo(FULL_NANOS + 1);
    net.scheduler.change(0, net.scheduler.pipe(0).withUp(false), net.now);
    net.send(FULL, 5, 0);
    net.runTo(10_000_000);
    assertThat(net.arrivals).extracting(VirtualTime.Arrival::destination).containsExactly(0, 1);
    assertThat(net.scheduler.counters(0).downDrops()).isEqualTo(4);
    net.scheduler.change(0, net.scheduler.pipe(0).withUp(true), net.now);
    net.send(FULL, 6, 0);
    net.runOut();
    assertThat(net.arrivals.getLast())
        .isEqualTo(new VirtualTime.Arrival(6, 6, 10_000_000 + FULL_NANOS + 100_000));
  }
}
