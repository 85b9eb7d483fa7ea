package dev.diecast.daemon.network.model;

import dev.diecast.api.resources.PipeGraphs;
import dev.diecast.api.v1alpha1.Engine;
import dev.diecast.api.v1alpha1.PipeGraph;
import dev.diecast.api.v1alpha1.PipeGraphSpec;
import dev.diecast.core.network.address.AddressPlan;
import dev.diecast.core.network.address.Ipv4Subnet;
import dev.diecast.core.network.assign.PipeHosts;
import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.attach.Attachment;
import dev.diecast.core.network.distill.Distillation;
import dev.diecast.core.network.topology.DeclaredLink;
import dev.diecast.core.network.topology.LinkChanges;
import dev.diecast.core.network.topology.LinkDefaults;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** PipeGraphs of model m with nodes a-0 and b-0, on either side of one link, and of three. */
public final class TwoNodeGraph {
  /** Of those on two hosts; the first of the range. */
  public static final int PEER_PORT = 6490;

  private static final LinkDefaults.Attributes ACCESS =
      new LinkDefaults.Attributes(1_000_000_000, 0, 0, Optional.empty());

  private TwoNodeGraph() {}

  public static PipeGraph of(long revision, long delayNanos, boolean down, String... hosts) {
    return of(revision, delayNanos, 0, down, hosts);
  }

  /**
   * @param hosts that of a-0 and of both of the link's pipes, and that of b-0
   */
  static PipeGraph of(
      long revision, long delayNanos, int lossPartsPerBillion, boolean down, String... hosts) {
    return of(
        revision,
        link("left", "right", 1_000_000_000, delayNanos, lossPartsPerBillion, down),
        Map.of("a", "left", "b", "right"),
        new Distillation.HopByHop(),
        Engine.Core,
        new PipeHosts(2, List.of(0, 0, 0, hosts.length - 1)),
        hosts);
  }

  /** The same on host h1, end to end, by the kernel. */
  static PipeGraph ofKernel(long revision, long bitsPerSecond, long delayNanos) {
    return of(
        revision,
        link("left", "right", bitsPerSecond, delayNanos, 0, false),
        Map.of("a", "left", "b", "right"),
        new Distillation.EndToEnd(),
        Engine.Kernel,
        new PipeHosts(2, List.of(0, 0, 0, 0)),
        "h1");
  }

  /** With a third node, c-0, behind a second link. */
  static PipeGraph ofThree(long revision, long bitsPerSecond, long nearNanos, long farNanos) {
    return of(
        revision,
        List.of(
            link("left", "right", bitsPerSecond, nearNanos, 0, false).getFirst(),
            link("right", "beyond", bitsPerSecond, farNanos, 0, false).getFirst()),
        Map.of("a", "left", "b", "right", "c", "beyond"),
        new Distillation.EndToEnd(),
        Engine.Kernel,
        new PipeHosts(3, List.of(0, 0, 0, 0, 0, 0)),
        "h1");
  }

  private static List<DeclaredLink> link(
      String from, String to, long bitsPerSecond, long delayNanos, int loss, boolean down) {
    return List.of(
        new DeclaredLink(
            from,
            to,
            Optional.of(bitsPerSecond),
            Optional.of(delayNanos),
            Optional.of(loss),
            Optional.empty(),
            down));
  }

  private static PipeGraph of(
      long revision,
      List<DeclaredLink> links,
      Map<String, String> places,
      Distillation distillation,
      Engine engine,
      PipeHosts pipeHosts,
      String... hosts) {
    LinkChanges topology = LinkChanges.declared(links, LinkDefaults.STANDARD);
    Map<String, Integer> groups = new LinkedHashMap<>();
    List<Attachment> attachments = new ArrayList<>();
    new TreeMap<>(places)
        .forEach(
            (group, place) -> {
              groups.put(group, 1);
              attachments.add(
                  new Attachment(group, 1, new Attachment.Listed(List.of(place)), ACCESS));
            });
    PipeGraphSpec spec =
        PipeGraphs.of(
            "m",
            revision,
            distillation,
            AttachedNetwork.attach(topology.topology(), attachments),
            topology.down(),
            AddressPlan.of(Ipv4Subnet.parse("10.64.0.0/10"), groups),
            List.of(hosts),
            pipeHosts,
            hosts.length > 1 ? Optional.of(PEER_PORT) : Optional.empty(),
            engine);
    PipeGraph graph = new PipeGraph();
    graph.setMetadata(
        new ObjectMetaBuilder().withName("m-" + revision).withNamespace("default").build());
    graph.setSpec(spec);
    return graph;
  }

  /** One of which no network can be made. */
  static PipeGraphSpec unreadable(long revision) {
    PipeGraphSpec spec = of(revision, 1, false, "h1").getSpec();
    return new PipeGraphSpec(
        spec.model(),
        revision,
        "by-magic",
        spec.subnet(),
        spec.hosts(),
        spec.peerPort(),
        spec.routers(),
        spec.routerHosts(),
        spec.links(),
        spec.attachments(),
        spec.engine(),
        spec.lastTrustedRevision());
  }
}
