package dev.diecast.core.network.distill;

import java.util.Arrays;

/** Loads between ordered pairs of nodes, in arrays: a mesh has millions of pairs. */
final class PairLoads {
  private static final long FREE = -1;

  private long[] keys = new long[1024];
  private double[] totals = new double[1024];
  private double[] endings = new double[1024];
  private int size;

  PairLoads() {
    Arrays.fill(keys, FREE);
  }

  void add(int from, int to, double total, double ending) {
    if (4 * (size + 1) > 3 * keys.length) {
      grow();
    }
    int slot = slot((long) from << 32 | to);
    totals[slot] += total;
    endings[slot] += ending;
  }

  void forEach(ExpectedTraffic.PairVisitor visitor) {
    for (int slot = 0; slot < keys.length; slot++) {
      if (keys[slot] != FREE) {
        visitor.pair((int) (keys[slot] >>> 32), (int) keys[slot], totals[slot], endings[slot]);
      }
    }
  }

  private int slot(long key) {
    int mask = keys.length - 1;
    int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & mask;
    while (keys[slot] != key) {
      if (keys[slot] == FREE) {
        keys[slot] = key;
        size++;
        return slot;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    double[] oldTotals = totals;
    double[] oldEndings = endings;
    keys = new long[2 * oldKeys.length];
    Arrays.fill(keys, FREE);
    totals = new double[keys.length];
    endings = new double[keys.length];
    size = 0;
    for (int old = 0; old < oldKeys.length; old++) {
      if (oldKeys[old] != FREE) {
        int slot = slot(oldKeys[old]);
        totals[slot] = oldTotals[old];
        endings[slot] = oldEndings[old];
      }
    }
  }
}
