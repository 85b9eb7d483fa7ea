package dev.diecast.core.network.route;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Routes between the nodes of a topology, computed for one source at a time when they are asked
 * for. Trees are kept while they take no more than a bounded memory; the one unused for longest
 * goes first. Not for several threads at once.
 */
public final class Routes {
  /** Of trees that are kept; a tree of n nodes takes about 24 n bytes. */
  private static final long MAXIMUM_BYTES = 48L << 20;

  private static final int BYTES_PER_NODE = 24;

  private final RouterGraph graph;
  private final BitSet within;
  private final BitSet downLinks;
  private final int mostTrees;
  private final LinkedHashMap<Integer, PathTree> trees = new LinkedHashMap<>(16, 0.75f, true);

  private Routes(RouterGraph graph, BitSet within, BitSet downLinks) {
    this.graph = graph;
    this.within = within;
    this.downLinks = downLinks;
    mostTrees =
        (int) Math.max(2, MAXIMUM_BYTES / ((long) BYTES_PER_NODE * Math.max(1, graph.nodeCount())));
  }

  /** Over the whole graph. */
  public static Routes of(RouterGraph graph) {
    return new Routes(graph, graph.allNodes(), new BitSet());
  }

  /** Over these nodes of the graph alone. */
  public static Routes within(RouterGraph graph, BitSet nodes) {
    return new Routes(graph, (BitSet) nodes.clone(), new BitSet());
  }

  /**
   * The routes where these links, and no others, are down. Trees that no change touches are taken
   * over.
   */
  public Routes withLinksDown(BitSet links) {
    Routes changed = new Routes(graph, within, (BitSet) links.clone());
    BitSet restored = (BitSet) downLinks.clone();
    restored.andNot(links);
    if (restored.isEmpty()) {
      for (Map.Entry<Integer, PathTree> tree : trees.entrySet()) {
        if (tree.getValue().avoids(links)) {
          changed.trees.put(tree.getKey(), tree.getValue());
        }
      }
    }
    return changed;
  }

  public RouterGraph graph() {
    return graph;
  }

  public BitSet downLinks() {
    return (BitSet) downLinks.clone();
  }

  public PathTree from(int source) {
    PathTree tree = trees.get(source);
    if (tree == null) {
      tree = PathTree.of(graph, source, within, downLinks);
      if (trees.size() >= mostTrees) {
        trees.pollFirstEntry();
      }
      trees.put(source, tree);
    }
    return tree;
  }

  /** Of how many sources the trees are kept at this time. */
  int keptTrees() {
    return trees.size();
  }
}
