package dev.diecast.core.network.assign;

import dev.diecast.core.network.Pipe;
import dev.diecast.core.network.TopologyException;
import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.attach.VirtualNode;
import dev.diecast.core.network.distill.Distillation;
import dev.diecast.core.network.distill.DistilledNetwork;
import dev.diecast.core.network.distill.ExpectedTraffic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Which host emulates which pipes, and on which host each virtual node is.
 *
 * <p>A pipe is on the host of the vertex at which it begins, but pipes down to a virtual node are
 * on that node's host, as are those up from it. So the map is one number for each vertex, however
 * many pipes there are, and a packet's first and last pipe are local.
 *
 * @param routerCount nodes of the topology, which are the first vertices
 * @param hostOfVertex from 0; -1 for nodes of the topology at which no pipe begins
 * @param hosts what each has to do
 * @param crossHostShare of all steps of packets from pipe to pipe and to the receiver, weighted by
 *     bits, those that lead to another host
 * @param busiest within the distilled network; empty where it has no pipe within
 * @param exact whether the expected traffic is that of all sources, and not only of some
 */
public record PipeAssignment(
    int routerCount,
    List<Integer> hostOfVertex,
    List<HostLoad> hosts,
    double crossHostShare,
    Optional<BusiestPipe> busiest,
    boolean exact) {

  public static final int MAXIMUM_HOSTS = 64;
  private static final long SEED = 1;
  private static final int NOWHERE = -1;
  private static final int ATTEMPTS = 4;
  private static final int MOST_NODES_OF_ATTEMPTS = 5_000;

  public PipeAssignment {
    hostOfVertex = List.copyOf(hostOfVertex);
    hosts = List.copyOf(hosts);
  }

  /** Which host has which pipes. */
  public PipeHosts pipeHosts() {
    return new PipeHosts(routerCount, hostOfVertex);
  }

  /** The host that emulates a pipe of the network. */
  public int hostOf(Pipe pipe) {
    return pipeHosts().hostOf(pipe);
  }

  /**
   * @param hosts how many there are, all alike; 1 to {@link #MAXIMUM_HOSTS}
   * @throws TopologyException where the number of hosts is out of range
   */
  public static PipeAssignment assign(DistilledNetwork network, int hosts) {
    return new Binding(network, requireInRange(hosts), Optional.empty()).result();
  }

  /**
   * Pipes to hosts, where the virtual nodes have theirs already.
   *
   * @param hosts how many there are
   * @param hostOfVirtualNode by index of the virtual node, from 0
   */
  public static PipeAssignment around(
      DistilledNetwork network, int hosts, List<Integer> hostOfVirtualNode) {
    if (hostOfVirtualNode.size() != network.network().virtualNodes().size()) {
      throw new IllegalArgumentException("every virtual node needs a host");
    }
    PlacedNodes placed =
        new PlacedNodes(network.network(), requireInRange(hosts), hostOfVirtualNode);
    return new Binding(network, hosts, Optional.of(placed)).result();
  }

  private static int requireInRange(int hosts) {
    if (hosts < 1 || hosts > MAXIMUM_HOSTS) {
      throw new TopologyException("%d hosts: write 1 to %d".formatted(hosts, MAXIMUM_HOSTS));
    }
    return hosts;
  }

  /** One assignment while it is made. */
  private static final class Binding {
    private final DistilledNetwork network;
    private final AttachedNetwork attached;
    private final ExpectedTraffic traffic;
    private final int hosts;
    private final Optional<PlacedNodes> placed;
    private final Optional<BusiestPipe> busiest;

    Binding(DistilledNetwork network, int hosts, Optional<PlacedNodes> placed) {
      this.network = network;
      this.hosts = hosts;
      this.placed = placed;
      attached = network.network();
      traffic = ExpectedTraffic.of(network);
      busiest = Busiest.of(network, traffic);
    }

    /** The best of some attempts from different seeds. */
    PipeAssignment result() {
      WeightedGraph graph = WeightedGraph.of(attached.routerCount(), traffic);
      List<Integer> nodes = used();
      double[] loads = loads();
      Random random = new Random(SEED);
      int attempts = nodes.size() <= MOST_NODES_OF_ATTEMPTS ? ATTEMPTS : 1;
      Stream<int[]> clusters =
          IntStream.range(0, attempts)
              .mapToObj(attempt -> Clusters.assign(graph, nodes, loads, hosts, random));
      Stream<int[]> candidates =
          placed
              .map(
                  there ->
                      Stream.concat(
                          Stream.of(there.spreading(graph, nodes)), clusters.map(there::following)))
              .orElse(clusters);
      return candidates
          .map(this::bound)
          .min(Comparator.comparingDouble(PipeAssignment::crossHostShare))
          .orElseThrow();
    }

    private PipeAssignment bound(int[] hostOfRouter) {
      int[] hostOf = Arrays.copyOf(hostOfRouter, attached.vertexCount());
      if (placed.isPresent()) {
        for (VirtualNode node : attached.virtualNodes()) {
          hostOf[attached.vertex(node)] = placed.get().hostOfVirtualNode().get(node.index());
        }
      } else {
        bindVirtualNodes(hostOf);
      }
      if (network.distillation() instanceof Distillation.EndToEnd) {
        Arrays.fill(hostOf, 0, attached.routerCount(), NOWHERE);
      }
      Tally tally = new Tally(network, traffic, hostOf, hosts);
      return new PipeAssignment(
          attached.routerCount(),
          Arrays.stream(hostOf).boxed().toList(),
          tally.hosts(),
          tally.crossHostShare(),
          busiest,
          traffic.isExact());
    }

    /** Nodes of the topology that have virtual nodes or pipes. */
    private List<Integer> used() {
      BitSet used = new BitSet();
      attached.virtualNodes().forEach(node -> used.set(node.router()));
      for (int router = 0; router < attached.routerCount(); router++) {
        if (network.pipesFrom(router) > 0) {
          used.set(router);
        }
      }
      return used.stream().boxed().toList();
    }

    /** What goes through the pipes of a node and of the virtual nodes on it. */
    private double[] loads() {
      double[] load = new double[attached.routerCount()];
      traffic.forEachPair((from, to, bits, ending) -> load[from] += bits);
      for (VirtualNode node : attached.virtualNodes()) {
        load[node.router()] +=
            1 + traffic.upBitsPerSecond(node.index()) + traffic.downBitsPerSecond(node.index());
      }
      return load;
    }

    /**
     * To the host of their place, as many as a host's even share; the others where there is room.
     */
    private void bindVirtualNodes(int[] hostOf) {
      int share = (attached.virtualNodes().size() + hosts - 1) / hosts;
      int[] bound = new int[hosts];
      List<VirtualNode> left = new ArrayList<>();
      for (VirtualNode node : attached.virtualNodes()) {
        int wanted = hostOf[node.router()];
        if (bound[wanted] < share) {
          bound[wanted]++;
          hostOf[attached.vertex(node)] = wanted;
        } else {
          left.add(node);
        }
      }
      int host = 0;
      for (VirtualNode node : left) {
        while (bound[host] >= share) {
          host++;
        }
        bound[host]++;
        hostOf[attached.vertex(node)] = host;
      }
    }
  }
}
