package dev.diecast.core.placement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Clears a few hosts picked at random, packs their nodes and what is left over anew in a random
 * order that favours large ones, and keeps the result where no more is left over than before
 * (Schrimpf et al., "Record Breaking Optimization Results Using the Ruin and Recreate Principle",
 * 2000). The random numbers have a fixed seed: equal input gives equal output.
 */
final class RuinAndRecreate {

  private static final long SEED = 1;
  private static final int MOST_HOSTS_CLEARED = 3;

  private final Instance instance;
  private final double[] size;
  private final boolean[] fixed;
  private final Effort effort;
  private final Random random = new Random(SEED);
  private Assignment best;

  /**
   * @param size of each node; the larger, the earlier it is packed
   */
  RuinAndRecreate(
      Instance instance, Assignment start, double[] size, boolean[] fixed, Effort effort) {
    this.instance = instance;
    this.size = size;
    this.fixed = fixed;
    this.effort = effort;
    best = start;
  }

  /** The best assignment that was found; complete where one was. */
  Assignment run() {
    while (!best.isComplete() && !effort.isSpent()) {
      Assignment next = new Assignment(best);
      List<Integer> open = clear(next);
      recreate(next, open);
      if (leftOver(next) <= leftOver(best)) {
        best = next;
      }
    }
    return best;
  }

  /** Clears some hosts and says which nodes have none, in the order in which to pack them. */
  private List<Integer> clear(Assignment assignment) {
    boolean[] cleared = new boolean[instance.hostCount()];
    int count = 1 + random.nextInt(MOST_HOSTS_CLEARED);
    for (int i = 0; i < count; i++) {
      cleared[random.nextInt(cleared.length)] = true;
    }
    double[] rank = new double[size.length];
    List<Integer> open = new ArrayList<>();
    for (int node = 0; node < size.length; node++) {
      if (assignment.isPlaced(node) && !fixed[node] && cleared[assignment.hostOf(node)]) {
        assignment.remove(node);
      }
      if (!assignment.isPlaced(node)) {
        rank[node] = size[node] * (0.5 + random.nextDouble());
        open.add(node);
      }
    }
    open.sort(Comparator.comparingDouble((Integer node) -> -rank[node]));
    return open;
  }

  /** Each node to a random one of the hosts with room for it, or to the one that it fills most. */
  private void recreate(Assignment assignment, List<Integer> open) {
    boolean anywhere = random.nextBoolean();
    for (int node : open) {
      int chosen = Assignment.NOWHERE;
      double chosenWorth = Double.NEGATIVE_INFINITY;
      for (int host = 0; host < instance.hostCount(); host++) {
        effort.spend();
        if (assignment.fits(node, host)) {
          double worth =
              anywhere ? random.nextDouble() : assignment.loadAfter(host, Assignment.NOWHERE, node);
          if (worth > chosenWorth) {
            chosen = host;
            chosenWorth = worth;
          }
        }
      }
      if (chosen != Assignment.NOWHERE) {
        assignment.place(node, chosen);
      }
    }
  }

  private double leftOver(Assignment assignment) {
    double sum = 0;
    for (int node = 0; node < size.length; node++) {
      sum += assignment.isPlaced(node) ? 0 : size[node];
    }
    return sum;
  }
}
