package dev.diecast.api.resources;

import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.Engine;
import dev.diecast.api.v1alpha1.PipeGraphSpec;
import dev.diecast.api.v1alpha1.PipeGraphSpec.Attachment;
import dev.diecast.api.v1alpha1.PipeGraphSpec.PipeDescription;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.ethernet.Station;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.QueueLimit;
import dev.diecast.core.network.address.AddressPlan;
import dev.diecast.core.network.address.Ipv4Subnet;
import dev.diecast.core.network.assign.PipeHosts;
import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.attach.VirtualNode;
import dev.diecast.core.network.distill.Distillation;
import dev.diecast.core.network.topology.Link;
import dev.diecast.core.network.topology.NodeKind;
import dev.diecast.core.network.topology.Topology;
import dev.diecast.core.network.topology.TopologyNode;
import dev.diecast.core.pipe.EmulatedNetwork;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/** Networks to and from the object by which the operator hands them to the daemons. */
public final class PipeGraphs {

  private PipeGraphs() {}

  /**
   * What is written.
   *
   * @param hosts names, by the numbers of {@code pipeHosts}
   * @param peerPort UDP port on all of them; empty where there is one
   * @param engine that is to emulate it
   */
  public static PipeGraphSpec of(
      String model,
      long revision,
      Distillation distillation,
      AttachedNetwork network,
      BitSet down,
      AddressPlan addresses,
      List<String> hosts,
      PipeHosts pipeHosts,
      Optional<Integer> peerPort,
      Engine engine) {
    Topology topology = network.topology();
    return new PipeGraphSpec(
        model,
        revision,
        distillation.toString(),
        addresses.subnet().toString(),
        hosts,
        peerPort.orElse(null),
        topology.nodes().stream().map(TopologyNode::id).toList(),
        pipeHosts.hostOfVertex().subList(0, network.routerCount()),
        topology.links().stream().map(link -> link(link, down.get(link.index()))).toList(),
        attachments(network, addresses, pipeHosts),
        engine == Engine.Core ? null : engine,
        null);
  }

  private static PipeGraphSpec.Link link(Link link, boolean down) {
    return new PipeGraphSpec.Link(
        link.a(),
        link.b(),
        description(link.forward()),
        link.backward().equals(link.forward()) ? null : description(link.backward()),
        down ? true : null);
  }

  private static List<Attachment> attachments(
      AttachedNetwork network, AddressPlan addresses, PipeHosts pipeHosts) {
    List<Attachment> attachments = new ArrayList<>();
    for (AddressPlan.Block block : addresses.blocks()) {
      List<VirtualNode> nodes =
          network.virtualNodes().stream()
              .filter(node -> node.group().equals(block.group()))
              .toList();
      if (!nodes.isEmpty()) {
        attachments.add(
            new Attachment(
                block.group(),
                Ipv4Subnet.text(block.first()),
                nodes.stream().map(VirtualNode::router).toList(),
                nodes.stream()
                    .map(node -> pipeHosts.hostOfVertex().get(network.vertex(node)))
                    .toList(),
                description(nodes.getFirst().up())));
      }
    }
    return attachments;
  }

  private static PipeDescription description(PipeAttributes pipe) {
    return new PipeDescription(
        pipe.bitsPerSecond(),
        pipe.delayNanos(),
        pipe.lossPartsPerBillion() == 0 ? null : pipe.lossPartsPerBillion(),
        pipe.queue() instanceof QueueLimit.Packets packets ? packets.packets() : null,
        pipe.queue() instanceof QueueLimit.Bytes bytes ? bytes.bytes() : null);
  }

  private static PipeAttributes attributes(PipeDescription pipe) {
    return new PipeAttributes(
        pipe.bitsPerSecond(),
        Objects.requireNonNullElse(pipe.delayNanos(), 0L),
        Objects.requireNonNullElse(pipe.lossPartsPerBillion(), 0),
        queue(pipe));
  }

  private static QueueLimit queue(PipeDescription pipe) {
    if (pipe.queueBytes() != null) {
      return new QueueLimit.Bytes(pipe.queueBytes());
    }
    return pipe.queuePackets() == null
        ? QueueLimit.DEFAULT
        : new QueueLimit.Packets(pipe.queuePackets());
  }

  /**
   * The topology with the virtual nodes on it.
   *
   * @throws IllegalArgumentException where the object was not made by {@link #of}
   */
  public static AttachedNetwork network(PipeGraphSpec graph) {
    List<TopologyNode> nodes = new ArrayList<>();
    for (String router : graph.routers()) {
      nodes.add(new TopologyNode(nodes.size(), router, router, NodeKind.UNKNOWN, Optional.empty()));
    }
    List<Link> links = new ArrayList<>();
    for (PipeGraphSpec.Link link : graph.links()) {
      PipeAttributes forward = attributes(link.forward());
      PipeAttributes backward = link.backward() == null ? forward : attributes(link.backward());
      links.add(
          new Link(
              links.size(),
              Objects.checkIndex(link.a(), nodes.size()),
              Objects.checkIndex(link.b(), nodes.size()),
              forward,
              backward));
    }
    List<VirtualNode> virtualNodes = new ArrayList<>();
    for (Attachment attachment : graph.attachments()) {
      PipeAttributes access = attributes(attachment.access());
      for (int ordinal = 0; ordinal < attachment.routers().size(); ordinal++) {
        int router = Objects.checkIndex(attachment.routers().get(ordinal), nodes.size());
        virtualNodes.add(
            new VirtualNode(
                virtualNodes.size(), attachment.group(), ordinal, router, access, access));
      }
    }
    return new AttachedNetwork(new Topology(graph.model(), nodes, links, List.of()), virtualNodes);
  }

  /** Links that are down. */
  public static BitSet down(PipeGraphSpec graph) {
    BitSet down = new BitSet();
    IntStream.range(0, graph.links().size())
        .filter(link -> Boolean.TRUE.equals(graph.links().get(link).down()))
        .forEach(down::set);
    return down;
  }

  /** Which host, by its place in {@link PipeGraphSpec#hosts}, has which pipes and nodes. */
  public static PipeHosts hosts(PipeGraphSpec graph) {
    List<Integer> hosts = new ArrayList<>(graph.routerHosts());
    graph.attachments().forEach(attachment -> hosts.addAll(attachment.hosts()));
    return new PipeHosts(graph.routerHosts().size(), hosts);
  }

  /** What an engine is to do at this T. */
  public static EmulatedNetwork emulated(PipeGraphSpec graph, DilationFactor factor) {
    AttachedNetwork network = network(graph);
    return EmulatedNetwork.of(
        Distillation.parse(graph.distillation()).distill(network),
        down(graph),
        factor,
        stations(graph));
  }

  /** The virtual nodes with their addresses, by number. */
  public static List<Station> stations(PipeGraphSpec graph) {
    List<Station> stations = new ArrayList<>();
    for (Attachment attachment : graph.attachments()) {
      long first = Ipv4Subnet.address(attachment.firstAddress());
      for (int ordinal = 0; ordinal < attachment.routers().size(); ordinal++) {
        stations.add(AddressPlan.station(stations.size(), first + ordinal));
      }
    }
    return stations;
  }

  /** Names of the DilatedNodes of the virtual nodes, by number. */
  public static List<String> nodeNames(PipeGraphSpec graph) {
    List<String> names = new ArrayList<>();
    for (Attachment attachment : graph.attachments()) {
      for (int ordinal = 0; ordinal < attachment.routers().size(); ordinal++) {
        names.add(Api.nodeName(graph.model(), attachment.group(), ordinal));
      }
    }
    return names;
  }
}
