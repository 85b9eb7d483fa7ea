package dev.diecast.core.placement;

import java.util.BitSet;

/**
 * Takes pressure off the fullest hosts, by moves to and swaps with others, until none helps. First
 * fit fills hosts one after the other; a model runs truer where each of them has slack.
 *
 * <p>A change is made where it lowers the summed pressure of the two hosts and leaves neither
 * fuller than the fuller one was. Pressure falls with every change, so this ends.
 */
final class Balancing {

  /** Of the pressure before; gains below this are not worth a move. */
  private static final double LEAST_GAIN = 1e-6;

  private final Instance instance;
  private final Assignment assignment;
  private final boolean[] fixed;
  private final Effort effort;
  private final double[] load;
  private final double[] pressure;

  /**
   * The best change of the fullest host so far: {@code goer} to {@code host}, for {@code comer}.
   */
  private int goer;

  private int host;
  private int comer;
  private double gain;

  Balancing(Instance instance, Assignment assignment, boolean[] fixed, Effort effort) {
    this.instance = instance;
    this.assignment = assignment;
    this.fixed = fixed;
    this.effort = effort;
    load = new double[instance.hostCount()];
    pressure = new double[instance.hostCount()];
    for (int each = 0; each < load.length; each++) {
      measure(each);
    }
  }

  private void measure(int each) {
    load[each] = assignment.load(each);
    pressure[each] = assignment.pressureAfter(each, Assignment.NOWHERE, Assignment.NOWHERE);
  }

  /** Changes the assignment in place. */
  void run() {
    BitSet settled = new BitSet(load.length);
    while (settled.cardinality() < load.length && !effort.isSpent()) {
      int fullest = fullest(settled);
      if (findMove(fullest) || findSwap(fullest)) {
        apply(fullest);
      } else {
        settled.set(fullest);
      }
    }
  }

  private int fullest(BitSet settled) {
    int fullest = settled.nextClearBit(0);
    for (int each = fullest; each < load.length; each = settled.nextClearBit(each + 1)) {
      if (load[each] > load[fullest]) {
        fullest = each;
      }
    }
    return fullest;
  }

  private boolean findMove(int fullest) {
    gain = 0;
    BitSet shapes = new BitSet();
    for (int node = 0; node < instance.nodeCount(); node++) {
      if (mayLeave(node, fullest, shapes)) {
        for (int to = 0; to < load.length && effort.spend(); to++) {
          if (to != fullest && assignment.fits(node, to)) {
            consider(fullest, node, to, Assignment.NOWHERE);
          }
        }
      }
    }
    return gain > 0;
  }

  private boolean findSwap(int fullest) {
    gain = 0;
    BitSet shapes = new BitSet();
    for (int node = 0; node < instance.nodeCount(); node++) {
      if (mayLeave(node, fullest, shapes)) {
        for (int other = 0; other < instance.nodeCount() && effort.spend(); other++) {
          if (assignment.hostOf(other) != fullest
              && !fixed[other]
              && instance.shape[other] != instance.shape[node]
              && assignment.fitsInsteadOf(other, node)
              && assignment.fitsInsteadOf(node, other)) {
            consider(fullest, node, assignment.hostOf(other), other);
          }
        }
      }
    }
    return gain > 0;
  }

  /** Of the host's nodes of one shape, only the first is tried. */
  private boolean mayLeave(int node, int fullest, BitSet shapes) {
    if (assignment.hostOf(node) != fullest || fixed[node] || shapes.get(instance.shape[node])) {
      return false;
    }
    shapes.set(instance.shape[node]);
    return true;
  }

  private void consider(int fullest, int node, int to, int other) {
    double before = pressure[fullest] + pressure[to];
    double after =
        assignment.pressureAfter(fullest, node, other) + assignment.pressureAfter(to, other, node);
    double most = Math.max(load[fullest], load[to]);
    if (before - after > Math.max(gain, before * LEAST_GAIN)
        && assignment.loadAfter(fullest, node, other) <= most
        && assignment.loadAfter(to, other, node) <= most) {
      gain = before - after;
      goer = node;
      host = to;
      comer = other;
    }
  }

  private void apply(int fullest) {
    assignment.remove(goer);
    if (comer != Assignment.NOWHERE) {
      assignment.move(comer, fullest);
    }
    assignment.place(goer, host);
    measure(fullest);
    measure(host);
  }
}
