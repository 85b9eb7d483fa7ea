package dev.diecast.standalone.cli.session;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.TargetMachine;
import dev.diecast.api.validation.FieldError;
import dev.diecast.api.validation.ScaleModelValidation;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A file that a user wrote: ScaleModels, and what they need beside them (instancetypes,
 * preferences, ConfigMaps with topologies). Read strictly, since an API server drops a misspelt
 * field without a word.
 */
public record ModelFile(List<ScaleModel> models, List<HasMetadata> others) {

  /** KubeVirt kinds that may stand beside a model. */
  private static final Set<String> COMPANIONS =
      Set.of(
          "VirtualMachineInstancetype",
          "VirtualMachineClusterInstancetype",
          "VirtualMachinePreference",
          "VirtualMachineClusterPreference");

  private static final String KERNEL_IMAGE = "/spec/domain/firmware/kernelBoot/container/image";

  private static final ObjectMapper JSON = new ObjectMapper();

  public ModelFile {
    models = List.copyOf(models);
    others = List.copyOf(others);
  }

  /**
   * Reads and validates the file.
   *
   * @throws Refusal naming file, document, field and mend
   */
  public static ModelFile read(Path file) {
    List<ScaleModel> models = new ArrayList<>();
    List<HasMetadata> others = new ArrayList<>();
    int number = 0;
    for (JsonNode document : YamlDocuments.read(file)) {
      number++;
      String where = file + ", document " + number;
      if (!document.isObject()) {
        throw new Refusal(where + ": is no Kubernetes object (a mapping with apiVersion and kind)");
      }
      String kind = document.path("kind").asText("");
      String apiVersion = document.path("apiVersion").asText("");
      if (kind.equals("ScaleModel") && apiVersion.equals(Api.GROUP + "/" + Api.VERSION)) {
        models.add(scaleModel(where, document));
      } else if (COMPANIONS.contains(kind) && apiVersion.startsWith("instancetype.kubevirt.io/")) {
        others.add(convert(where, document, GenericKubernetesResource.class));
      } else if (TopologyMaps.isOne(apiVersion, kind)) {
        TopologyMaps.requireSound(where, document);
        others.add(inNamespace(convert(where, document, ConfigMap.class)));
      } else {
        throw new Refusal(
            "%s: is %s %s; expected apiVersion %s/%s, kind ScaleModel (or beside it a KubeVirt instancetype or preference, or a v1 ConfigMap)"
                .formatted(where, apiVersion, kind, Api.GROUP, Api.VERSION));
      }
    }
    if (models.isEmpty()) {
      throw new Refusal(file + ": holds no ScaleModel");
    }
    refuseTwice(file, models);
    return new ModelFile(models, others);
  }

  /**
   * An image that a group's guests boot from.
   *
   * @param field that names it, such as {@code ScaleModel shop: spec.groups[0].vm.image}
   * @param machine of its guests
   * @param onNetwork whether they must know how to join one
   */
  record ImageUse(String field, String image, TargetMachine machine, boolean onNetwork) {}

  /** All that the models boot from. */
  List<ImageUse> images() {
    List<ImageUse> images = new ArrayList<>();
    for (ScaleModel model : models) {
      boolean onNetwork = model.getSpec().networkSpec().isPresent();
      List<NodeGroup> groups = model.getSpec().groups();
      for (int i = 0; i < groups.size(); i++) {
        NodeGroup group = groups.get(i);
        String field =
            "ScaleModel %s: spec.groups[%d].vm".formatted(model.getMetadata().getName(), i);
        if (group.vm().image() != null) {
          images.add(
              new ImageUse(field + ".image", group.vm().image(), group.machine(), onNetwork));
        }
        if (group.vm().template() != null) {
          JsonNode image = group.vm().template().at(KERNEL_IMAGE);
          if (image.isTextual()) {
            images.add(
                new ImageUse(
                    field + ".template" + KERNEL_IMAGE.replace('/', '.'),
                    image.asText(),
                    group.machine(),
                    onNetwork));
          }
        }
      }
    }
    return images;
  }

  private static void refuseTwice(Path file, List<ScaleModel> models) {
    Set<String> seen = new HashSet<>();
    for (ScaleModel model : models) {
      String name = model.getMetadata().getNamespace() + "/" + model.getMetadata().getName();
      if (!seen.add(name)) {
        throw new Refusal(
            "%s: metadata.name: ScaleModel %s stands there twice; give the second another name"
                .formatted(file, name));
      }
    }
  }

  private static ScaleModel scaleModel(String where, JsonNode document) {
    List<FieldError> errors = ScaleModelValidation.validate(document);
    if (!errors.isEmpty()) {
      throw new Refusal(
          errors.stream()
              .map(error -> where + ": " + error.field() + ": " + error.message())
              .toList());
    }
    return inNamespace(convert(where, document, ScaleModel.class));
  }

  private static <T extends HasMetadata> T inNamespace(T resource) {
    if (resource.getMetadata().getNamespace() == null) {
      resource.getMetadata().setNamespace("default");
    }
    return resource;
  }

  private static <T> T convert(String where, JsonNode tree, Class<T> type) {
    try {
      return JSON.treeToValue(tree, type);
    } catch (JsonProcessingException e) {
      throw new Refusal(where + ": " + e.getOriginalMessage());
    }
  }
}
