package dev.diecast.core.network.assign;

import dev.diecast.core.network.Pipe;
import java.util.List;

/**
 * Which host emulates which pipes: one number for each vertex, however many pipes there are.
 *
 * @param routerCount nodes of the topology, which are the first vertices; virtual nodes follow
 * @param hostOfVertex from 0; -1 for nodes of the topology at which no pipe begins
 */
public record PipeHosts(int routerCount, List<Integer> hostOfVertex) {
  public PipeHosts {
    hostOfVertex = List.copyOf(hostOfVertex);
  }

  /** The host that emulates a pipe: that of a virtual node at either end, else of its beginning. */
  public int hostOf(Pipe pipe) {
    boolean down = pipe.to() >= routerCount && pipe.from() < routerCount;
    return hostOfVertex.get(down ? pipe.to() : pipe.from());
  }

  /** The host of a virtual node. */
  public int hostOfVirtualNode(int index) {
    return hostOfVertex.get(routerCount + index);
  }
}
