package dev.diecast.core.network.topology;

import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.TopologyException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Topologies out of declared links, and with declared changes.
 *
 * @param topology with the attributes that hold
 * @param down indexes of the links that are down
 */
public record LinkChanges(Topology topology, BitSet down) {

  public LinkChanges {
    down = (BitSet) down.clone();
  }

  @Override
  public BitSet down() {
    return (BitSet) down.clone();
  }

  /**
   * The topology that these links make; its nodes are their ends, in the order in which they come.
   *
   * @throws TopologyException where an end is missing, or both are the same
   */
  public static LinkChanges declared(List<DeclaredLink> links, LinkDefaults defaults) {
    GraphDraft draft = new GraphDraft("topology of declared links");
    Set<String> ends = new LinkedHashSet<>();
    for (DeclaredLink link : links) {
      requireTwoEnds(link);
      ends.add(link.from());
      ends.add(link.to());
    }
    Map<String, Integer> indexes = new HashMap<>();
    ends.forEach(end -> indexes.put(end, draft.node(end, NodeKind.UNKNOWN)));
    BitSet down = new BitSet();
    for (int i = 0; i < links.size(); i++) {
      DeclaredLink link = links.get(i);
      draft.edge(indexes.get(link.from()), indexes.get(link.to()), link.given());
      down.set(i, link.down());
    }
    return new LinkChanges(draft.build(defaults), down);
  }

  private static void requireTwoEnds(DeclaredLink link) {
    if (link.from().equals(link.to())) {
      throw new TopologyException("link %s joins a node to itself".formatted(link));
    }
  }

  /**
   * The same topology where every link between the ends of a change is as that says; what it does
   * not say stays.
   *
   * @throws TopologyException where there is no such link
   */
  public LinkChanges with(List<DeclaredLink> changes) {
    List<Link> links = new ArrayList<>(topology.links());
    BitSet nowDown = down();
    Topology.NodeNames names = topology.names();
    for (DeclaredLink change : changes) {
      requireTwoEnds(change);
      int from = names.find(change.from()).index();
      int to = names.find(change.to()).index();
      boolean found = false;
      for (int i = 0; i < links.size(); i++) {
        Link link = links.get(i);
        if (link.a() == from && link.b() == to || link.a() == to && link.b() == from) {
          links.set(i, changed(link, change));
          nowDown.set(i, change.down());
          found = true;
        }
      }
      if (!found) {
        throw new TopologyException(
            "the topology has no link %s: name two of its nodes that have one".formatted(change));
      }
    }
    return new LinkChanges(
        new Topology(topology.name(), topology.nodes(), links, topology.notices()), nowDown);
  }

  private static Link changed(Link link, DeclaredLink change) {
    return new Link(
        link.index(),
        link.a(),
        link.b(),
        changed(link.forward(), change),
        changed(link.backward(), change));
  }

  private static PipeAttributes changed(PipeAttributes now, DeclaredLink change) {
    return new PipeAttributes(
        change.bitsPerSecond().orElse(now.bitsPerSecond()),
        change.delayNanos().orElse(now.delayNanos()),
        change.lossPartsPerBillion().orElse(now.lossPartsPerBillion()),
        change.queue().orElse(now.queue()));
  }
}
