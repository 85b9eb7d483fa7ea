package dev.diecast.core.network.topology;

import dev.diecast.core.network.TopologyException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A topology while a generator makes it. */
final class GraphDraft {
  private final String name;
  private final List<TopologyNode> nodes = new ArrayList<>();
  private final List<EdgeDraft> edges = new ArrayList<>();

  GraphDraft(String name) {
    this.name = name;
  }

  int size() {
    return nodes.size();
  }

  /** Returns the node's index. */
  int node(String id, NodeKind kind) {
    if (nodes.size() == Topology.MAXIMUM_NODES) {
      throw new TopologyException(
          "a %s has more than %d nodes: no more are handled"
              .formatted(name, Topology.MAXIMUM_NODES));
    }
    nodes.add(new TopologyNode(nodes.size(), id, id, kind, Optional.empty()));
    return nodes.size() - 1;
  }

  void edge(int a, int b) {
    edge(a, b, GivenAttributes.NONE);
  }

  void edge(int a, int b, GivenAttributes given) {
    if (edges.size() == Topology.MAXIMUM_LINKS) {
      throw new TopologyException(
          "a %s has more than %d links: no more are handled"
              .formatted(name, Topology.MAXIMUM_LINKS));
    }
    edges.add(new EdgeDraft(nodes.get(a).id(), nodes.get(b).id(), 0, given));
  }

  Topology build(LinkDefaults defaults) {
    Notices notices = new Notices();
    List<Link> links = new LinkBuilder(nodes, edges, false, defaults, notices).build();
    return new Topology(name, nodes, links, notices.toList());
  }
}
