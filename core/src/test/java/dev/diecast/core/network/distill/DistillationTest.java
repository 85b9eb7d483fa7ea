package dev.diecast.core.network.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Seeded;
import dev.diecast.core.network.Pipe;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.TestTopologies;
import dev.diecast.core.network.TopologyException;
import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.topology.Generator;
import dev.diecast.core.network.topology.LinkDefaults;
import dev.diecast.core.pipe.EmulatedNetwork;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DistillationTest {

  private static final List<String> MODES =
      List.of(
          "hop-by-hop",
          "end-to-end",
          "walk-in:1",
          "walk-in:2",
          "walk-in:3",
          "walk-out:1,1",
          "walk-out:1,2",
          "walk-out:2,1",
          "walk-in:9999");

  private static DistilledNetwork distill(String mode, AttachedNetwork network) {
    return Distillation.parse(mode).distill(network);
  }

  private static List<Pipe> pipes(DistilledNetwork network) {
    List<Pipe> pipes = new ArrayList<>();
    network.forEachPipe(pipes::add);
    return pipes;
  }

  private static AttachedNetwork publishedRing() {
    return TestTopologies.attached(new Generator.Ring(20).generate(LinkDefaults.STANDARD), "n=400");
  }

  /** Vahdat et al., OSDI 2002, section 4.1: a ring of 20 routers with 20 virtual nodes on each. */
  @ParameterizedTest
  @CsvSource({
    "hop-by-hop, 400, 20, 0",
    "end-to-end, 0, 0, 79800",
    "walk-in:1, 400, 0, 190",
    "last-mile, 400, 0, 190",
    "walk-in:2, 400, 20, 0"
  })
  void thePublishedRingComesOut(String mode, long access, long preserved, long mesh) {
    DistilledNetwork distilled = distill(mode, publishedRing());
    assertThat(distilled.counts()).isEqualTo(new PipeCounts(2 * access, 2 * preserved, 2 * mesh));
    assertThat(distilled.counts().undirected()).isEqualTo(access + preserved + mesh);
    assertThat(pipes(distilled)).hasSize((int) distilled.counts().directed());
  }

  @Test
  void everyPipeIsThereOnceWithItsNumber() {
    forAllModes(
        (network, distilled) -> {
          List<Pipe> pipes = pipes(distilled);
          assertThat(pipes).hasSize((int) distilled.counts().directed());
          for (int id = 0; id < pipes.size(); id++) {
            assertThat(pipes.get(id).id()).isEqualTo(id);
          }
        });
  }

  /** What the engines of {@code core.pipe} ask of a network and its routing. */
  @Test
  void isWhatAnEngineTakes() {
    forAllModes(
        (network, distilled) -> {
          EmulatedNetwork emulated =
              new EmulatedNetwork(
                  pipes(distilled), DilationFactor.of(10), distilled::pipeNumbers, List.of());
          forAllPairs(
              network,
              (from, to) ->
                  assertThat(
                          emulated.routing().route(from, to).stream()
                              .flatMapToInt(Arrays::stream)
                              .mapToObj(emulated.pipes()::get)
                              .toList())
                      .isEqualTo(distilled.route(from, to)));
        });
  }

  @Test
  void routesLeadOverPipesOfTheGraph() {
    forAllModes(DistillationTest::assertRoutesLeadOverPipes);
  }

  private static void assertRoutesLeadOverPipes(
      AttachedNetwork network, DistilledNetwork distilled) {
    Map<Integer, Pipe> pipes = new HashMap<>();
    distilled.forEachPipe(pipe -> pipes.put(pipe.id(), pipe));
    forAllPairs(
        network,
        (from, to) -> {
          int at = network.routerCount() + from;
          for (Pipe pipe : distilled.route(from, to)) {
            assertThat(pipe).isEqualTo(pipes.get(pipe.id()));
            assertThat(pipe.from()).isEqualTo(at);
            at = pipe.to();
          }
          if (!distilled.route(from, to).isEmpty()) {
            assertThat(at).isEqualTo(network.routerCount() + to);
          }
        });
  }

  /** By Bellman and Ford's algorithm over the pipes alone, which knows nothing of distillation. */
  @Test
  void shortestPathsOverThePipesAreAsLongAsInTheTopology() {
    forAllModes(DistillationTest::assertDelaysAreThoseOfThePipes);
  }

  private static void assertDelaysAreThoseOfThePipes(
      AttachedNetwork network, DistilledNetwork distilled) {
    DistilledNetwork whole = distill("hop-by-hop", network);
    List<Pipe> pipes = pipes(distilled);
    forAllPairs(
        network,
        (from, to) -> {
          long expected = delay(whole.route(from, to));
          assertThat(delay(distilled.route(from, to))).isEqualTo(expected);
          if (from != (int) to) {
            assertThat(bellmanFord(network, pipes, from)[network.routerCount() + to])
                .isEqualTo(expected);
          }
        });
  }

  private static long[] bellmanFord(AttachedNetwork network, List<Pipe> pipes, int from) {
    long[] delays = new long[network.vertexCount()];
    Arrays.fill(delays, -1);
    delays[network.routerCount() + from] = 0;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Pipe pipe : pipes) {
        if (delays[pipe.from()] >= 0) {
          long delay = delays[pipe.from()] + pipe.delayNanos();
          if (delays[pipe.to()] < 0 || delay < delays[pipe.to()]) {
            delays[pipe.to()] = delay;
            changed = true;
          }
        }
      }
    }
    return delays;
  }

  /** -1 where there is no route. */
  private static long delay(List<Pipe> route) {
    return route.isEmpty() ? -1 : route.stream().mapToLong(Pipe::delayNanos).sum();
  }

  @Test
  void endToEndIsTheWholePathInOnePipe() {
    Seeded.forAll(
        200,
        random -> {
          AttachedNetwork network = TestTopologies.randomNetwork(random);
          DistilledNetwork whole = distill("hop-by-hop", network);
          DistilledNetwork mesh = distill("end-to-end", network);
          forAllPairs(
              network,
              (from, to) -> {
                List<PipeAttributes> hops =
                    whole.route(from, to).stream().map(Pipe::attributes).toList();
                List<Pipe> one = mesh.route(from, to);
                assertThat(one).hasSize(hops.isEmpty() ? 0 : 1);
                if (!one.isEmpty()) {
                  PipeAttributes sum = hops.stream().reduce(PipeAttributes::then).orElseThrow();
                  assertThat(one.getFirst().delayNanos()).isEqualTo(sum.delayNanos());
                  assertThat(one.getFirst().bitsPerSecond()).isEqualTo(sum.bitsPerSecond());
                  assertThat(one.getFirst().queue()).isEqualTo(sum.queue());
                  assertThat(one.getFirst().lossPartsPerBillion() - sum.lossPartsPerBillion())
                      .isBetween(-2, 2);
                }
              });
        });
  }

  @Test
  void aWalkInDeeperThanTheTopologyIsHopByHop() {
    Seeded.forAll(
        200,
        random -> {
          AttachedNetwork network = TestTopologies.randomNetwork(random);
          assertThat(pipes(distill("walk-in:9999", network)))
              .isEqualTo(pipes(distill("hop-by-hop", network)));
        });
  }

  @Test
  void whatIsFurtherInThanEveryVirtualNodeReachesIsLeftOut() {
    AttachedNetwork islands =
        TestTopologies.attached(
            TestTopologies.read(
                "graph [ node [ id 0 ] node [ id 1 ] node [ id 2 ] node [ id 3 ]"
                    + " edge [ source 0 target 1 ] edge [ source 2 target 3 ] ]"),
            "a=0,1");
    for (String mode : MODES) {
      assertThat(pipes(distill(mode, islands)))
          .noneMatch(pipe -> pipe.from() == 2 || pipe.from() == 3);
    }
  }

  /** Two clusters joined by one narrow link: it is the centre, and walk-out keeps it. */
  @Test
  void walkOutKeepsTheCore() {
    String cluster =
        " edge [ source 0 target 1 ] edge [ source 0 target 2 ] edge [ source 3 target 4 ]"
            + " edge [ source 3 target 5 ] edge [ source 0 target 6 ] edge [ source 6 target 7 ]"
            + " edge [ source 7 target 3 ] ]";
    StringBuilder gml = new StringBuilder("graph [");
    for (int node = 0; node < 8; node++) {
      gml.append(" node [ id ").append(node).append(" ]");
    }
    AttachedNetwork network =
        TestTopologies.attached(TestTopologies.read(gml.append(cluster)), "a=1,2", "b=4,5");
    // Levels: 1, 2, 4, 5 are 1; 0 and 3 are 2; 6 and 7 are 3 and the centre.
    assertThat(distill("walk-in:1", network).counts()).isEqualTo(new PipeCounts(8, 0, 12));
    assertThat(distill("walk-in:2", network).counts()).isEqualTo(new PipeCounts(8, 8, 2));
    assertThat(distill("walk-out:1,1", network).counts()).isEqualTo(new PipeCounts(8, 6, 12));
    assertThat(distill("walk-out:2,1", network).counts()).isEqualTo(new PipeCounts(8, 14, 0));
    assertThat(distill("walk-out:1,1", network).route(0, 2))
        .extracting(Pipe::from)
        .containsExactly(8, 1, 0, 6, 7, 3, 4);
  }

  @Test
  void afterAFailureRoutesAreThoseOfTheTopologyWithoutTheLinks() {
    Seeded.forAll(
        150,
        random -> {
          AttachedNetwork network = TestTopologies.randomNetwork(random);
          BitSet down = new BitSet();
          for (int link = 0; link < network.topology().links().size(); link++) {
            down.set(link, random.nextInt(4) == 0);
          }
          DistilledNetwork whole = distill("hop-by-hop", network).withLinksDown(down);
          for (String mode : MODES) {
            DistilledNetwork intact = distill(mode, network);
            DistilledNetwork failed = intact.withLinksDown(down);
            assertRoutesLeadOverPipes(network, failed);
            forAllPairs(
                network,
                (from, to) ->
                    assertThat(delay(failed.route(from, to)))
                        .isEqualTo(delay(whole.route(from, to))));
            assertThat(pipes(failed.withLinksDown(new BitSet()))).isEqualTo(pipes(intact));
          }
        });
  }

  @Test
  void tenThousandVirtualNodesEndToEndAreCountedWithoutBeingMade() {
    AttachedNetwork network =
        TestTopologies.attached(
            Generator.parse("transit-stub:4,5,7,7").generator().generate(LinkDefaults.STANDARD),
            "n=10000");
    DistilledNetwork distilled = distill("end-to-end", network);
    assertThat(distilled.counts().undirected()).isEqualTo(10_000L * 9_999 / 2);
    assertThat(distilled.route(0, 9_999)).singleElement().extracting(Pipe::id).isEqualTo(9_998);
    assertThat(distilled.route(9_999, 9_998))
        .singleElement()
        .extracting(Pipe::id)
        .isEqualTo(10_000 * 9_999 - 1);
  }

  @Test
  void aMeshThatCannotBeNumberedIsRefused() {
    AttachedNetwork network =
        TestTopologies.attached(new Generator.Ring(50_000).generate(LinkDefaults.STANDARD), "n=1");
    assertThat(distill("walk-in:1", network).counts()).isEqualTo(new PipeCounts(2, 0, 0));
    assertThatThrownBy(() -> new MeshNumbers(new int[50_000], 1, 0))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining("2499950000 pipes, more than can be numbered");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "walk",
        "walk-in",
        "walk-in:0",
        "walk-in:-1",
        "walk-out:1",
        "walk-out:1,0",
        "walk-in:999999"
      })
  void refusesUnknownModes(String text) {
    assertThatThrownBy(() -> Distillation.parse(text)).isInstanceOf(TopologyException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hop-by-hop", "end-to-end", "walk-in:3", "walk-out:2,5"})
  void isWrittenAsItIsRead(String text) {
    assertThat(Distillation.parse(text)).hasToString(text);
  }

  private static void forAllModes(BiConsumer<AttachedNetwork, DistilledNetwork> property) {
    Seeded.forAll(
        150,
        (Random random) -> {
          AttachedNetwork network = TestTopologies.randomNetwork(random);
          for (String mode : MODES) {
            property.accept(network, distill(mode, network));
          }
        });
  }

  private static void forAllPairs(AttachedNetwork network, BiConsumer<Integer, Integer> property) {
    for (int from = 0; from < network.virtualNodes().size(); from++) {
      for (int to = 0; to < network.virtualNodes().size(); to++) {
        property.accept(from, to);
      }
    }
  }
}
