package dev.diecast.core.network.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.Seeded;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.TestTopologies;
import dev.diecast.core.network.topology.Generator;
import dev.diecast.core.network.topology.Link;
import dev.diecast.core.network.topology.LinkDefaults;
import dev.diecast.core.network.topology.Topology;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RoutesTest {
  private static final long FAR = Long.MAX_VALUE / 4;

  /** Floyd and Warshall's algorithm: delays, and hops of the shortest. */
  private static long[][] delaysAndHops(Topology topology, BitSet down) {
    int nodes = topology.nodes().size();
    long[][] best = new long[nodes][nodes];
    for (long[] row : best) {
      Arrays.fill(row, FAR);
    }
    for (int node = 0; node < nodes; node++) {
      best[node][node] = 0;
    }
    for (Link link : topology.links()) {
      if (!down.get(link.index())) {
        // Delay and hops in one number: hops count only where delays are equal.
        long forward = link.forward().delayNanos() * 1000 + 1;
        long backward = link.backward().delayNanos() * 1000 + 1;
        best[link.a()][link.b()] = Math.min(best[link.a()][link.b()], forward);
        best[link.b()][link.a()] = Math.min(best[link.b()][link.a()], backward);
      }
    }
    for (int via = 0; via < nodes; via++) {
      for (int a = 0; a < nodes; a++) {
        for (int b = 0; b < nodes; b++) {
          best[a][b] = Math.min(best[a][b], best[a][via] + best[via][b]);
        }
      }
    }
    return best;
  }

  private static BitSet someLinks(Random random, Topology topology) {
    BitSet links = new BitSet();
    for (int link = 0; link < topology.links().size(); link++) {
      links.set(link, random.nextInt(5) == 0);
    }
    return links;
  }

  private static void assertShortest(Topology topology, Routes routes, BitSet down) {
    long[][] expected = delaysAndHops(topology, down);
    for (int source = 0; source < expected.length; source++) {
      PathTree tree = routes.from(source);
      for (int target = 0; target < expected.length; target++) {
        assertThat(tree.reaches(target)).isEqualTo(expected[source][target] < FAR);
        if (tree.reaches(target)) {
          assertThat(tree.delayNanos(target) * 1000 + tree.hops(target))
              .isEqualTo(expected[source][target]);
          assertPathIsOne(routes.graph(), tree, source, target, down);
        }
      }
    }
  }

  private static void assertPathIsOne(
      RouterGraph graph, PathTree tree, int source, int target, BitSet down) {
    int at = source;
    PipeAttributes sum = null;
    for (int arc : tree.arcsTo(target)) {
      assertThat(graph.tail(arc)).isEqualTo(at);
      assertThat(down.get(RouterGraph.linkOf(arc))).isFalse();
      sum = sum == null ? graph.attributes(arc) : sum.then(graph.attributes(arc));
      at = graph.head(arc);
    }
    assertThat(at).isEqualTo(target);
    if (sum != null) {
      assertThat(tree.collapsed(target)).isEqualTo(sum);
    }
  }

  @Test
  void pathsAreTheShortestByDelayThenHops() {
    Seeded.forAll(
        300,
        random -> {
          Topology topology = TestTopologies.random(random);
          assertShortest(topology, Routes.of(RouterGraph.of(topology)), new BitSet());
        });
  }

  @Test
  void routesAfterAFailureAreThoseComputedAnew() {
    Seeded.forAll(
        300,
        random -> {
          Topology topology = TestTopologies.random(random);
          RouterGraph graph = RouterGraph.of(topology);
          Routes routes = Routes.of(graph);
          for (int change = 0; change < 4; change++) {
            BitSet down = someLinks(random, topology);
            routes = routes.withLinksDown(down);
            assertShortest(topology, routes, down);
            Routes fresh = Routes.of(graph).withLinksDown(down);
            for (int source = 0; source < graph.nodeCount(); source++) {
              for (int target = 0; target < graph.nodeCount(); target++) {
                assertThat(routes.from(source).arcInto(target))
                    .isEqualTo(fresh.from(source).arcInto(target));
              }
            }
          }
        });
  }

  @Test
  void treesThatAFailureDoesNotTouchAreKept() {
    Topology ring = new Generator.Ring(9).generate(LinkDefaults.STANDARD);
    Routes routes = Routes.of(RouterGraph.of(ring));
    PathTree first = routes.from(0);
    PathTree opposite = routes.from(4);
    BitSet down = new BitSet();
    down.set(4); // between 4 and 5: the tree from 0 ends on either side of it
    Routes changed = routes.withLinksDown(down);
    assertThat(changed.from(0)).isSameAs(first);
    assertThat(changed.from(4)).isNotSameAs(opposite);
    assertThat(changed.from(4).hops(5)).isEqualTo(8);
    assertThat(changed.withLinksDown(new BitSet()).from(4).hops(5)).isEqualTo(1);
  }

  @Test
  void ofEqualPathsTheSmallerNumbersCount() {
    // 0-1-3, 0-2-3 and a parallel link 0-1: all of one delay.
    Topology square =
        TestTopologies.read(
            "graph [ node [ id 0 ] node [ id 1 ] node [ id 2 ] node [ id 3 ] edge [ source 0 target"
                + " 2 delay \"1ms\" ] edge [ source 2 target 3 delay \"1ms\" ] edge [ source 0"
                + " target 1 delay \"1ms\" ] edge [ source 0 target 1 delay \"1ms\" ] edge [ source"
                + " 1 target 3 delay \"1ms\" ] ]");
    PathTree tree = Routes.of(RouterGraph.of(square)).from(0);
    assertThat(tree.arcsTo(3)).containsExactly(4, 8);
  }

  @Test
  void keptTreesAreBounded() {
    Topology ring = new Generator.Ring(20_000).generate(LinkDefaults.STANDARD);
    Routes routes = Routes.of(RouterGraph.of(ring));
    for (int source = 0; source < 150; source++) {
      routes.from(source);
    }
    assertThat(routes.keptTrees()).isBetween(50, 120);
  }
}
