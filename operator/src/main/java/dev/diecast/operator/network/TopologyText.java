package dev.diecast.operator.network;

import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.NetworkSpec;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.TopologyConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** The GML text that a model's topology is in. */
public sealed interface TopologyText {

  /** The model has no network, or its topology is in its spec. */
  record None() implements TopologyText {}

  /** The text. */
  record Found(String gml) implements TopologyText {}

  /** There is none where the model says, with the mend. */
  record Missing(String message) implements TopologyText {}

  /** Which ConfigMap a model names. */
  static Optional<ResourceID> configMapOf(ScaleModel model) {
    return Optional.ofNullable(model.getSpec())
        .flatMap(spec -> spec.networkSpec())
        .map(NetworkSpec::topology)
        .map(topology -> topology.configMap())
        .map(configMap -> new ResourceID(configMap.name(), model.getMetadata().getNamespace()));
  }

  /**
   * @param watched labelled ConfigMaps as the operator knows them
   */
  static TopologyText read(
      ScaleModel model,
      Function<ResourceID, Optional<ConfigMap>> watched,
      KubernetesClient client) {
    Optional<ResourceID> wanted = configMapOf(model);
    if (wanted.isEmpty()) {
      return new None();
    }
    ResourceID id = wanted.get();
    Optional<ConfigMap> found =
        watched
            .apply(id)
            .or(
                () ->
                    Optional.ofNullable(
                        client
                            .configMaps()
                            .inNamespace(id.getNamespace().orElseThrow())
                            .withName(id.getName())
                            .get()));
    return found
        .map(configMap -> textOf(configMap, model.getSpec().network().topology().configMap()))
        .orElseGet(
            () ->
                new Missing(
                    "there is no ConfigMap %s in namespace %s: create it, with the topology in GML under the key %s and the label %s"
                        .formatted(
                            id.getName(),
                            id.getNamespace().orElseThrow(),
                            model.getSpec().network().topology().configMap().keyOrDefault(),
                            Api.LABEL_TOPOLOGY)));
  }

  private static TopologyText textOf(ConfigMap configMap, TopologyConfigMap wanted) {
    String name = configMap.getMetadata().getName();
    Map<String, String> labels =
        Objects.requireNonNullElse(configMap.getMetadata().getLabels(), Map.of());
    if (!labels.containsKey(Api.LABEL_TOPOLOGY)) {
      return new Missing(
          "ConfigMap %s has no label %s, by which its changes are seen: kubectl label configmap %s %s="
              .formatted(name, Api.LABEL_TOPOLOGY, name, Api.LABEL_TOPOLOGY));
    }
    Map<String, String> data = Objects.requireNonNullElse(configMap.getData(), Map.of());
    String text = data.get(wanted.keyOrDefault());
    return text == null
        ? new Missing(
            "ConfigMap %s has no key %s: it has %s; name one of them as key"
                .formatted(name, wanted.keyOrDefault(), data.isEmpty() ? "none" : data.keySet()))
        : new Found(text);
  }
}
