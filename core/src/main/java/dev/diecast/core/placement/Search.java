package dev.diecast.core.placement;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The order in which ways of packing are tried: first-fit decreasing, what it leaves over by moves
 * and swaps, another order and another rule of choice; where nodes are few enough every assignment
 * there is; else, parts of the best anew. What is found is balanced.
 */
final class Search {

  private static final long REARRANGEMENT_STEPS = 4_000_000;
  private static final long BALANCING_STEPS = 4_000_000;
  private static final long EXHAUSTIVE_STEPS = 500_000;
  private static final long RECREATION_STEPS = 4_000_000;

  /**
   * More nodes than this are beyond exhaustive search in any case, and its recursion is as deep.
   */
  private static final int EXHAUSTIVE_NODES = 200;

  /**
   * The best that was found short of a placement.
   *
   * @param leftOver the first node, by falling size, that found no host
   */
  record Partial(Assignment assignment, int leftOver) {}

  private final Instance instance;
  private final Packing packing;
  private final List<Integer> order;
  private final Assignment pinned;
  private final boolean[] fixed;
  private Assignment fullest;

  Search(Instance instance) {
    this.instance = instance;
    packing = new Packing(instance);
    order = packing.byLargestShare();
    fixed = new boolean[instance.nodeCount()];
    pinned = new Assignment(instance);
    fullest = pinned;
    placePinned();
  }

  /** Nodes that run stay where they are; where they no longer fit together, the largest do. */
  private void placePinned() {
    for (int node : order) {
      int host =
          instance.nodes.get(node).pinnedHost().map(instance::hostIndex).orElse(Assignment.NOWHERE);
      if (host != Assignment.NOWHERE && pinned.fits(node, host)) {
        pinned.place(node, host);
        fixed[node] = true;
      }
    }
  }

  /** A complete and balanced assignment, where one was found. */
  Optional<Assignment> complete() {
    Effort rearranging = new Effort(REARRANGEMENT_STEPS);
    List<Integer> bySum = packing.bySumOfShares();
    return rearranged(packing.firstFit(pinned, order), order, rearranging)
        .or(() -> rearranged(packing.mostAlike(pinned, order), order, rearranging))
        .or(() -> rearranged(packing.firstFit(pinned, bySum), bySum, rearranging))
        .or(() -> rearranged(packing.mostAlike(pinned, bySum), bySum, rearranging))
        .or(this::exhaustiveOrRecreated)
        .map(this::balanced);
  }

  /** What to say of the model where {@link #complete} found nothing. */
  Partial fullest() {
    int leftOver = order.stream().filter(node -> !fullest.isPlaced(node)).findFirst().orElseThrow();
    return new Partial(fullest, leftOver);
  }

  private Optional<Assignment> rearranged(Assignment packed, List<Integer> nodes, Effort effort) {
    if (!packed.isComplete()) {
      new Rearrangement(instance, packed, fixed, effort).placeLeftOvers(nodes);
    }
    if (packed.placedCount() > fullest.placedCount()) {
      fullest = packed;
    }
    return Optional.of(packed).filter(Assignment::isComplete);
  }

  /** Where the exhaustive search came to its end without a placement, there is none. */
  private Optional<Assignment> exhaustiveOrRecreated() {
    Effort effort = new Effort(EXHAUSTIVE_STEPS);
    if (instance.nodeCount() - pinned.placedCount() <= EXHAUSTIVE_NODES) {
      Optional<Assignment> found = ExhaustiveSearch.complete(instance, pinned, order, effort);
      if (found.isPresent() || !effort.isSpent()) {
        return found;
      }
    }
    double[] size =
        IntStream.range(0, instance.nodeCount()).mapToDouble(packing::sumOfShares).toArray();
    fullest =
        new RuinAndRecreate(instance, fullest, size, fixed, new Effort(RECREATION_STEPS)).run();
    return Optional.of(fullest).filter(Assignment::isComplete);
  }

  private Assignment balanced(Assignment assignment) {
    new Balancing(instance, assignment, fixed, new Effort(BALANCING_STEPS)).run();
    return assignment;
  }
}
