package dev.diecast.core.network.distill;

import dev.diecast.core.network.route.PathTree;
import dev.diecast.core.network.route.RouterGraph;
import java.util.Arrays;

/** What becomes of all paths of a tree when links are collapsed. */
final class RouteImage {
  private static final int NO_RUN = -1;

  private final DistilledNetwork network;
  private final PathTree tree;
  private final RouterGraph graph;

  /** Pipes before the run of collapsed links in which a node stands, if it stands in one. */
  private final int[] closedPipes;

  /** Where that run begins. */
  private final int[] runStart;

  RouteImage(DistilledNetwork network, PathTree tree) {
    this.network = network;
    this.tree = tree;
    graph = network.topologyRoutes().graph();
    closedPipes = new int[graph.nodeCount()];
    runStart = new int[graph.nodeCount()];
    Arrays.fill(runStart, NO_RUN);
    for (int i = 1; i < tree.reachedCount(); i++) {
      extendTo(tree.reached(i));
    }
  }

  private void extendTo(int node) {
    int arc = tree.arcInto(node);
    int before = graph.tail(arc);
    if (network.isEmulated(arc)) {
      closedPipes[node] = pipesTo(before) + 1;
    } else {
      closedPipes[node] = closedPipes[before];
      runStart[node] = runStart[before] == NO_RUN ? before : runStart[before];
    }
  }

  /** Pipes of the path from the tree's source to a node that is reached, without access pipes. */
  int pipesTo(int node) {
    return closedPipes[node] + (runStart[node] == NO_RUN ? 0 : 1);
  }

  /** At which node the last pipe of the path to a node begins. */
  int lastPipeStart(int node) {
    return runStart[node] == NO_RUN ? graph.tail(tree.arcInto(node)) : runStart[node];
  }
}
