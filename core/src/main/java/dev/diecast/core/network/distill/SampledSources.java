package dev.diecast.core.network.distill;

import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.attach.VirtualNode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The nodes of a topology from which paths are followed: all that have virtual nodes, or, where
 * that would take too long, some drawn by a seed.
 *
 * @param exact whether they are all
 */
record SampledSources(List<Integer> routers, boolean exact) {

  /** Nodes of all trees together: so many pairs can have a load, of 24 bytes each. */
  private static final long MOST_TREE_NODES = 1 << 20;

  private static final int LEAST_SOURCES = 16;
  private static final long SEED = 2002;

  static SampledSources of(AttachedNetwork network) {
    BitSet used = new BitSet();
    for (VirtualNode node : network.virtualNodes()) {
      used.set(node.router());
    }
    int most = (int) Math.max(LEAST_SOURCES, MOST_TREE_NODES / network.routerCount());
    List<Integer> routers = new ArrayList<>(used.stream().boxed().toList());
    if (routers.size() <= most) {
      return new SampledSources(List.copyOf(routers), true);
    }
    Collections.shuffle(routers, new Random(SEED));
    return new SampledSources(routers.subList(0, most).stream().sorted().toList(), false);
  }
}
