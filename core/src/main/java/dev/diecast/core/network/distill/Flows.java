package dev.diecast.core.network.distill;

import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.attach.Islands;
import dev.diecast.core.network.attach.VirtualNode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Ordered pairs of virtual nodes that reach each other: all, or as many as are drawn by a seed.
 * Flows from the same place of the topology follow each other.
 *
 * @param exact whether they are all
 */
record Flows(List<Flow> flows, boolean exact) {

  /** Indexes of virtual nodes. */
  record Flow(int from, int to) {}

  /**
   * @param mostExact up to so many are taken in full
   * @param sampled how many are drawn where there are more
   */
  static Flows of(AttachedNetwork network, int mostExact, int sampled, long seed) {
    List<List<Integer>> islands = Islands.of(network, new BitSet()).parts();
    long all = islands.stream().mapToLong(part -> (long) part.size() * (part.size() - 1)).sum();
    return all <= mostExact
        ? new Flows(all(islands), true)
        : new Flows(drawn(network, islands, sampled, new Random(seed)), false);
  }

  private static List<Flow> all(List<List<Integer>> islands) {
    List<Flow> flows = new ArrayList<>();
    for (List<Integer> part : islands) {
      for (int from : part) {
        for (int to : part) {
          if (from != to) {
            flows.add(new Flow(from, to));
          }
        }
      }
    }
    return flows;
  }

  private static List<Flow> drawn(
      AttachedNetwork network, List<List<Integer>> islands, int count, Random random) {
    BitSet sources = new BitSet();
    SampledSources.of(network).routers().forEach(sources::set);
    int[] partOf = new int[network.virtualNodes().size()];
    for (int part = 0; part < islands.size(); part++) {
      for (int node : islands.get(part)) {
        partOf[node] = part;
      }
    }
    List<VirtualNode> senders =
        network.virtualNodes().stream()
            .filter(
                node -> sources.get(node.router()) && islands.get(partOf[node.index()]).size() > 1)
            .toList();
    List<Flow> flows = new ArrayList<>(count);
    while (flows.size() < count && !senders.isEmpty()) {
      int from = senders.get(random.nextInt(senders.size())).index();
      List<Integer> part = islands.get(partOf[from]);
      int to = part.get(random.nextInt(part.size()));
      if (from != to) {
        flows.add(new Flow(from, to));
      }
    }
    flows.sort(
        Comparator.comparingInt((Flow flow) -> network.virtualNodes().get(flow.from()).router())
            .thenComparingInt(Flow::from)
            .thenComparingInt(Flow::to));
    return flows;
  }
}
