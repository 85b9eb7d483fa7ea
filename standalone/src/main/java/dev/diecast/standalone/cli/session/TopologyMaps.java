package dev.diecast.standalone.cli.session;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.api.resources.ModelNetwork;
import dev.diecast.api.resources.NetworkRefusal;
import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.Engine;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.TopologyConfigMap;
import dev.diecast.core.network.topology.LinkDefaults;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The ConfigMaps that the models of a file take their topologies from. */
public final class TopologyMaps {

  /** Of all data together (Kubernetes, {@code core.MaxSecretSize}). */
  private static final int MAXIMUM_DATA_BYTES = 1 << 20;

  private static final String FIELD = "spec.network.topology.configMap";
  private static final Set<String> FIELDS =
      Set.of("apiVersion", "kind", "metadata", "data", "binaryData", "immutable");

  /** A key of a ConfigMap, as a model names it. */
  private record Source(String namespace, String name, String key) {
    static Optional<Source> of(ScaleModel model) {
      return model
          .getSpec()
          .networkSpec()
          .map(network -> network.topology().configMap())
          .map(map -> of(model.getMetadata().getNamespace(), map));
    }

    private static Source of(String namespace, TopologyConfigMap map) {
      return new Source(namespace, map.name(), map.keyOrDefault());
    }

    boolean isIn(HasMetadata resource) {
      return resource instanceof ConfigMap map
          && map.getMetadata().getName().equals(name)
          && map.getMetadata().getNamespace().equals(namespace);
    }

    @Override
    public String toString() {
      return namespace + "/" + name;
    }
  }

  private TopologyMaps() {}

  /** Whether a document is one. */
  static boolean isOne(String apiVersion, String kind) {
    return apiVersion.equals("v1") && kind.equals("ConfigMap");
  }

  /**
   * What an API server would take without a word, or refuse only when much has been started.
   *
   * @throws Refusal naming field and mend
   */
  static void requireSound(String where, JsonNode document) {
    document
        .fieldNames()
        .forEachRemaining(
            field -> {
              if (!FIELDS.contains(field)) {
                throw new Refusal(
                    where + ": " + field + ": a ConfigMap has no such field; it has data");
              }
            });
    if (!document.at("/metadata/name").isTextual()) {
      throw new Refusal(where + ": metadata.name: missing; say what the ConfigMap is called");
    }
    for (Map.Entry<String, JsonNode> entry : document.path("data").properties()) {
      if (!entry.getValue().isTextual()) {
        throw new Refusal(
            "%s: data[%s]: is no text: write it as a block, \"%s: |\""
                .formatted(where, entry.getKey(), entry.getKey()));
      }
    }
  }

  /**
   * Checks the networks of a file's models as far as the file tells: a ConfigMap that is not in it
   * may be in the instance already.
   *
   * @throws Refusal naming object, field and mend
   */
  static void check(Path file, ModelFile read) {
    for (ScaleModel model : read.models()) {
      Optional<Source> source = Source.of(model);
      Optional<String> gml = source.flatMap(named -> gml(file, model, named, read.others()));
      if (model.getSpec().networkSpec().isPresent() && source.isPresent() == gml.isPresent()) {
        requireNetwork(file, model, gml);
      }
    }
  }

  private static void requireNetwork(Path file, ScaleModel model, Optional<String> gml) {
    try {
      ModelNetwork.of(model.getSpec(), gml);
    } catch (NetworkRefusal e) {
      throw new Refusal(
          "%s: ScaleModel %s: spec.network%s: %s"
              .formatted(
                  file,
                  model.getMetadata().getName(),
                  e.field().isEmpty() ? "" : "." + e.field(),
                  e.problem()));
    }
  }

  private static Optional<String> gml(
      Path file, ScaleModel model, Source source, List<HasMetadata> others) {
    List<HasMetadata> found = others.stream().filter(source::isIn).toList();
    if (found.size() > 1) {
      throw new Refusal(
          "%s: metadata.name: ConfigMap %s stands there twice; remove one of them"
              .formatted(file, source));
    }
    return found.stream().findFirst().map(map -> gml(file, model, source, (ConfigMap) map));
  }

