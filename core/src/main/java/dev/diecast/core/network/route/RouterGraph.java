package dev.diecast.core.network.route;

import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.topology.Link;
import dev.diecast.core.network.topology.Topology;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;

/**
 * A topology as arcs in arrays, for searches. Link l is arc 2l from its end a to its end b, and arc
 * 2l + 1 back.
 */
public final class RouterGraph {
  private final List<Link> links;
  private final int nodeCount;

  /**
   * Arcs that leave node v stand in {@code outgoing} from {@code offsets[v]}, in ascending order.
   */
  private final int[] offsets;

  private final int[] outgoing;
  private final int[] heads;

  private RouterGraph(List<Link> links, int nodeCount, int[] offsets, int[] outgoing, int[] heads) {
    this.links = links;
    this.nodeCount = nodeCount;
    this.offsets = offsets;
    this.outgoing = outgoing;
    this.heads = heads;
  }

  public static RouterGraph of(Topology topology) {
    List<Link> links = topology.links();
    int nodeCount = topology.nodes().size();
    int[] offsets = new int[nodeCount + 1];
    int[] heads = new int[2 * links.size()];
    for (Link link : links) {
      heads[2 * link.index()] = link.b();
      heads[2 * link.index() + 1] = link.a();
      offsets[link.a() + 1]++;
      offsets[link.b() + 1]++;
    }
    for (int node = 0; node < nodeCount; node++) {
      offsets[node + 1] += offsets[node];
    }
    int[] next = offsets.clone();
    int[] outgoing = new int[heads.length];
    for (int arc = 0; arc < heads.length; arc++) {
      outgoing[next[heads[arc ^ 1]]++] = arc;
    }
    return new RouterGraph(links, nodeCount, offsets, outgoing, heads);
  }

  public int nodeCount() {
    return nodeCount;
  }

  public int arcCount() {
    return heads.length;
  }

  public int firstOutgoing(int node) {
    return offsets[node];
  }

  /** Behind the last; {@link #outgoingAt} takes what lies between. */
  public int endOutgoing(int node) {
    return offsets[node + 1];
  }

  public int outgoingAt(int position) {
    return outgoing[position];
  }

  public int head(int arc) {
    return heads[arc];
  }

  public int tail(int arc) {
    return heads[arc ^ 1];
  }

  public static int linkOf(int arc) {
    return arc >> 1;
  }

  public PipeAttributes attributes(int arc) {
    Link link = links.get(linkOf(arc));
    return (arc & 1) == 0 ? link.forward() : link.backward();
  }

  /**
   * Numbers the connected parts of what is left of the graph, from 0; nodes that are not in {@code
   * within} get -1.
   *
   * @param downLinks links that do not carry anything
   */
  public int[] components(BitSet within, BitSet downLinks) {
    Objects.requireNonNull(downLinks);
    int[] component = new int[nodeCount];
    Arrays.fill(component, -1);
    int[] queue = new int[nodeCount];
    int count = 0;
    for (int start = within.nextSetBit(0); start >= 0; start = within.nextSetBit(start + 1)) {
      if (component[start] < 0) {
        flood(start, count++, component, queue, within, downLinks);
      }
    }
    return component;
  }

  private void flood(
      int start, int number, int[] component, int[] queue, BitSet within, BitSet downLinks) {
    int end = 0;
    queue[end++] = start;
    component[start] = number;
    for (int at = 0; at < end; at++) {
      int node = queue[at];
      for (int i = offsets[node]; i < offsets[node + 1]; i++) {
        int head = heads[outgoing[i]];
        if (component[head] < 0 && within.get(head) && !downLinks.get(linkOf(outgoing[i]))) {
          component[head] = number;
          queue[end++] = head;
        }
      }
    }
  }

  /** All nodes. */
  public BitSet allNodes() {
    BitSet all = new BitSet(nodeCount);
    all.set(0, nodeCount);
    return all;
  }

  /**
   * Hops from the nearest of {@code sources}, or -1 where none reaches a node: the frontier set it
   * is in.
   */
  public int[] hopsFrom(BitSet sources) {
    int[] hops = new int[nodeCount];
    Arrays.fill(hops, -1);
    int[] queue = new int[nodeCount];
    int end = 0;
    for (int node = sources.nextSetBit(0); node >= 0; node = sources.nextSetBit(node + 1)) {
      hops[node] = 0;
      queue[end++] = node;
    }
    for (int at = 0; at < end; at++) {
      int node = queue[at];
      for (int i = offsets[node]; i < offsets[node + 1]; i++) {
        int head = heads[outgoing[i]];
        if (hops[head] < 0) {
          hops[head] = hops[node] + 1;
          queue[end++] = head;
        }
      }
    }
    return hops;
  }
}
