package dev.diecast.core.network.assign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.diecast.core.Seeded;
import dev.diecast.core.network.Pipe;
import dev.diecast.core.network.TestTopologies;
import dev.diecast.core.network.TopologyException;
import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.distill.Distillation;
import dev.diecast.core.network.distill.DistilledNetwork;
import dev.diecast.core.network.topology.Generator;
import dev.diecast.core.network.topology.LinkDefaults;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PipeAssignmentTest {
  private static final List<String> MODES =
      List.of("hop-by-hop", "end-to-end", "walk-in:1", "walk-in:2", "walk-out:1,1");

  private static DistilledNetwork distill(String mode, AttachedNetwork network) {
    return Distillation.parse(mode).distill(network);
  }

  private static AttachedNetwork ring(int routers, int virtualNodes) {
    return TestTopologies.attached(
        new Generator.Ring(routers).generate(LinkDefaults.STANDARD), "n=" + virtualNodes);
  }

  @Test
  void everyPipeAndNodeIsOnOneHost() {
    Seeded.forAll(
        100,
        random -> {
          AttachedNetwork network = TestTopologies.randomNetwork(random);
          int hosts = 1 + random.nextInt(4);
          for (String mode : MODES) {
            DistilledNetwork distilled = distill(mode, network);
            PipeAssignment assignment = PipeAssignment.assign(distilled, hosts);
            long[] pipes = new long[hosts];
            distilled.forEachPipe(pipe -> pipes[assignment.hostOf(pipe)]++);
            int[] nodes = new int[hosts];
            network
                .virtualNodes()
                .forEach(node -> nodes[assignment.hostOfVertex().get(network.vertex(node))]++);
            for (int host = 0; host < hosts; host++) {
              assertThat(assignment.hosts().get(host).pipes()).isEqualTo(pipes[host]);
              assertThat(assignment.hosts().get(host).virtualNodes()).isEqualTo(nodes[host]);
              assertThat(nodes[host])
                  .isLessThanOrEqualTo((network.virtualNodes().size() + hosts - 1) / hosts);
            }
          }
        });
  }

  /** Counted over every route by hand: each node sends its rate evenly to those that it reaches. */
  @Test
  void loadsAndCrossingsAreThoseOfTheRoutes() {
    Seeded.forAll(
        100,
        random -> {
          AttachedNetwork network = TestTopologies.randomNetwork(random);
          int hosts = 1 + random.nextInt(4);
          for (String mode : MODES) {
            assertLoadsAreThoseOfRoutes(network, distill(mode, network), hosts);
          }
        });
  }

  private static void assertLoadsAreThoseOfRoutes(
      AttachedNetwork network, DistilledNetwork distilled, int hosts) {
    PipeAssignment assignment = PipeAssignment.assign(distilled, hosts);
    double[] bits = new double[hosts];
    double[] sent = new double[hosts];
    double steps = 0;
    Map<Integer, Double> ofPipe = new HashMap<>();
    Map<Integer, Pipe> pipes = new HashMap<>();
    int size = network.virtualNodes().size();
    for (int from = 0; from < size; from++) {
      List<List<Pipe>> routes = new ArrayList<>();
      List<Integer> receivers = new ArrayList<>();
      for (int to = 0; to < size; to++) {
        List<Pipe> route = distilled.route(from, to);
        if (!route.isEmpty()) {
          routes.add(route);
          receivers.add(assignment.hostOfVertex().get(network.routerCount() + to));
        }
      }
      for (int i = 0; i < routes.size(); i++) {
        double rate =
            (double) network.virtualNodes().get(from).up().bitsPerSecond() / routes.size();
        List<Pipe> route = routes.get(i);
        for (int hop = 0; hop < route.size(); hop++) {
          int host = assignment.hostOf(route.get(hop));
          int next =
              hop + 1 < route.size() ? assignment.hostOf(route.get(hop + 1)) : receivers.get(i);
          bits[host] += rate;
          steps += rate;
          sent[host] += next == host ? 0 : rate;
          ofPipe.merge(route.get(hop).id(), rate, Double::sum);
          pipes.put(route.get(hop).id(), route.get(hop));
        }
      }
    }
    double crossing = 0;
    for (int host = 0; host < hosts; host++) {
      assertThat(assignment.hosts().get(host).pipeBitsPerSecond())
          .isCloseTo(bits[host], within(1.0));
      assertThat(assignment.hosts().get(host).sentBitsPerSecond())
          .isCloseTo(sent[host], within(1.0));
      crossing += sent[host];
    }
    assertThat(assignment.crossHostShare())
        .isCloseTo(steps == 0 ? 0 : crossing / steps, within(1e-9));
    double busiest =
        pipes.values().stream()
            .filter(pipe -> pipe.from() < network.routerCount())
            .filter(pipe -> pipe.to() < network.routerCount())
            .mapToDouble(pipe -> ofPipe.get(pipe.id()) / pipe.bitsPerSecond())
            .max()
            .orElse(0);
    assertThat(assignment.busiest().map(BusiestPipe::utilisation).orElse(0.0))
        .isCloseTo(busiest, within(1e-9));
  }

  @Test
  void oneHostCrossesNothing() {
    for (String mode : MODES) {
      assertThat(PipeAssignment.assign(distill(mode, ring(10, 30)), 1).crossHostShare()).isZero();
    }
  }

  @Test
  void clustersThatBelongTogetherStayTogether() {
    // Two rings joined by one link: over two hosts only that link need cross.
    StringBuilder gml = new StringBuilder("graph [");
    for (int node = 0; node < 20; node++) {
      gml.append(" node [ id ").append(node).append(" ]");
    }
    for (int node = 0; node < 10; node++) {
      int next = (node + 1) % 10;
      gml.append(" edge [ source %d target %d ]".formatted(node, next));
      gml.append(" edge [ source %d target %d ]".formatted(10 + node, 10 + next));
    }
    gml.append(" edge [ source 0 target 10 ] ]");
    AttachedNetwork network = TestTopologies.attached(TestTopologies.read(gml), "n=40");
    PipeAssignment assignment = PipeAssignment.assign(distill("hop-by-hop", network), 2);
    List<Integer> hosts = assignment.hostOfVertex();
    assertThat(hosts.subList(0, 10)).containsOnly(hosts.get(0));
    assertThat(hosts.subList(10, 20)).containsOnly(1 - hosts.get(0));
    assertThat(assignment.hosts()).extracting(HostLoad::virtualNodes).containsOnly(20);
  }

  @Test
  void firstPipesAreLocalAndTheLoadIsEven() {
    AttachedNetwork network = ring(20, 400);
    PipeAssignment assignment = PipeAssignment.assign(distill("hop-by-hop", network), 4);
    long local =
        network.virtualNodes().stream()
            .filter(
                node ->
                    assignment
                        .hostOfVertex()
                        .get(node.router())
                        .equals(assignment.hostOfVertex().get(network.vertex(node))))
            .count();
    assertThat(local).isGreaterThan(360);
    double total = assignment.hosts().stream().mapToDouble(HostLoad::pipeBitsPerSecond).sum();
    assertThat(assignment.hosts())
        .allSatisfy(
            host ->
                assertThat(host.pipeBitsPerSecond()).isBetween(0.8 * total / 4, 1.2 * total / 4));
  }

  @Test
  void whatSaturatesIsNamed() {
    // 20 clients of 100 Mbit/s on each of 20 routers: the ring's 1 Gbit/s cannot bear them.
    BusiestPipe busiest =
        PipeAssignment.assign(distill("hop-by-hop", ring(20, 400)), 2).busiest().orElseThrow();
    // Each way round, each link carries 20 * 100 Mbit/s * 20/399 * (1 + ... + 9 + 10 in part).
    assertThat(busiest.utilisation()).isBetween(4.5, 5.6);
    assertThat(PipeAssignment.assign(distill("end-to-end", ring(20, 400)), 2).busiest()).isEmpty();
  }

  @Test
  void theSameNetworkIsAssignedTheSameWay() {
    assertThat(PipeAssignment.assign(distill("walk-in:1", ring(30, 100)), 5))
        .isEqualTo(PipeAssignment.assign(distill("walk-in:1", ring(30, 100)), 5));
  }

  @Test
  void refusesHostsOutOfRange() {
    for (int hosts : new int[] {0, -1, 65}) {
      assertThatThrownBy(() -> PipeAssignment.assign(distill("hop-by-hop", ring(3, 3)), hosts))
          .isInstanceOf(TopologyException.class)
          .hasMessageContaining("hosts: write 1 to 64");
    }
  }

  /** Virtual nodes stay where they are; a cluster follows most of its own. */
  @Test
  void pipesFollowNodesThatArePlaced() {
    Seeded.forAll(
        50,
        random -> {
          AttachedNetwork network = TestTopologies.randomNetwork(random);
          int hosts = 1 + random.nextInt(4);
          List<Integer> placed =
              network.virtualNodes().stream().map(_ -> random.nextInt(hosts)).toList();
          for (String mode : MODES) {
            DistilledNetwork distilled = distill(mode, network);
            PipeAssignment assignment = PipeAssignment.around(distilled, hosts, placed);
            network
                .virtualNodes()
                .forEach(
                    node ->
                        assertThat(assignment.pipeHosts().hostOfVirtualNode(node.index()))
                            .isEqualTo(placed.get(node.index())));
            long[] pipes = new long[hosts];
            distilled.forEachPipe(pipe -> pipes[assignment.hostOf(pipe)]++);
            for (int host = 0; host < hosts; host++) {
              assertThat(assignment.hosts().get(host).pipes()).isEqualTo(pipes[host]);
            }
          }
        });
  }

  /** Two halves of a ring, each with its nodes on one host: nothing within a half crosses. */
  @Test
  void aClusterGoesWhereItsNodesAre() {
    AttachedNetwork network = ring(8, 8);
    DistilledNetwork distilled = distill("hop-by-hop", network);
    List<Integer> halves = List.of(1, 1, 1, 1, 0, 0, 0, 0);
    PipeAssignment assignment = PipeAssignment.around(distilled, 2, halves);
    assertThat(assignment.hostOfVertex().subList(0, 8)).isEqualTo(halves);
  }
}
