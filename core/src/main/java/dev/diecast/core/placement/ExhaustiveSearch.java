package dev.diecast.core.placement;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Tries every assignment, largest nodes first, and gives up when its effort is spent. Of hosts with
 * equal room only the first is tried, nodes of equal demand take hosts in rising order, and a
 * branch ends where the room left on all hosts is less than what is still to be placed.
 */
final class ExhaustiveSearch {

  private final Instance instance;
  private final Assignment assignment;
  private final List<Integer> open;
  private final Effort effort;

  /** By place in {@link #open} and resource: what that node and all after it need together. */
  private final long[][] remaining;

  private ExhaustiveSearch(
      Instance instance, Assignment start, List<Integer> order, Effort effort) {
    this.instance = instance;
    this.effort = effort;
    assignment = new Assignment(start);
    open = order.stream().filter(node -> !start.isPlaced(node)).toList();
    remaining = new long[open.size() + 1][instance.resources.size()];
    for (int place = open.size() - 1; place >= 0; place--) {
      for (int r = 0; r < instance.resources.size(); r++) {
        remaining[place][r] = remaining[place + 1][r] + instance.demand[open.get(place)][r];
      }
    }
  }

  /**
   * @param start nodes that are placed in it stay
   * @return a complete assignment; empty where there is none, or none was found with this effort
   */
  static Optional<Assignment> complete(
      Instance instance, Assignment start, List<Integer> order, Effort effort) {
    ExhaustiveSearch search = new ExhaustiveSearch(instance, start, order, effort);
    return search.placeFrom(0) ? Optional.of(search.assignment) : Optional.empty();
  }

  private boolean placeFrom(int place) {
    if (place == open.size()) {
      return true;
    }
    if (!roomForRest(place)) {
      return false;
    }
    int node = open.get(place);
    boolean likePrevious = place > 0 && instance.shape[node] == instance.shape[open.get(place - 1)];
    int first = likePrevious ? assignment.hostOf(open.get(place - 1)) : 0;
    for (int host = first; host < instance.hostCount() && effort.spend(); host++) {
      if (assignment.fits(node, host) && !triedAlready(host, first)) {
        assignment.place(node, host);
        if (placeFrom(place + 1)) {
          return true;
        }
        assignment.remove(node);
      }
    }
    return false;
  }

  private boolean roomForRest(int place) {
    for (int r = 0; r < instance.resources.size(); r++) {
      long room = 0;
      for (int host = 0; host < instance.hostCount(); host++) {
        room += assignment.free(host, r);
        if (room >= remaining[place][r]) {
          break;
        }
      }
      if (room < remaining[place][r]) {
        return false;
      }
    }
    return true;
  }

  /** Whether a host before this one has the same room in everything. */
  private boolean triedAlready(int host, int first) {
    for (int earlier = first; earlier < host; earlier++) {
      if (Arrays.equals(assignment.room(earlier), assignment.room(host))) {
        return true;
      }
    }
    return false;
  }
}
