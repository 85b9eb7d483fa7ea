package dev.diecast.core.network.distill;

import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.attach.VirtualNode;
import dev.diecast.core.network.route.PathTree;
import dev.diecast.core.network.route.RouterGraph;
import java.util.BitSet;
import java.util.List;

/**
 * What pipes would carry if every virtual node sent as fast as its access link goes, the same to
 * each node that it reaches. It is an expectation to plan with: no link is taken to hold traffic
 * back. Guest's frame, bit/s.
 */
public final class ExpectedTraffic {
  private final DistilledNetwork network;
  private final AttachedNetwork attached;
  private final RouterGraph graph;
  private final double[] upBits;
  private final double[] toEachBits;
  private final double[] downBits;
  private final double[] arcBits;
  private final PairLoads pairs = new PairLoads();
  private final boolean exact;

  private ExpectedTraffic(DistilledNetwork network) {
    this.network = network;
    attached = network.network();
    graph = network.topologyRoutes().graph();
    upBits = new double[attached.virtualNodes().size()];
    toEachBits = new double[upBits.length];
    downBits = new double[upBits.length];
    arcBits = new double[graph.arcCount()];
    SampledSources sources = SampledSources.of(attached);
    exact = sources.exact();
    follow(sources.routers());
  }

  public static ExpectedTraffic of(DistilledNetwork network) {
    return new ExpectedTraffic(network);
  }

  /** Whether all sources were followed, and not only some, as in large topologies. */
  public boolean isExact() {
    return exact;
  }

  /** What virtual node {@code index} sends; 0 where it reaches no other. */
  public double upBitsPerSecond(int index) {
    return upBits[index];
  }

  /** What virtual node {@code index} sends to each one that it reaches. */
  public double toEachBitsPerSecond(int index) {
    return toEachBits[index];
  }

  /** What is sent to it. */
  public double downBitsPerSecond(int index) {
    return downBits[index];
  }

  /** What an arc of the topology carries, whether it is emulated or collapsed. */
  public double arcBitsPerSecond(int arc) {
    return arcBits[arc];
  }

  /** What takes a pair of nodes between which pipes within the network carry traffic. */
  public interface PairVisitor {
    /**
     * @param bitsPerSecond from one node to the other
     * @param endingBitsPerSecond those of them that go to virtual nodes at {@code to}
     */
    void pair(int from, int to, double bitsPerSecond, double endingBitsPerSecond);
  }

  /** None for end to end, which has no pipes within the network; parallel pipes are one pair. */
  public void forEachPair(PairVisitor visitor) {
    pairs.forEach(visitor);
  }

  private void follow(List<Integer> sources) {
    int[] part = graph.components(graph.allNodes(), new BitSet());
    int[] population = new int[graph.nodeCount()];
    double[] partRate = new double[graph.nodeCount()];
    int[] attachedTo = new int[graph.nodeCount()];
    for (VirtualNode node : attached.virtualNodes()) {
      population[part[node.router()]]++;
      partRate[part[node.router()]] += node.up().bitsPerSecond();
      attachedTo[node.router()]++;
    }
    double[] rate = new double[graph.nodeCount()];
    for (VirtualNode node : attached.virtualNodes()) {
      int at = part[node.router()];
      if (population[at] > 1) {
        double up = node.up().bitsPerSecond();
        upBits[node.index()] = up;
        downBits[node.index()] = (partRate[at] - up) / (population[at] - 1);
        toEachBits[node.index()] = up / (population[at] - 1);
        rate[node.router()] += toEachBits[node.index()];
      }
    }
    double scale = scale(sources, rate);
    for (int source : sources) {
      if (rate[source] > 0) {
        followFrom(source, rate[source] * scale, attachedTo);
      }
    }
  }

  /** Sampled sources stand for all. */
  private static double scale(List<Integer> sources, double[] rate) {
    double all = 0;
    for (double of : rate) {
      all += of;
    }
    double sampled = sources.stream().mapToDouble(source -> rate[source]).sum();
    return sampled == 0 ? 1 : all / sampled;
  }

  /**
   * From the far ends of the tree inwards: each node passes on what is for it and for those beyond.
   *
   * @param rate to each virtual node elsewhere
   */
  private void followFrom(int source, double rate, int[] attachedTo) {
    PathTree tree = network.topologyRoutes().from(source);
    RouteImage image = new RouteImage(network, tree);
    double[] beyond = new double[graph.nodeCount()];
    double[] leavingRun = new double[graph.nodeCount()];
    for (int i = tree.reachedCount() - 1; i > 0; i--) {
      int node = tree.reached(i);
      int arc = tree.arcInto(node);
      int before = graph.tail(arc);
      double own = rate * attachedTo[node];
      double through = own + beyond[node];
      arcBits[arc] += through;
      beyond[before] += through;
      double onPipe = own + leavingRun[node];
      if (network.isEmulated(arc)) {
        onPipe = through;
        leavingRun[before] += through;
      }
      if (onPipe > 0 && !(network instanceof EndToEndMesh)) {
        pairs.add(image.lastPipeStart(node), node, onPipe, own);
      }
    }
  }
}
