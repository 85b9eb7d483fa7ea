package dev.diecast.daemon.network.model;

import dev.diecast.api.resources.PipeGraphs;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** PipeGraphs of model m with nodes a-0 and b-0, on either side of one link. */
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
    LinkChanges topology =
        LinkChanges.declared(
            List.of(
                new DeclaredLink(
                    "left",
                    "right",
                    Optional.of(1_000_000_000L),
                    Optional.of(delayNanos),
                    Optional.of(lossPartsPerBillion),
                    Optional.empty(),
                    down)),
            LinkDefaults.STANDARD);
    AttachedNetwork network =
        AttachedNetwork.attach(
            topology.topology(),
            List.of(
                new Attachment("a", 1, new Attachment.Listed(List.of("left")), ACCESS),
                new Attachment("b", 1, new Attachment.Listed(List.of("right")), ACCESS)));
    Map<String, Integer> groups = new LinkedHashMap<>();
    groups.put("a", 1);
    groups.put("b", 1);
    AddressPlan addresses = AddressPlan.of(Ipv4Subnet.parse("10.64.0.0/10"), groups);
    PipeGraphSpec spec =
        PipeGraphs.of(
            "m",
            revision,
            new Distillation.HopByHop(),
            network,
            topology.down(),
            addresses,
            List.of(hosts),
            new PipeHosts(2, List.of(0, 0, 0, hosts.length - 1)),
            hosts.length > 1 ? Optional.of(PEER_PORT) : Optional.empty());
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
        spec.attachments());
  }
}
