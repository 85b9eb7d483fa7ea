package dev.diecast.core.network.assign;

import dev.diecast.core.network.distill.ExpectedTraffic;

/** Nodes joined by traffic in either direction, in arrays. */
final class WeightedGraph {
  private final int[] offsets;
  private final int[] neighbours;
  private final double[] weights;

  private WeightedGraph(int[] offsets, int[] neighbours, double[] weights) {
    this.offsets = offsets;
    this.neighbours = neighbours;
    this.weights = weights;
  }

  static WeightedGraph of(int nodes, ExpectedTraffic traffic) {
    int[] offsets = new int[nodes + 1];
    traffic.forEachPair(
        (from, to, bits, ending) -> {
          offsets[from + 1]++;
          offsets[to + 1]++;
        });
    for (int node = 0; node < nodes; node++) {
      offsets[node + 1] += offsets[node];
    }
    int[] next = offsets.clone();
    int[] neighbours = new int[offsets[nodes]];
    double[] weights = new double[neighbours.length];
    traffic.forEachPair(
        (from, to, bits, ending) -> {
          neighbours[next[from]] = to;
          weights[next[from]++] = bits;
          neighbours[next[to]] = from;
          weights[next[to]++] = bits;
        });
    return new WeightedGraph(offsets, neighbours, weights);
  }

  int first(int node) {
    return offsets[node];
  }

  int end(int node) {
    return offsets[node + 1];
  }

  int neighbour(int position) {
    return neighbours[position];
  }

  double weight(int position) {
    return weights[position];
  }
}
