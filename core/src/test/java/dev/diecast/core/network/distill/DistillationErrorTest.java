package dev.diecast.core.network.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.diecast.core.Seeded;
import dev.diecast.core.network.TestTopologies;
import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.topology.Generator;
import dev.diecast.core.network.topology.LinkDefaults;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class DistillationErrorTest {

  private static DistillationError error(String mode, AttachedNetwork network) {
    return DistillationError.measure(Distillation.parse(mode).distill(network));
  }

  /** Two clients and two servers on either side of one link: all links of 100 Mbit/s, 1 ms. */
  private static AttachedNetwork dumbbell() {
    String link = " bandwidth \"100Mbit/s\" delay \"1ms\" ";
    return TestTopologies.attached(
        TestTopologies.read(
            "graph [ node [ id 0 ] node [ id 1 ] node [ id 2 ]"
                + (" edge [ source 0 target 1"
                    + link
                    + "] edge [ source 1 target 2"
                    + link
                    + "] ]")),
        "a=2@0",
        "b=2@2");
  }

  @Test
  void hopByHopHasNone() {
    Seeded.forAll(
        60,
        random -> {
          DistillationError none = error("hop-by-hop", TestTopologies.randomNetwork(random));
          Deviation zero = new Deviation(0, 0);
          assertThat(none.pathDelayNanos()).isEqualTo(zero);
          assertThat(none.frameDelayNanos()).isEqualTo(zero);
          assertThat(none.bottleneckShare()).isEqualTo(zero);
          assertThat(none.contention().sharingPipeLost()).isZero();
          assertThat(none.contention().sharingBottleneckLost()).isZero();
        });
  }

  @Test
  void delaysAreKeptByEveryDistillation() {
    Seeded.forAll(
        60,
        random -> {
          AttachedNetwork network = TestTopologies.randomNetwork(random);
          for (String mode :
              new String[] {"end-to-end", "walk-in:1", "walk-in:2", "walk-out:1,1"}) {
            assertThat(error(mode, network).pathDelayNanos()).isEqualTo(new Deviation(0, 0));
          }
        });
  }

  @Test
  void aFrameIsSentLessOftenOnADistilledPath() {
    // 12,304 bits at 100 Mbit/s are 123.04 us. Across: 4 hops for 1 pipe; at one place: 2 for 1.
    DistillationError mesh = error("end-to-end", dumbbell());
    assertThat(mesh.flows()).isEqualTo(12);
    assertThat(mesh.exact()).isTrue();
    assertThat(mesh.frameDelayNanos().greatest()).isCloseTo(3 * 123_040, within(0.5));
    assertThat(mesh.frameDelayNanos().mean())
        .isCloseTo((8 * 3 + 4 * 1) / 12.0 * 123_040, within(0.5));
    assertThat(error("walk-in:1", dumbbell()).frameDelayNanos().greatest())
        .isCloseTo(123_040, within(0.5));
  }

  /** Twelve flows: four a to b, four b to a, a-0 and a-1 with each other, b-0 and b-1 likewise. */
  @Test
  void lostContentionIsCounted() {
    Contention whole = error("hop-by-hop", dumbbell()).contention();
    assertThat(whole.exact()).isTrue();
    assertThat(whole.pairs()).isEqualTo(12 * 11 / 2);
    // The four flows across share the middle, 6 pairs each way. A flow that stays at a place meets
    // the two of the same sender and the two of the same receiver: 4 flows times 4.
    assertThat(whole.sharingPipe()).isEqualTo(2 * 6 + 4 * 4);
    assertThat(whole.sharingBottleneck()).isEqualTo(whole.sharingPipe());
    Contention none = error("end-to-end", dumbbell()).contention();
    assertThat(none.sharingPipeLost()).isEqualTo(whole.sharingPipe());
    assertThat(none.sharingBottleneckLost()).isEqualTo(whole.sharingBottleneck());
    // All across go through one mesh pipe here, as there are only two places.
    assertThat(error("walk-in:1", dumbbell()).contention().sharingPipeLost()).isZero();
  }

  @Test
  void walkOutKeepsTheBottleneckThatWalkInLoses() {
    // A star of routers: each leaf has a client, and all paths cross the hub's narrow links.
    AttachedNetwork star =
        TestTopologies.attached(new Generator.Star(6).generate(LinkDefaults.STANDARD), "n=6");
    assertThat(error("walk-in:1", star).contention().sharingPipeLost()).isZero();
    AttachedNetwork chain =
        TestTopologies.attached(
            TestTopologies.read(
                """
                graph [ node [ id 0 ] node [ id 1 ] node [ id 2 ] node [ id 3 ] node [ id 4 ] node [ id 5 ]
                  edge [ source 0 target 2 ] edge [ source 1 target 2 ]
                  edge [ source 2 target 3 bandwidth 1000000 ]
                  edge [ source 3 target 4 ] edge [ source 3 target 5 ] ]
                """),
            "a=0,1",
            "b=4,5");
    assertThat(error("walk-in:1", chain).contention().sharingBottleneckLost()).isPositive();
    assertThat(error("walk-out:1,1", chain).contention().sharingBottleneckLost()).isZero();
  }

  @Test
  void largeNetworksAreSampledTheSameWayEachTime() {
    AttachedNetwork ring =
        TestTopologies.attached(new Generator.Ring(40).generate(LinkDefaults.STANDARD), "n=600");
    DistillationError error = error("walk-in:1", ring);
    assertThat(error.exact()).isFalse();
    assertThat(error.flows()).isEqualTo(50_000);
    assertThat(error.contention().exact()).isFalse();
    assertThat(error.contention().pairs()).isEqualTo(200_000);
    assertThat(error("walk-in:1", ring)).isEqualTo(error);
  }

  @Test
  void isMeasuredAsTheNetworkStands() {
    AttachedNetwork ring =
        TestTopologies.attached(new Generator.Ring(5).generate(LinkDefaults.STANDARD), "n=5");
    BitSet down = new BitSet();
    down.set(0);
    DistilledNetwork failed = Distillation.parse("walk-in:1").distill(ring).withLinksDown(down);
    assertThat(DistillationError.measure(failed).pathDelayNanos()).isEqualTo(new Deviation(0, 0));
  }

  @Test
  void aSingleNodeHasNoFlows() {
    AttachedNetwork alone =
        TestTopologies.attached(new Generator.Ring(5).generate(LinkDefaults.STANDARD), "n=1");
    for (String mode : new String[] {"hop-by-hop", "end-to-end", "walk-in:1", "walk-out:1,1"}) {
      assertThat(error(mode, alone).flows()).isZero();
    }
    assertThat(LongestPath.of(Distillation.parse("end-to-end").distill(alone)).pipes()).isZero();
  }

  @Test
  void theLongestPathIsThatOfSomeRoute() {
    Seeded.forAll(
        100,
        random -> {
          AttachedNetwork network = TestTopologies.randomNetwork(random);
          for (String mode :
              new String[] {"hop-by-hop", "end-to-end", "walk-in:1", "walk-in:2", "walk-out:1,1"}) {
            DistilledNetwork distilled = Distillation.parse(mode).distill(network);
            int longest = 0;
            for (int from = 0; from < network.virtualNodes().size(); from++) {
              for (int to = 0; to < network.virtualNodes().size(); to++) {
                longest = Math.max(longest, distilled.route(from, to).size());
              }
            }
            assertThat(LongestPath.of(distilled)).isEqualTo(new LongestPath(longest, true));
          }
        });
  }
}
