package dev.diecast.core.placement;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Greedy packing: nodes in falling order of size, each to the first host that has room (Johnson
 * 1973), or to the host whose free room is most like the node's demand (the dot product of
 * Panigrahy, Talwar, Uyeda, Wieder, "Heuristics for Vector Bin Packing", 2011).
 */
final class Packing {

  private final Instance instance;

  /** By node and resource: demand over what all hosts offer together; 0 where that is unlimited. */
  private final double[][] share;

  Packing(Instance instance) {
    this.instance = instance;
    double[] total = new double[instance.resources.size()];
    for (double[] offer : instance.offered) {
      for (int r = 0; r < total.length; r++) {
        total[r] += offer[r];
      }
    }
    share = new double[instance.nodeCount()][total.length];
    for (int n = 0; n < share.length; n++) {
      for (int r = 0; r < total.length; r++) {
        share[n][r] = instance.demand[n][r] == 0 ? 0 : instance.demand[n][r] / total[r];
      }
    }
  }

  /** The node with the largest share of any one resource first; ties by name. */
  List<Integer> byLargestShare() {
    return falling(node -> Arrays.stream(share[node]).max().orElse(0));
  }

  /** The node with the largest sum of shares first; ties by name. */
  List<Integer> bySumOfShares() {
    return falling(this::sumOfShares);
  }

  double sumOfShares(int node) {
    return Arrays.stream(share[node]).sum();
  }

  private List<Integer> falling(IntToDoubleFunction size) {
    double[] sizes = IntStream.range(0, instance.nodeCount()).mapToDouble(size).toArray();
    return IntStream.range(0, sizes.length)
        .boxed()
        .sorted(
            Comparator.comparingDouble((Integer node) -> -sizes[node])
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  /** Places what fits, each node on the first host that has room. */
  Assignment firstFit(Assignment start, List<Integer> order) {
    Assignment assignment = new Assignment(start);
    for (int node : order) {
      for (int host = 0; host < instance.hostCount() && !assignment.isPlaced(node); host++) {
        if (assignment.fits(node, host)) {
          assignment.place(node, host);
        }
      }
    }
    return assignment;
  }

  /** Places what fits, each node on the host whose free room points most in its direction. */
  Assignment mostAlike(Assignment start, List<Integer> order) {
    Assignment assignment = new Assignment(start);
    for (int node : order) {
      if (assignment.isPlaced(node)) {
        continue;
      }
      int best = Assignment.NOWHERE;
      double bestLikeness = Double.NEGATIVE_INFINITY;
      for (int host = 0; host < instance.hostCount(); host++) {
        if (assignment.fits(node, host)) {
          double likeness = likeness(assignment, node, host);
          if (likeness > bestLikeness) {
            best = host;
            bestLikeness = likeness;
          }
        }
      }
      if (best != Assignment.NOWHERE) {
        assignment.place(node, best);
      }
    }
    return assignment;
  }

  /** Cosine of the angle between demand and free room, both as shares of the host. */
  private double likeness(Assignment assignment, int node, int host) {
    double product = 0;
    double roomSquared = 0;
    for (int r = 0; r < instance.resources.size(); r++) {
      double offered = instance.offered[host][r];
      if (offered > 0 && !Double.isInfinite(offered)) {
        double room = 1 - (instance.capacity[host][r] - assignment.free(host, r)) / offered;
        product += room * (instance.demand[node][r] / offered);
        roomSquared += room * room;
      }
    }
    return roomSquared == 0 ? 0 : product / Math.sqrt(roomSquared);
  }
}
