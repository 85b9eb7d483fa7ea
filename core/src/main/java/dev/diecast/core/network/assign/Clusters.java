package dev.diecast.core.network.assign;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Nodes of the topology over hosts. Greedy k-clusters first: from k seeds, the least loaded host
 * takes the node that has most traffic with what it has (Vahdat et al., OSDI 2002, section 3.1, who
 * go round robin). Then single nodes move where that saves traffic between hosts and keeps the
 * balance.
 */
final class Clusters {
  private static final int NOWHERE = -1;
  private static final int PASSES = 20;

  /** No host gets more than this over its even share by a move. */
  private static final double SLACK = 1.1;

  private final WeightedGraph graph;
  private final List<Integer> nodes;
  private final double[] load;
  private final int hosts;
  private final int[] hostOf;
  private final double[] hostLoad;

  /** Traffic of a node with what each host has. */
  private final double[][] shared;

  /**
   * @param nodes to be assigned
   * @param load of each node of the topology, in one unit
   */
  private Clusters(WeightedGraph graph, List<Integer> nodes, double[] load, int hosts) {
    this.graph = graph;
    this.nodes = nodes;
    this.load = load;
    this.hosts = hosts;
    hostOf = new int[load.length];
    Arrays.fill(hostOf, NOWHERE);
    hostLoad = new double[hosts];
    shared = new double[hosts][load.length];
  }

  /** The host of each node; -1 for those that are not in {@code nodes}. */
  static int[] assign(
      WeightedGraph graph, List<Integer> nodes, double[] load, int hosts, Random random) {
    Clusters clusters = new Clusters(graph, nodes, load, hosts);
    clusters.grow(random);
    clusters.improve();
    return clusters.hostOf;
  }

  private void grow(Random random) {
    int[] free = nodes.stream().mapToInt(Integer::intValue).toArray();
    for (int left = free.length; left > 0; left--) {
      int host = leastLoaded();
      int chosen = hostLoad[host] == 0 ? random.nextInt(left) : mostShared(free, left, host);
      place(free[chosen], host);
      free[chosen] = free[left - 1];
    }
  }

  private int leastLoaded() {
    int least = 0;
    for (int host = 1; host < hosts; host++) {
      if (hostLoad[host] < hostLoad[least]) {
        least = host;
      }
    }
    return least;
  }

  /** Where nothing has traffic with the host, the first that is free. */
  private int mostShared(int[] free, int left, int host) {
    int best = 0;
    for (int i = 1; i < left; i++) {
      double more = shared[host][free[i]] - shared[host][free[best]];
      if (more > 0 || (more == 0 && free[i] < free[best])) {
        best = i;
      }
    }
    return best;
  }

  private void place(int node, int host) {
    hostOf[node] = host;
    hostLoad[host] += load[node];
    share(node, host, 1);
  }

  private void share(int node, int host, int sign) {
    for (int i = graph.first(node); i < graph.end(node); i++) {
      shared[host][graph.neighbour(i)] += sign * graph.weight(i);
    }
  }

  private void improve() {
    double total = 0;
    double largest = 0;
    for (int node : nodes) {
      total += load[node];
      largest = Math.max(largest, load[node]);
    }
    double most = Math.max(SLACK * total / hosts, total / hosts + largest / 2);
    boolean moved = true;
    for (int pass = 0; moved && pass < PASSES; pass++) {
      moved = false;
      for (int node : nodes) {
        moved |= moveToBest(node, most);
      }
    }
  }

  private boolean moveToBest(int node, double most) {
    int from = hostOf[node];
    int best = from;
    for (int host = 0; host < hosts; host++) {
      boolean fits = hostLoad[host] + load[node] <= most;
      // Sums of doubles differ by rounding: a gain must be more than that, or moves never end.
      if (fits && shared[host][node] > shared[best][node] * (1 + 1e-9) + 1e-6) {
        best = host;
      }
    }
    if (best == from) {
      return false;
    }
    share(node, from, -1);
    hostLoad[from] -= load[node];
    place(node, best);
    return true;
  }
}
