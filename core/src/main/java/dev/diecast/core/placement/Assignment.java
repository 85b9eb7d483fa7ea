package dev.diecast.core.placement;

import java.util.Arrays;

/**
 * Nodes on hosts and what is left free there, never less than nothing. Mutable, package-private.
 */
final class Assignment {

  static final int NOWHERE = -1;

  private final Instance instance;
  private final int[] hostOf;
  private final long[][] free;

  Assignment(Instance instance) {
    this.instance = instance;
    hostOf = new int[instance.nodeCount()];
    Arrays.fill(hostOf, NOWHERE);
    free = copy(instance.capacity);
  }

  Assignment(Assignment other) {
    instance = other.instance;
    hostOf = other.hostOf.clone();
    free = copy(other.free);
  }

  private static long[][] copy(long[][] rows) {
    return Arrays.stream(rows).map(long[]::clone).toArray(long[][]::new);
  }

  int hostOf(int node) {
    return hostOf[node];
  }

  long free(int host, int resource) {
    return free[host][resource];
  }

  /** What is free on a host, by resource; the array is the assignment's own. */
  long[] room(int host) {
    return free[host];
  }

  boolean isPlaced(int node) {
    return hostOf[node] != NOWHERE;
  }

  boolean fits(int node, int host) {
    long[] demand = instance.demand[node];
    long[] room = free[host];
    for (int r = 0; r < demand.length; r++) {
      if (demand[r] > room[r]) {
        return false;
      }
    }
    return true;
  }

  /** Whether {@code comer} fits where {@code goer} is, once that has left. */
  boolean fitsInsteadOf(int comer, int goer) {
    long[] room = free[hostOf[goer]];
    for (int r = 0; r < room.length; r++) {
      if (instance.demand[comer][r] > room[r] + instance.demand[goer][r]) {
        return false;
      }
    }
    return true;
  }

  void place(int node, int host) {
    if (isPlaced(node) || !fits(node, host)) {
      throw new IllegalStateException("node " + node + " cannot go to host " + host);
    }
    hostOf[node] = host;
    for (int r = 0; r < free[host].length; r++) {
      free[host][r] -= instance.demand[node][r];
    }
  }

  void remove(int node) {
    int host = hostOf[node];
    hostOf[node] = NOWHERE;
    for (int r = 0; r < free[host].length; r++) {
      free[host][r] += instance.demand[node][r];
    }
  }

  void move(int node, int host) {
    remove(node);
    place(node, host);
  }

  /** Greatest share of any resource of a host that is in use, 0 to 1. */
  double load(int host) {
    return loadAfter(host, NOWHERE, NOWHERE);
  }

  /** The same with one node gone ({@code goer}) and one come ({@code comer}); NOWHERE for none. */
  double loadAfter(int host, int goer, int comer) {
    double load = 0;
    for (int r = 0; r < free[host].length; r++) {
      load = Math.max(load, shareAfter(host, r, goer, comer));
    }
    return load;
  }

  /**
   * Sum of the eighth powers of the shares of all resources: grows with the greatest above all, but
   * tells two hosts with the same greatest share apart. Each is weighed by the host's part in what
   * all hosts offer, so that the sum over hosts is least where their shares are equal.
   */
  double pressureAfter(int host, int goer, int comer) {
    double pressure = 0;
    for (int r = 0; r < free[host].length; r++) {
      double squared = Math.pow(shareAfter(host, r, goer, comer), 2);
      pressure += instance.weight[host][r] * squared * squared * squared * squared;
    }
    return pressure;
  }

  private double shareAfter(int host, int resource, int goer, int comer) {
    long used = instance.capacity[host][resource] - free[host][resource];
    used -= goer == NOWHERE ? 0 : instance.demand[goer][resource];
    used += comer == NOWHERE ? 0 : instance.demand[comer][resource];
    return share(used, host, resource);
  }

  private double share(long used, int host, int resource) {
    return used == 0 ? 0 : used / instance.offered[host][resource];
  }

  int placedCount() {
    int count = 0;
    for (int host : hostOf) {
      count += host == NOWHERE ? 0 : 1;
    }
    return count;
  }

  boolean isComplete() {
    return placedCount() == hostOf.length;
  }
}
