package dev.diecast.core.network.topology;

import dev.diecast.core.network.TopologyException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The network that is to be emulated: nodes and links, every link with all its attributes.
 *
 * @param name of the network, or empty
 * @param notices what was made of input that is not as one would expect it, for the user to read
 */
public record Topology(
    String name, List<TopologyNode> nodes, List<Link> links, List<String> notices) {

  public static final int MAXIMUM_NODES = 50_000;
  public static final int MAXIMUM_LINKS = 200_000;

  public Topology {
    nodes = List.copyOf(nodes);
    links = List.copyOf(links);
    notices = List.copyOf(notices);
    if (nodes.isEmpty()) {
      throw new TopologyException("the topology has no nodes: it needs at least one");
    }
    if (nodes.size() > MAXIMUM_NODES) {
      throw new TopologyException(
          "the topology has %d nodes: at most %d are handled"
              .formatted(nodes.size(), MAXIMUM_NODES));
    }
    if (links.size() > MAXIMUM_LINKS) {
      throw new TopologyException(
          "the topology has %d links: at most %d are handled"
              .formatted(links.size(), MAXIMUM_LINKS));
    }
  }

  /** Looks nodes up as users name them: by id, else by label where only one node has it. */
  public NodeNames names() {
    return new NodeNames(nodes);
  }

  /** An index of ids and labels. */
  public static final class NodeNames {
    private final Map<String, TopologyNode> byId = new HashMap<>();
    private final Map<String, List<TopologyNode>> byLabel = new HashMap<>();

    private NodeNames(List<TopologyNode> nodes) {
      for (TopologyNode node : nodes) {
        byId.put(node.id(), node);
        byLabel.computeIfAbsent(node.label(), label -> new ArrayList<>()).add(node);
      }
    }

    /**
     * @throws TopologyException where there is no such node, or several have the label
     */
    public TopologyNode find(String name) {
      TopologyNode node = byId.get(name);
      if (node != null) {
        return node;
      }
      List<TopologyNode> labelled = byLabel.getOrDefault(name, List.of());
      if (labelled.size() == 1) {
        return labelled.getFirst();
      }
      if (labelled.isEmpty()) {
        throw new TopologyException(
            "the topology has no node %s: write the id or label of one of its %d nodes"
                .formatted(name, byId.size()));
      }
      throw new TopologyException(
          "%d nodes have the label %s: write an id, such as %s"
              .formatted(labelled.size(), name, labelled.getFirst().id()));
    }
  }
}
