package dev.diecast.core.network.route;

import dev.diecast.core.network.Loss;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.QueueLimit;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Shortest paths by delay from one node to all others. Of paths of equal delay the one of fewer
 * hops counts, then the one whose last node, then whose last arc has the smaller number: the same
 * input gives the same routes on every host.
 */
public final class PathTree {
  private static final int NONE = -1;
  private static final long UNREACHED = Long.MAX_VALUE;

  private final RouterGraph graph;
  private final int source;
  private final long[] delayNanos;
  private final int[] hops;
  private final int[] arcInto;
  private final int[] settled;
  private final int settledCount;

  private PathTree(Search search) {
    graph = search.graph;
    source = search.source;
    delayNanos = search.delayNanos;
    hops = search.hops;
    arcInto = search.arcInto;
    settledCount = search.settledCount;
    settled = Arrays.copyOf(search.settled, settledCount);
  }

  /**
   * @param within nodes that paths may use; {@code source} is one of them
   * @param downLinks links that they may not use
   */
  public static PathTree of(RouterGraph graph, int source, BitSet within, BitSet downLinks) {
    Search search = new Search(graph, source, within, downLinks);
    search.run();
    return new PathTree(search);
  }

  public int source() {
    return source;
  }

  public boolean reaches(int node) {
    return delayNanos[node] != UNREACHED;
  }

  /** Sum of the delays on the path. */
  public long delayNanos(int node) {
    return delayNanos[node];
  }

  public int hops(int node) {
    return hops[node];
  }

  /** The last arc of the path to a node, or -1 for the source and what is not reached. */
  public int arcInto(int node) {
    return arcInto[node];
  }

  /** The nodes that are reached, nearest first, the source before all. */
  public int reachedCount() {
    return settledCount;
  }

  public int reached(int position) {
    return settled[position];
  }

  /** The arcs of the path to a node, in the order of travel. */
  public int[] arcsTo(int node) {
    int[] arcs = new int[hops[node]];
    int at = node;
    for (int i = arcs.length - 1; i >= 0; i--) {
      arcs[i] = arcInto[at];
      at = graph.tail(arcInto[at]);
    }
    return arcs;
  }

  /** The path to a node as one pipe; the node is not the source. */
  public PipeAttributes collapsed(int node) {
    long bits = Long.MAX_VALUE;
    QueueLimit queue = QueueLimit.DEFAULT;
    int loss = 0;
    for (int arc : arcsTo(node)) {
      PipeAttributes hop = graph.attributes(arc);
      loss = Loss.inSeries(loss, hop.lossPartsPerBillion());
      if (hop.bitsPerSecond() < bits) {
        bits = hop.bitsPerSecond();
        queue = hop.queue();
      }
    }
    return new PipeAttributes(bits, delayNanos[node], loss, queue);
  }

  /** Whether no path of the tree goes over one of these links. */
  boolean avoids(BitSet links) {
    for (int i = 1; i < settledCount; i++) {
      if (links.get(RouterGraph.linkOf(arcInto[settled[i]]))) {
        return false;
      }
    }
    return true;
  }

  /** Dijkstra's algorithm over a binary heap. */
  private static final class Search {
    private final RouterGraph graph;
    private final int source;
    private final BitSet within;
    private final BitSet downLinks;
    private final long[] delayNanos;
    private final int[] hops;
    private final int[] arcInto;
    private final int[] settled;
    private final boolean[] done;
    private int settledCount;

    /** Nodes in heap order, and where in it each stands. */
    private final int[] heap;

    private final int[] position;
    private int heapSize;

    Search(RouterGraph graph, int source, BitSet within, BitSet downLinks) {
      this.graph = graph;
      this.source = source;
      this.within = within;
      this.downLinks = downLinks;
      int nodes = graph.nodeCount();
      delayNanos = new long[nodes];
      Arrays.fill(delayNanos, UNREACHED);
      hops = new int[nodes];
      arcInto = new int[nodes];
      Arrays.fill(arcInto, NONE);
      settled = new int[nodes];
      done = new boolean[nodes];
      heap = new int[nodes];
      position = new int[nodes];
    }

    void run() {
      delayNanos[source] = 0;
      insert(source);
      while (heapSize > 0) {
        int node = removeFirst();
        done[node] = true;
        settled[settledCount++] = node;
        for (int i = graph.firstOutgoing(node); i < graph.endOutgoing(node); i++) {
          int arc = graph.outgoingAt(i);
          int head = graph.head(arc);
          if (!done[head] && within.get(head) && !downLinks.get(RouterGraph.linkOf(arc))) {
            relax(node, arc, head);
          }
        }
      }
    }

    private void relax(int node, int arc, int head) {
      long delay = delayNanos[node] + graph.attributes(arc).delayNanos();
      boolean isNew = delayNanos[head] == UNREACHED;
      if (isNew || isBetter(delay, node, arc, head)) {
        delayNanos[head] = delay;
        hops[head] = hops[node] + 1;
        arcInto[head] = arc;
        if (isNew) {
          insert(head);
        } else {
          siftUp(position[head]);
        }
      }
    }

    private boolean isBetter(long delay, int node, int arc, int head) {
      if (delay != delayNanos[head]) {
        return delay < delayNanos[head];
      }
      if (hops[node] + 1 != hops[head]) {
        return hops[node] + 1 < hops[head];
      }
      int other = graph.tail(arcInto[head]);
      return node != other ? node < other : arc < arcInto[head];
    }

    private boolean isBefore(int a, int b) {
      if (delayNanos[a] != delayNanos[b]) {
        return delayNanos[a] < delayNanos[b];
      }
      return hops[a] != hops[b] ? hops[a] < hops[b] : a < b;
    }

    private void insert(int node) {
      heap[heapSize] = node;
      position[node] = heapSize;
      siftUp(heapSize++);
    }

    private int removeFirst() {
      int first = heap[0];
      int last = heap[--heapSize];
      if (heapSize > 0) {
        heap[0] = last;
        position[last] = 0;
        siftDown(0);
      }
      return first;
    }

    private void siftUp(int start) {
      int at = start;
      int node = heap[at];
      while (at > 0 && isBefore(node, heap[(at - 1) / 2])) {
        place(heap[(at - 1) / 2], at);
        at = (at - 1) / 2;
      }
      place(node, at);
    }

    private void siftDown(int start) {
      int at = start;
      int node = heap[at];
      while (2 * at + 1 < heapSize) {
        int child = 2 * at + 1;
        if (child + 1 < heapSize && isBefore(heap[child + 1], heap[child])) {
          child++;
        }
        if (!isBefore(heap[child], node)) {
          break;
        }
        place(heap[child], at);
        at = child;
      }
      place(node, at);
    }

    private void place(int node, int at) {
      heap[at] = node;
      position[node] = at;
    }
  }
}
