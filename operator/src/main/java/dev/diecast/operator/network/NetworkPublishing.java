package dev.diecast.operator.network;

import dev.diecast.api.resources.ModelNetwork;
import dev.diecast.api.resources.NetworkRefusal;
import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.NetworkStatus;
import dev.diecast.api.v1alpha1.PipeGraph;
import dev.diecast.api.v1alpha1.PipeGraphSpec;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelStatus;
import dev.diecast.operator.plan.DesiredNodes;
import dev.diecast.operator.status.NetworkFacts;
import dev.diecast.operator.status.Verdict;
import dev.diecast.operator.store.CachedStore;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Publishes a model's network as a PipeGraph. What is published is never changed: another network
 * is another object with a greater revision, and the older ones go when it is there.
 */
public final class NetworkPublishing {

  /** On a PipeGraph: digest of all that it was made from. */
  static final String ANNOTATION_INPUTS = Api.GROUP + "/inputs-digest";

  /** Reason where the network cannot be had any more as it is asked for. */
  public static final String INVALID_NETWORK = "InvalidNetwork";

  private NetworkPublishing() {}

  /**
   * @param nodes the model's, all of them placed
   * @param hosts all of them
   * @param all PipeGraphs of all models
   */
  public static Optional<NetworkFacts> publish(
      ScaleModel model,
      TopologyText text,
      List<DilatedNode> nodes,
      Collection<DilationHost> hosts,
      Collection<PipeGraph> all,
      CachedStore<PipeGraph> store) {
    List<PipeGraph> graphs =
        all.stream()
            .filter(graph -> graph.getSpec().model().equals(model.getMetadata().getName()))
            .filter(
                graph ->
                    graph.getMetadata().getNamespace().equals(model.getMetadata().getNamespace()))
            .toList();
    int port = PeerPorts.of(graphs, all);
    if (model.getSpec().network() == null) {
      graphs.stream().filter(graph -> isOwn(model, graph)).forEach(store::delete);
      return Optional.empty();
    }
    Optional<PipeGraph> newest =
        graphs.stream().max(Comparator.comparingLong(NetworkPublishing::revision));
    Optional<PipeGraph> own = newest.filter(graph -> isOwn(model, graph));
    return Optional.of(
        switch (text) {
          case TopologyText.Missing missing ->
              unchanged(model, "spec.network.topology.configMap: " + missing.message());
          case TopologyText.Found found ->
              publish(
                  model, Optional.of(found.gml()), nodes, hosts, graphs, newest, own, port, store);
          case TopologyText.None _ ->
              publish(model, Optional.empty(), nodes, hosts, graphs, newest, own, port, store);
        });
  }

  private static NetworkFacts publish(
      ScaleModel model,
      Optional<String> gml,
      List<DilatedNode> nodes,
      Collection<DilationHost> hosts,
      Collection<PipeGraph> graphs,
      Optional<PipeGraph> newest,
      Optional<PipeGraph> own,
      int port,
      CachedStore<PipeGraph> store) {
    String digest = InputsDigest.of(model, gml, nodes);
    Optional<NetworkStatus> before =
        Optional.ofNullable(model.getStatus()).map(ScaleModelStatus::network);
    if (own.isPresent() && digest.equals(digestOf(own.get()))) {
      String name = own.get().getMetadata().getName();
      removeOlder(graphs, own.get(), store);
      if (before.filter(status -> name.equals(status.graph())).isPresent()) {
        return new NetworkFacts(published(before.get()), before);
      }
    }
    try {
      ModelNetwork network = ModelNetwork.of(model.getSpec(), gml);
      NetworkDesign design = NetworkDesign.of(model, network, nodes);
      design.requireEngine(hosts);
      Provenance provenance = new Provenance(model, design, digest, port);
      PipeGraph graph =
          own.filter(there -> digest.equals(digestOf(there)) && provenance.isTrusted(there))
              .orElseGet(
                  () -> {
                    PipeGraph written =
                        store.apply(desired(model, provenance.successor(graphs, newest), digest));
                    removeOlder(graphs, written, store);
                    return written;
                  });
      NetworkStatus status = design.status(graph.getMetadata().getName());
      return new NetworkFacts(published(status), Optional.of(status));
    } catch (NetworkRefusal refusal) {
      return unchanged(model, "spec.network." + refusal.getMessage());
    }
  }

  /** What was published last stays in force. */
  private static NetworkFacts unchanged(ScaleModel model, String problem) {
    return new NetworkFacts(
        Verdict.no(INVALID_NETWORK, problem + " (pipes stay as they were)"),
        Optional.ofNullable(model.getStatus()).map(ScaleModelStatus::network));
  }

  private static Verdict published(NetworkStatus status) {
    return Verdict.yes(
        "Published",
        "%d pipes on %d %s (PipeGraph %s)"
            .formatted(
                status.pipes(),
                status.hosts().size(),
                status.hosts().size() == 1 ? "host" : "hosts",
                status.graph()));
  }

  private static PipeGraph desired(ScaleModel model, PipeGraphSpec spec, String digest) {
    PipeGraph graph = new PipeGraph();
    graph.setMetadata(
        new ObjectMetaBuilder()
            .withName(Provenance.name(model, spec.revision(), digest))
            .withNamespace(model.getMetadata().getNamespace())
            .addToLabels(Api.LABEL_MODEL, model.getMetadata().getName())
            .addToAnnotations(ANNOTATION_INPUTS, digest)
            .withOwnerReferences(DesiredNodes.ownedBy(model))
            .build());
    graph.setSpec(spec);
    return graph;
  }

  private static void removeOlder(
      Collection<PipeGraph> graphs, PipeGraph kept, CachedStore<PipeGraph> store) {
    graphs.stream()
        .filter(graph -> !graph.isMarkedForDeletion() && revision(graph) < revision(kept))
        .forEach(store::delete);
  }

  static boolean isOwn(ScaleModel model, PipeGraph graph) {
    return DesiredNodes.controllerUid(graph)
        .filter(model.getMetadata().getUid()::equals)
        .isPresent();
  }

  static long revision(PipeGraph graph) {
    return graph.getSpec().revision();
  }

  static String digestOf(PipeGraph graph) {
    return graph.getMetadata().getAnnotations() == null
        ? ""
        : graph.getMetadata().getAnnotations().getOrDefault(ANNOTATION_INPUTS, "");
  }
}
