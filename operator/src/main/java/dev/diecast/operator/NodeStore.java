package dev.diecast.operator;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.ScaleModel;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;

/** Writes DilatedNodes so that the reconciler's cache knows of them at once. */
final class NodeStore {

  private final Context<ScaleModel> context;
  private final InformerEventSource<DilatedNode, ScaleModel> cache;

  NodeStore(Context<ScaleModel> context, InformerEventSource<DilatedNode, ScaleModel> cache) {
    this.context = context;
    this.cache = cache;
  }

  DilatedNode apply(DilatedNode node) {
    return context.resourceOperations().serverSideApply(node, cache);
  }

  /** The very object that was planned away, not a newer one of its name. */
  void delete(DilatedNode node) {
    KubernetesClient client = context.getClient();
    client.resource(node).lockResourceVersion(node.getMetadata().getResourceVersion()).delete();
  }
}
