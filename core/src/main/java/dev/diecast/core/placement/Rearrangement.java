package dev.diecast.core.placement;

import java.util.List;

/**
 * Makes room for nodes that a greedy packing left over: by moving one placed node to another host,
 * or by swapping two. Nodes that are fixed are not touched.
 */
final class Rearrangement {

  private final Instance instance;
  private final Assignment assignment;
  private final boolean[] fixed;
  private final Effort effort;

  Rearrangement(Instance instance, Assignment assignment, boolean[] fixed, Effort effort) {
    this.instance = instance;
    this.assignment = assignment;
    this.fixed = fixed;
    this.effort = effort;
  }

  /** Tries to place what is left over, in this order, until no more of it can be placed. */
  void placeLeftOvers(List<Integer> order) {
    boolean progress = true;
    while (progress) {
      progress = false;
      for (int node : order) {
        if (!assignment.isPlaced(node)) {
          progress |= placeDirectly(node) || placeByMove(node) || placeBySwap(node);
        }
      }
    }
  }

  private boolean placeDirectly(int node) {
    for (int host = 0; host < instance.hostCount(); host++) {
      if (assignment.fits(node, host)) {
        assignment.place(node, host);
        return true;
      }
    }
    return false;
  }

  private boolean placeByMove(int node) {
    for (int goer = 0; goer < instance.nodeCount(); goer++) {
      if (!movable(goer) || !assignment.fitsInsteadOf(node, goer)) {
        continue;
      }
      int from = assignment.hostOf(goer);
      for (int to = 0; to < instance.hostCount(); to++) {
        if (!effort.spend()) {
          return false;
        }
        if (to != from && assignment.fits(goer, to)) {
          assignment.move(goer, to);
          assignment.place(node, from);
          return true;
        }
      }
    }
    return false;
  }

  /** Swaps a larger node against a smaller one, so that {@code node} fits beside the smaller. */
  private boolean placeBySwap(int node) {
    for (int larger = 0; larger < instance.nodeCount(); larger++) {
      if (!movable(larger) || !assignment.fitsInsteadOf(node, larger)) {
        continue;
      }
      for (int smaller = 0; smaller < instance.nodeCount(); smaller++) {
        if (!effort.spend()) {
          return false;
        }
        if (movable(smaller)
            && assignment.hostOf(smaller) != assignment.hostOf(larger)
            && instance.shape[smaller] != instance.shape[larger]
            && assignment.fitsInsteadOf(larger, smaller)
            && bothFitInsteadOf(node, smaller, larger)) {
          int host = assignment.hostOf(larger);
          int otherHost = assignment.hostOf(smaller);
          assignment.remove(larger);
          assignment.move(smaller, host);
          assignment.place(larger, otherHost);
          assignment.place(node, host);
          return true;
        }
      }
    }
    return false;
  }

  private boolean bothFitInsteadOf(int one, int other, int goer) {
    int host = assignment.hostOf(goer);
    for (int r = 0; r < instance.resources.size(); r++) {
      long room = assignment.free(host, r) + instance.demand[goer][r];
      if (instance.demand[one][r] + instance.demand[other][r] > room) {
        return false;
      }
    }
    return true;
  }

  private boolean movable(int node) {
    return !fixed[node] && assignment.isPlaced(node);
  }
}
