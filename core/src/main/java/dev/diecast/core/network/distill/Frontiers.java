package dev.diecast.core.network.distill;

import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.attach.VirtualNode;
import dev.diecast.core.network.route.RouterGraph;
import java.util.BitSet;

/**
 * Frontier sets: the first is that of all virtual nodes, each next one that of all nodes one hop
 * further in (Vahdat et al., OSDI 2002, section 4.1). A node's level is its hops from the nearest
 * virtual node; routers begin at 1.
 */
final class Frontiers {
  /** No virtual node reaches such a node. */
  static final int NEVER = -1;

  private final RouterGraph graph;
  private final int[] levels;

  Frontiers(AttachedNetwork network, RouterGraph graph) {
    this.graph = graph;
    BitSet edge = new BitSet(graph.nodeCount());
    for (VirtualNode node : network.virtualNodes()) {
      edge.set(node.router());
    }
    levels = graph.hopsFrom(edge);
    for (int node = 0; node < levels.length; node++) {
      levels[node] = levels[node] == NEVER ? NEVER : levels[node] + 1;
    }
  }

  int level(int router) {
    return levels[router];
  }

  /** Nodes whose links among each other are collapsed by walk-in: those from level {@code hops}. */
  BitSet interior(int hops) {
    BitSet interior = new BitSet(levels.length);
    for (int node = 0; node < levels.length; node++) {
      interior.set(node, levels[node] >= hops);
    }
    return interior;
  }

  /** The same but for the nodes within {@code coreHops} links of the topological centre. */
  BitSet interior(int hops, int coreHops) {
    BitSet interior = interior(hops);
    int[] fromCentre = graph.hopsFrom(centre());
    for (int node = 0; node < levels.length; node++) {
      if (fromCentre[node] >= 0 && fromCentre[node] < coreHops) {
        interior.clear(node);
      }
    }
    return interior;
  }

  /**
   * The topological centre: the first frontier set of one node, else the last one that is not
   * empty. Each connected part of the topology has its own.
   */
  BitSet centre() {
    int[] component = graph.components(graph.allNodes(), new BitSet());
    int parts = 0;
    for (int part : component) {
      parts = Math.max(parts, part + 1);
    }
    int[] centreLevel = centreLevels(component, parts);
    BitSet centre = new BitSet(levels.length);
    for (int node = 0; node < levels.length; node++) {
      centre.set(node, levels[node] != NEVER && levels[node] == centreLevel[component[node]]);
    }
    return centre;
  }

  private int[] centreLevels(int[] component, int parts) {
    int[] last = new int[parts];
    for (int node = 0; node < levels.length; node++) {
      last[component[node]] = Math.max(last[component[node]], levels[node]);
    }
    int[] offsets = new int[parts + 1];
    for (int part = 0; part < parts; part++) {
      offsets[part + 1] = offsets[part] + last[part] + 1;
    }
    int[] sizes = new int[offsets[parts]];
    for (int node = 0; node < levels.length; node++) {
      if (levels[node] != NEVER) {
        sizes[offsets[component[node]] + levels[node]]++;
      }
    }
    int[] centreLevel = new int[parts];
    for (int part = 0; part < parts; part++) {
      centreLevel[part] = last[part];
      for (int level = last[part]; level >= 1; level--) {
        if (sizes[offsets[part] + level] == 1) {
          centreLevel[part] = level;
        }
      }
    }
    return centreLevel;
  }
}
