package dev.diecast.operator.network;

import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.NetworkSpec;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.TopologyConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMap;
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

  /** Whether a model's topology is in a ConfigMap. */
  static boolean isElsewhere(ScaleModel model) {
    return configMap(model).isPresent();
  }

  /** The ConfigMap that a model names, in the model's own namespace. */
  static Optional<TopologyConfigMap> configMap(ScaleModel model) {
    return Optional.ofNullable(model.getSpec())
        .flatMap(spec -> spec.networkSpec())
        .map(NetworkSpec::topology)
        .map(topology -> topology.configMap());
  }

  /**
   * @param find ConfigMaps of the model's namespace by their names
   */
  static TopologyText of(ScaleModel model, Function<String, Optional<ConfigMap>> find) {
    return configMap(model)
        .map(
            wanted ->
                find.apply(wanted.name())
                    .map(found -> textOf(found, wanted))
                    .orElseGet(() -> missing(model, wanted)))
        .orElseGet(None::new);
  }

  private static TopologyText missing(ScaleModel model, TopologyConfigMap wanted) {
    return new Missing(
        "there is no ConfigMap %s in namespace %s: create it, with the topology in GML under the key %s and the label %s"
            .formatted(
                wanted.name(),
                model.getMetadata().getNamespace(),
                wanted.keyOrDefault(),
                Api.LABEL_TOPOLOGY));
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
