package dev.diecast.core.network.attach;

import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.TopologyException;
import dev.diecast.core.network.topology.NodeKind;
import dev.diecast.core.network.topology.Topology;
import dev.diecast.core.network.topology.TopologyNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * A topology with the nodes of a service on it: what is to be emulated, before distillation.
 *
 * <p>Vertices: nodes of the topology have their index, virtual node i has {@code routerCount() +
 * i}.
 */
public record AttachedNetwork(Topology topology, List<VirtualNode> virtualNodes) {

  public static final int MAXIMUM_VIRTUAL_NODES = 20_000;

  public AttachedNetwork {
    virtualNodes = List.copyOf(virtualNodes);
    if (virtualNodes.isEmpty()) {
      throw new TopologyException("no node is attached to the topology: attach at least one");
    }
    if (virtualNodes.size() > MAXIMUM_VIRTUAL_NODES) {
      throw new TopologyException(
          "%d nodes are attached: at most %d are handled"
              .formatted(virtualNodes.size(), MAXIMUM_VIRTUAL_NODES));
    }
  }

  /**
   * @throws TopologyException where a place does not exist, or a group is attached twice
   */
  public static AttachedNetwork attach(Topology topology, List<Attachment> attachments) {
    List<VirtualNode> virtualNodes = new ArrayList<>();
    Topology.NodeNames names = topology.names();
    Set<String> groups = new HashSet<>();
    for (Attachment attachment : attachments) {
      if (!groups.add(attachment.group())) {
        throw new TopologyException(
            "group %s is attached twice: attach it once, with all its places"
                .formatted(attachment.group()));
      }
      if (virtualNodes.size() + attachment.replicas() > MAXIMUM_VIRTUAL_NODES) {
        throw new TopologyException(
            "with group %s more than %d nodes are attached: no more are handled"
                .formatted(attachment.group(), MAXIMUM_VIRTUAL_NODES));
      }
      PipeAttributes access = attachment.access().complete();
      int[] routers = routers(topology, names, attachment);
      for (int ordinal = 0; ordinal < routers.length; ordinal++) {
        virtualNodes.add(
            new VirtualNode(
                virtualNodes.size(),
                attachment.group(),
                ordinal,
                routers[ordinal],
                access,
                access));
      }
    }
    return new AttachedNetwork(topology, virtualNodes);
  }

  private static int[] routers(Topology topology, Topology.NodeNames names, Attachment attachment) {
    int[] routers = new int[attachment.replicas()];
    switch (attachment.places()) {
      case Attachment.Listed listed -> {
        List<TopologyNode> places =
            listed.nodes().stream().map(name -> place(names, attachment, name)).toList();
        for (int i = 0; i < routers.length; i++) {
          routers[i] = places.get(i % places.size()).index();
        }
      }
      case Attachment.RoundRobin roundRobin -> {
        int[] candidates = candidates(topology);
        for (int i = 0; i < routers.length; i++) {
          routers[i] = candidates[i % candidates.length];
        }
      }
      case Attachment.AtRandom atRandom -> {
        int[] candidates = candidates(topology);
        Random random = new Random(atRandom.seed());
        for (int i = 0; i < routers.length; i++) {
          routers[i] = candidates[random.nextInt(candidates.length)];
        }
      }
    }
    return routers;
  }

  private static TopologyNode place(Topology.NodeNames names, Attachment attachment, String name) {
    try {
      return names.find(name);
    } catch (TopologyException unknown) {
      throw new TopologyException(
          "group %s cannot be attached: %s".formatted(attachment.group(), unknown.getMessage()),
          unknown);
    }
  }

  /** How many nodes of the topology take virtual nodes where none is named. */
  public static int places(Topology topology) {
    return candidates(topology).length;
  }

  private static int[] candidates(Topology topology) {
    int[] stubs = indexes(topology, NodeKind.STUB);
    return stubs.length > 0
        ? stubs
        : topology.nodes().stream().mapToInt(TopologyNode::index).toArray();
  }

  private static int[] indexes(Topology topology, NodeKind kind) {
    return topology.nodes().stream()
        .filter(node -> node.kind() == kind)
        .mapToInt(TopologyNode::index)
        .toArray();
  }

  public int routerCount() {
    return topology.nodes().size();
  }

  public int vertexCount() {
    return routerCount() + virtualNodes.size();
  }

  /** The vertex of a virtual node. */
  public int vertex(VirtualNode node) {
    return routerCount() + node.index();
  }

  /** For people: the label of a topology's node, or the name of a virtual node. */
  public String vertexName(int vertex) {
    return vertex < routerCount()
        ? topology.nodes().get(vertex).toString()
        : virtualNodes.get(vertex - routerCount()).name();
  }
}
