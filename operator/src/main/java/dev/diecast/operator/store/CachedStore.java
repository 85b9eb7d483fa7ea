package dev.diecast.operator.store;

import dev.diecast.api.v1alpha1.ScaleModel;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;

/** Writes a model's objects so that the reconciler's cache knows of them at once. */
public final class CachedStore<R extends HasMetadata> {

  private final Context<ScaleModel> context;
  private final InformerEventSource<R, ScaleModel> cache;

  public CachedStore(Context<ScaleModel> context, InformerEventSource<R, ScaleModel> cache) {
    this.context = context;
    this.cache = cache;
  }

  /** By server-side apply. */
  public R apply(R resource) {
    return context.resourceOperations().serverSideApply(resource, cache);
  }

  /** The very object that was planned away, not a newer one of its name. */
  public void delete(R resource) {
    KubernetesClient client = context.getClient();
    client
        .resource(resource)
        .lockResourceVersion(resource.getMetadata().getResourceVersion())
        .delete();
  }
}
