package dev.diecast.core.network.topology;

import dev.diecast.core.network.EthernetFrame;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.TopologyException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes links of edges: looks up their ends, pairs the directions of a directed graph, and
 * completes their attributes.
 */
final class LinkBuilder {
  private static final long FULL_FRAME_BITS = EthernetFrame.wireBits(EthernetFrame.FULL_BYTES);
  private static final long LONG_DELAY_NANOS = 10_000_000_000L;

  /** One edge with its ends; {@code back} is its opposite in a directed graph. */
  private record Joined(int a, int b, EdgeDraft edge, Optional<EdgeDraft> back) {}

  private final List<TopologyNode> nodes;
  private final List<EdgeDraft> edges;
  private final boolean directed;
  private final LinkDefaults defaults;
  private final Notices notices;

  private final Missing withoutBandwidth = new Missing();
  private final Missing withoutDelay = new Missing();

  /** The same attributes are one object: large topologies have few kinds of links. */
  private final Map<PipeAttributes, PipeAttributes> canonical = new HashMap<>();

  LinkBuilder(
      List<TopologyNode> nodes,
      List<EdgeDraft> edges,
      boolean directed,
      LinkDefaults defaults,
      Notices notices) {
    this.nodes = nodes;
    this.edges = edges;
    this.directed = directed;
    this.defaults = defaults;
    this.notices = notices;
  }

  List<Link> build() {
    List<Joined> joined = directed ? paired(joined()) : joined();
    boolean[] onlyOneNeighbour = onlyOneNeighbour(joined);
    List<Link> links = new ArrayList<>(joined.size());
    for (Joined edge : joined) {
      boolean access = isEdge(edge.a, onlyOneNeighbour) || isEdge(edge.b, onlyOneNeighbour);
      PipeAttributes forward = attributes(edge, edge.edge, access);
      PipeAttributes backward =
          edge.back.map(back -> attributes(edge, back, access)).orElse(forward);
      links.add(new Link(links.size(), edge.a, edge.b, forward, backward));
    }
    noteDefaults();
    return links;
  }

  private void noteDefaults() {
    LinkDefaults.Attributes access = defaults.access();
    LinkDefaults.Attributes transit = defaults.transit();
    if (withoutBandwidth.count > 0) {
      notices.add(
          "bandwidth by default",
          ("%d of %d edges say no bandwidth, the first in line %d: access links are taken to have"
                  + " %d bit/s, transit links %d bit/s")
              .formatted(
                  withoutBandwidth.count,
                  edges.size(),
                  withoutBandwidth.firstLine,
                  access.bitsPerSecond(),
                  transit.bitsPerSecond()));
    }
    if (withoutDelay.count > 0) {
      notices.add(
          "delay by default",
          ("%d of %d edges have neither a delay nor coordinates at both ends, the first in line %d:"
                  + " access links are taken to have %d us, transit links %d us")
              .formatted(
                  withoutDelay.count,
                  edges.size(),
                  withoutDelay.firstLine,
                  access.delayNanos() / 1000,
                  transit.delayNanos() / 1000));
    }
  }

  /** Edges of a file that do not say something. */
  private static final class Missing {
    private int count;
    private int firstLine;

    /** Generators have no lines, and know what they leave out. */
    void note(EdgeDraft edge) {
      if (edge.line() > 0 && count++ == 0) {
        firstLine = edge.line();
      }
    }
  }

  private List<Joined> joined() {
    Map<String, Integer> indexes = new HashMap<>();
    nodes.forEach(node -> indexes.put(node.id(), node.index()));
    List<Joined> joined = new ArrayList<>(edges.size());
    for (EdgeDraft edge : edges) {
      joined.add(
          new Joined(
              end(indexes, edge, edge.source(), "source"),
              end(indexes, edge, edge.target(), "target"),
              edge,
              Optional.empty()));
    }
    return joined;
  }

  private static int end(Map<String, Integer> indexes, EdgeDraft edge, String id, String key) {
    Integer index = indexes.get(id);
    if (index == null) {
      throw TopologyException.at(
          edge.line(),
          1,
          "the %s of this edge is %s, and there is no such node: write the id of a node"
              .formatted(key, id));
    }
    return index;
  }

  /** In a directed graph an edge and the next one the other way are one link's two pipes. */
  private List<Joined> paired(List<Joined> single) {
    List<Joined> links = new ArrayList<>();
    Map<Long, Deque<Integer>> waiting = new HashMap<>();
    for (Joined edge : single) {
      Deque<Integer> opposite = waiting.get(key(edge.b, edge.a));
      if (opposite != null && !opposite.isEmpty()) {
        int at = opposite.remove();
        Joined first = links.get(at);
        links.set(at, new Joined(first.a, first.b, first.edge, Optional.of(edge.edge)));
      } else {
        waiting.computeIfAbsent(key(edge.a, edge.b), k -> new ArrayDeque<>()).add(links.size());
        links.add(edge);
      }
    }
    for (Joined link : links) {
      if (link.back.isEmpty()) {
        notices.add(
            "edges of one direction",
            ("line %d: the graph is directed and nothing leads back from %s to %s:"
                    + " taken for a link with the same attributes both ways")
                .formatted(link.edge.line(), link.edge.target(), link.edge.source()));
      }
    }
    return links;
  }

  private static long key(int a, int b) {
    return (long) a << 32 | b;
  }

  private boolean[] onlyOneNeighbour(List<Joined> joined) {
    int[] neighbour = new int[nodes.size()];
    boolean[] several = new boolean[nodes.size()];
    for (Joined edge : joined) {
      note(neighbour, several, edge.a, edge.b);
      note(neighbour, several, edge.b, edge.a);
    }
    boolean[] one = new boolean[nodes.size()];
    for (int node = 0; node < one.length; node++) {
      one[node] = neighbour[node] != 0 && !several[node];
    }
    return one;
  }

  private static void note(int[] neighbour, boolean[] several, int node, int other) {
    if (neighbour[node] == 0) {
      neighbour[node] = other + 1;
    } else if (neighbour[node] != other + 1) {
      several[node] = true;
    }
  }

  private boolean isEdge(int node, boolean[] onlyOneNeighbour) {
    return onlyOneNeighbour[node] || nodes.get(node).kind() == NodeKind.STUB;
  }

  private PipeAttributes attributes(Joined link, EdgeDraft edge, boolean access) {
    Optional<Long> geographic = geographicDelay(link.a, link.b);
    PipeAttributes complete = edge.given().completed(defaults.of(access), geographic);
    if (edge.given().bitsPerSecond().isEmpty()) {
      withoutBandwidth.note(edge);
    }
    if (edge.given().delayNanos().or(() -> geographic).isEmpty()) {
      withoutDelay.note(edge);
    }
    if (complete.bitsPerSecond() < FULL_FRAME_BITS) {
      notices.add(
          "links slower than a packet a second",
          "line %d: at %d bit/s a full frame of %d bits takes more than a second"
              .formatted(edge.line(), complete.bitsPerSecond(), FULL_FRAME_BITS));
    }
    if (complete.delayNanos() > LONG_DELAY_NANOS) {
      notices.add(
          "delays above ten seconds",
          "line %d: the delay is %d s: is its unit the right one?"
              .formatted(edge.line(), complete.delayNanos() / 1_000_000_000L));
    }
    return canonical.computeIfAbsent(complete, attributes -> attributes);
  }

  private Optional<Long> geographicDelay(int a, int b) {
    return nodes
        .get(a)
        .location()
        .flatMap(from -> nodes.get(b).location().map(from::fibreDelayNanos));
  }
}