  private static String gml(Path file, ScaleModel model, Source source, ConfigMap map) {
    String name = model.getMetadata().getName();
    Map<String, String> labels = map.getMetadata().getLabels();
    if (labels == null || !labels.containsKey(Api.LABEL_TOPOLOGY)) {
      throw new Refusal(
          "%s: ConfigMap %s: metadata.labels: ScaleModel %s takes its topology from it, which needs the label %s: \"true\" there"
              .formatted(file, source, name, Api.LABEL_TOPOLOGY));
    }
    Map<String, String> data = map.getData() == null ? Map.of() : map.getData();
    String text = data.get(source.key());
    if (text == null) {
      throw new Refusal(
          "%s: ScaleModel %s: %s.key: ConfigMap %s has no key %s under data; it has %s"
              .formatted(
                  file,
                  name,
                  FIELD,
                  source,
                  source.key(),
                  data.isEmpty() ? "none" : String.join(", ", data.keySet())));
    }
    return text;
  }

  /**
   * Refuses models that this machine's guests cannot be joined to: their cards have sockets.
   *
   * @throws Refusal naming model, field and mend
   */
  public static void requireCore(Path file, ModelFile read) {
    for (ScaleModel model : read.models()) {
      if (model
          .getSpec()
          .networkSpec()
          .filter(n -> n.engineOrDefault() != Engine.Core)
          .isPresent()) {
        throw new Refusal(
            "%s: ScaleModel %s: spec.network.engine: is Kernel, which joins tap devices, and guests on this machine have sockets: take Core or Auto here"
                .formatted(file, model.getMetadata().getName()));
      }
    }
  }

  /**
   * Refuses models whose topology could come from nowhere else than the file, and does not.
   *
   * @throws Refusal naming model, field and mend
   */
  public static void requireAll(Path file, ModelFile read) {
    for (ScaleModel model : read.models()) {
      Source.of(model)
          .filter(source -> read.others().stream().noneMatch(source::isIn))
          .ifPresent(
              source -> {
                throw new Refusal(
                    "%s: ScaleModel %s: %s.name: ConfigMap %s is not in the file: put it there, or give --topology FILE.gml"
                        .formatted(file, model.getMetadata().getName(), FIELD, source));
              });
    }
  }

  /**
   * The file with the topology of a GML file in the ConfigMap that its model names, in place of the
   * file's own.
   *
   * @throws Refusal where it is no topology, or it is not clear whose
   */
  static ModelFile with(Path file, ModelFile read, Path gml) {
    List<Source> sources =
        read.models().stream().map(Source::of).flatMap(Optional::stream).distinct().toList();
    if (sources.isEmpty()) {
      throw new Refusal(
          "--topology: no ScaleModel of %s takes its topology from a ConfigMap: write %s.name into the one that is to have it"
              .formatted(file, FIELD));
    }
    if (sources.size() > 1) {
      throw new Refusal(
          "--topology: the ScaleModels of %s take their topologies from %d ConfigMaps (%s), and the option is for one: take a file for each"
              .formatted(
                  file,
                  sources.size(),
                  String.join(
                      ", ", sources.stream().map(source -> source + " " + source.key()).toList())));
    }
    Source source = sources.getFirst();
    List<HasMetadata> others = new ArrayList<>(read.others());
    others.removeIf(source::isIn);
    others.add(
        new ConfigMapBuilder()
            .withNewMetadata()
            .withNamespace(source.namespace())
            .withName(source.name())
            .addToLabels(Api.LABEL_TOPOLOGY, "true")
            .endMetadata()
            .addToData(source.key(), text(gml))
            .build());
    return new ModelFile(read.models(), others);
  }

  private static String text(Path gml) {
    try {
      String text = TopologyFile.text(gml);
      TopologyFile.parse(gml, text, LinkDefaults.STANDARD);
      int bytes = text.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > MAXIMUM_DATA_BYTES) {
        throw new Refusal(
            "%s: has %d bytes, and a ConfigMap holds %d: leave out attributes that say nothing of links, or use spec.network.topology.generate"
                .formatted(gml, bytes, MAXIMUM_DATA_BYTES));
      }
      return text;
    } catch (Refusal e) {
      throw new Refusal("--topology: " + e.getMessage());
    }
  }
}
