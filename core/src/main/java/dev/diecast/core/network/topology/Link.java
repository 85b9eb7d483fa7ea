package dev.diecast.core.network.topology;

import dev.diecast.core.network.PipeAttributes;
import java.util.Objects;

/**
 * A link between two nodes of a topology: one pipe each way.
 *
 * @param index from 0 in the order of the topology; the same two nodes may have several links
 * @param a index of a node
 * @param b index of another node
 * @param forward what happens to packets from a to b
 * @param backward what happens to packets from b to a
 */
public record Link(int index, int a, int b, PipeAttributes forward, PipeAttributes backward) {

  public Link {
    if (a == b) {
      throw new IllegalArgumentException("a link joins two nodes");
    }
    Objects.requireNonNull(forward);
    Objects.requireNonNull(backward);
  }
}
