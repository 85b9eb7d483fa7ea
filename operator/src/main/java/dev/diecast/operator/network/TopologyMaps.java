package dev.diecast.operator.network;

import dev.diecast.api.v1alpha1.ScaleModel;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Optional;
import java.util.function.Function;

/** The ConfigMaps that hold models' topologies, as the operator finds them. */
public final class TopologyMaps {

  private TopologyMaps() {}

  /** Which ConfigMap a model names. */
  public static Optional<ResourceID> of(ScaleModel model) {
    return TopologyText.configMap(model)
        .map(configMap -> new ResourceID(configMap.name(), model.getMetadata().getNamespace()));
  }

  /**
   * @param watched labelled ConfigMaps as the operator knows them
   */
  public static TopologyText read(
      ScaleModel model,
      Function<ResourceID, Optional<ConfigMap>> watched,
      KubernetesClient client) {
    String namespace = model.getMetadata().getNamespace();
    return TopologyText.of(
        model,
        name ->
            watched
                .apply(new ResourceID(name, namespace))
                .or(
                    () ->
                        Optional.ofNullable(
                            client.configMaps().inNamespace(namespace).withName(name).get())));
  }
}
