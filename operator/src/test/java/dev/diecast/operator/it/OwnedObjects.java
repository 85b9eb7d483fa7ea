package dev.diecast.operator.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.PipeGraph;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.operator.vm.BootMark;
import dev.diecast.operator.vm.KubeVirt;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The models of a namespace and all objects that there are of them. */
final class OwnedObjects {

  /** Fields of an object's metadata that say what it is, not when and how it came to be. */
  private static final List<String> LASTING = List.of("name", "labels", "annotations");

  /** Fields anywhere that a clock or a uid is in. */
  private static final List<String> TIMES =
      List.of("lastTransitionTime", "modelClockOrigin", Api.ANNOTATION_ORIGIN, BootMark.ANNOTATION);

  private final List<HasMetadata> all = new ArrayList<>();

  private OwnedObjects() {}

  static OwnedObjects of(KubernetesClient client, Cluster cluster) {
    OwnedObjects objects = new OwnedObjects();
    objects.all.addAll(
        client.resources(ScaleModel.class).inNamespace(cluster.name()).list().getItems());
    objects.all.addAll(cluster.nodes());
    objects.all.addAll(cluster.machines());
    objects.all.addAll(cluster.instances());
    objects.all.addAll(
        client.resources(PipeGraph.class).inNamespace(cluster.name()).list().getItems());
    return objects;
  }

  /**
   * What each is, by kind and name, without what the server or a clock has given: a uid is the name
   * of its object, times are gone, and the mark of a VM's spec, which has a uid in it.
   */
  Map<String, JsonNode> normalized() {
    Map<String, String> names = new TreeMap<>();
    all.forEach(o -> names.put(o.getMetadata().getUid(), "uid-of-" + name(o)));
    Map<String, JsonNode> normalized = new TreeMap<>();
    for (HasMetadata object : all) {
      String text = Serialization.asJson(object);
      for (String uid : uids(object)) {
        text = text.replace(uid, names.getOrDefault(uid, "uid-of-nobody"));
      }
      ObjectNode json = Serialization.unmarshal(text, ObjectNode.class);
      ObjectNode metadata = (ObjectNode) json.get("metadata");
      metadata.retain(LASTING);
      withoutTimes(json);
      normalized.put(name(object), json);
    }
    return normalized;
  }

  private static List<String> uids(HasMetadata object) {
    List<String> uids = new ArrayList<>();
    uids.add(object.getMetadata().getUid());
    object.getMetadata().getOwnerReferences().forEach(owner -> uids.add(owner.getUid()));
    // A guest's firmware has the uid of its node, which is its VM's owner and not its instance's.
    if (object.getKind().equals(KubeVirt.VIRTUAL_MACHINE_INSTANCE.getKind())) {
      KubeVirt.textAt((GenericKubernetesResource) object, "spec", "domain", "firmware", "uuid")
          .ifPresent(uids::add);
    }
    return uids;
  }

  private static void withoutTimes(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.remove(TIMES);
    }
    node.forEach(OwnedObjects::withoutTimes);
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** Objects without one living owner, but for models. */
  List<String> orphans() {
    Set<String> living = new HashSet<>();
    all.forEach(object -> living.add(object.getMetadata().getUid()));
    return all.stream()
        .filter(object -> !(object instanceof ScaleModel))
        .filter(
            object ->
                object.getMetadata().getOwnerReferences().size() != 1
                    || !living.containsAll(
                        object.getMetadata().getOwnerReferences().stream()
                            .map(OwnerReference::getUid)
                            .toList()))
        .map(OwnedObjects::name)
        .toList();
  }

  private static String name(HasMetadata object) {
    return object.getKind() + "/" + object.getMetadata().getName();
  }
}
