package dev.diecast.operator.network;

import dev.diecast.api.resources.ModelNetwork;
import dev.diecast.api.resources.NetworkRefusal;
import dev.diecast.api.resources.PipeGraphs;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.DilationHostStatus;
import dev.diecast.api.v1alpha1.Engine;
import dev.diecast.api.v1alpha1.NetworkStatus;
import dev.diecast.api.v1alpha1.PipeGraphSpec;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.core.network.assign.BusiestPipe;
import dev.diecast.core.network.assign.HostLoad;
import dev.diecast.core.network.assign.PipeAssignment;
import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.attach.Islands;
import dev.diecast.core.network.distill.Contention;
import dev.diecast.core.network.distill.DistillationError;
import dev.diecast.core.network.distill.DistilledNetwork;
import dev.diecast.core.network.distill.LongestPath;
import dev.diecast.operator.plan.DesiredNodes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A model's network on its hosts: DISTILL and ASSIGN, where BIND is the placement of the nodes.
 * Pure.
 */
public final class NetworkDesign {

  private static final int MOST_NOTICES = 20;
  private static final int PER_CENT = 100;

  private final ScaleModel model;
  private final ModelNetwork network;
  private final DistilledNetwork distilled;
  private final List<String> hosts;
  private final PipeAssignment assignment;

  private NetworkDesign(
      ScaleModel model,
      ModelNetwork network,
      DistilledNetwork distilled,
      List<String> hosts,
      PipeAssignment assignment) {
    this.model = model;
    this.network = network;
    this.distilled = distilled;
    this.hosts = hosts;
    this.assignment = assignment;
  }

  /**
   * @param nodes all of the model's, each with its host
   */
  public static NetworkDesign of(
      ScaleModel model, ModelNetwork network, Collection<DilatedNode> nodes) {
    Map<String, String> hostByNode = new HashMap<>();
    nodes.forEach(node -> hostByNode.put(node.getMetadata().getName(), node.getSpec().host()));
    List<String> hosts = List.copyOf(new TreeSet<>(hostByNode.values()));
    List<Integer> bound = new ArrayList<>();
    for (String name : DesiredNodes.names(model)) {
      bound.add(hosts.indexOf(hostByNode.get(name)));
    }
    DistilledNetwork distilled = network.distilled().withLinksDown(network.down());
    PipeAssignment assignment = PipeAssignment.around(distilled, hosts.size(), bound);
    return new NetworkDesign(model, network, distilled, hosts, assignment);
  }

  private Engine engine() {
    return model.getSpec().network().engineOrDefault();
  }

  /**
   * @param known all hosts, as their daemons describe them
   * @throws NetworkRefusal where the engine asked for cannot emulate it there
   */
  void requireEngine(Collection<DilationHost> known) {
    if (engine() == Engine.Core) {
      return;
    }
    if (hosts.size() > 1) {
      throw new NetworkRefusal(
          "engine",
          "is Kernel, whose pipes are all on one host, and the nodes are on %s: take Core, or a spec.hosts.selector of one host that has room for all"
              .formatted(String.join(", ", hosts)));
    }
    for (DilationHost host : known) {
      if (hosts.contains(host.getMetadata().getName())) {
        kernelObstacle(host)
            .ifPresent(
                reason -> {
                  throw new NetworkRefusal(
                      "engine",
                      "is Kernel, and host %s cannot do that: %s"
                          .formatted(host.getMetadata().getName(), reason));
                });
      }
    }
  }

  /** A host that does not say is tried: its daemon knows when it comes to it. */
  private static Optional<String> kernelObstacle(DilationHost host) {
    return Optional.ofNullable(host.getStatus())
        .map(DilationHostStatus::features)
        .map(DilationHostStatus.Features::kernelPipes)
        .filter(pipes -> Boolean.FALSE.equals(pipes.available()))
        .map(pipes -> Objects.requireNonNullElse(pipes.reason(), "take the engine Core"));
  }

  /**
   * @param peerPort for packets between hosts, where there are several
   */
  PipeGraphSpec graph(long revision, int peerPort) {
    return PipeGraphs.of(
        model.getMetadata().getName(),
        revision,
        network.distillation(),
        network.network(),
        network.down(),
        network.addresses(),
        hosts,
        assignment.pipeHosts(),
        hosts.size() > 1 ? Optional.of(peerPort) : Optional.empty(),
        engine());
  }

  /**
   * For people.
   *
   * @param graph name of the PipeGraph; null where there is none yet
   */
  public NetworkStatus status(String graph) {
    AttachedNetwork attached = network.network();
    Islands islands = Islands.of(attached, network.down());
    DistillationError error = DistillationError.measure(distilled);
    LongestPath longest = LongestPath.of(distilled);
    return new NetworkStatus(
        graph,
        attached.topology().nodes().size(),
        attached.topology().links().size(),
        network.down().cardinality(),
        network.distillation().toString(),
        engine(),
        distilled.counts().directed(),
        distilled.counts().estimatedBytes(),
        longest.pipes(),
        error(error),
        percent(assignment.crossHostShare()),
        assignment.busiest().map(this::saturates).orElse(null),
        islands.isOne() ? List.of() : islands.describe(attached),
        attached.topology().notices().stream().limit(MOST_NOTICES).toList(),
        hostLoads());
  }

  private static NetworkStatus.Error error(DistillationError error) {
    Contention contention = error.contention();
    return new NetworkStatus.Error(
        Math.round(error.pathDelayNanos().greatest() / 1000),
        Math.round(error.frameDelayNanos().greatest() / 1000),
        percent(error.bottleneckShare().greatest()),
        contention.sharingBottleneck() == 0
            ? 0
            : percent((double) contention.sharingBottleneckLost() / contention.sharingBottleneck()),
        error.exact() && contention.exact());
  }

  private String saturates(BusiestPipe pipe) {
    AttachedNetwork attached = network.network();
    return "%s to %s (%d bit/s): %d %% used when all nodes send at their access links' rate"
        .formatted(
            attached.vertexName(pipe.from()),
            attached.vertexName(pipe.to()),
            pipe.bitsPerSecond(),
            percent(pipe.utilisation()));
  }

  private List<NetworkStatus.Host> hostLoads() {
    List<NetworkStatus.Host> loads = new ArrayList<>();
    for (int i = 0; i < hosts.size(); i++) {
      HostLoad load = assignment.hosts().get(i);
      loads.add(
          new NetworkStatus.Host(
              hosts.get(i),
              load.virtualNodes(),
              load.pipes(),
              Math.round(load.pipeBitsPerSecond()),
              Math.round(load.sentBitsPerSecond())));
    }
    return loads;
  }

  private static int percent(double share) {
    return (int) Math.min(Integer.MAX_VALUE, Math.round(share * PER_CENT));
  }
}
