package dev.diecast.core.network.distill;

import dev.diecast.core.network.TopologyException;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Numbers the pipes of full meshes, one mesh for each connected part, densely and without storing
 * them.
 */
final class MeshNumbers {
  private final int[] part;
  private final int[] placeInPart;
  private final int[] sizes;
  private final long[] firstId;
  private final long count;

  /**
   * @param part of each member, from 0
   * @param parts how many there are
   * @param first id of the first pipe
   * @throws TopologyException where ids would not fit an int
   */
  MeshNumbers(int[] part, int parts, long first) {
    this.part = part;
    placeInPart = new int[part.length];
    sizes = new int[parts];
    for (int member = 0; member < part.length; member++) {
      placeInPart[member] = sizes[part[member]]++;
    }
    firstId = new long[parts];
    long next = first;
    for (int i = 0; i < parts; i++) {
      firstId[i] = next;
      next += (long) sizes[i] * (sizes[i] - 1);
    }
    count = next - first;
    if (next > Integer.MAX_VALUE) {
      throw new TopologyException(
          ("this distillation has %d pipes, more than can be numbered (%d):"
                  + " choose one with a smaller mesh, such as a longer walk-in or hop-by-hop")
              .formatted(next, Integer.MAX_VALUE));
    }
  }

  /** With how many others a member is joined. */
  int partners(int member) {
    return sizes[part[member]] - 1;
  }

  /** Unidirectional pipes of all meshes. */
  long count() {
    return count;
  }

  /** The members in the order of the ids of their pipes. */
  int[] membersByPart() {
    return IntStream.range(0, part.length)
        .boxed()
        .sorted(Comparator.comparingInt(member -> part[member]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  boolean joined(int from, int to) {
    return from != to && part[from] == part[to];
  }

  int id(int from, int to) {
    int target = placeInPart[to] < placeInPart[from] ? placeInPart[to] : placeInPart[to] - 1;
    return (int)
        (firstId[part[from]] + (long) placeInPart[from] * (sizes[part[from]] - 1) + target);
  }
}
