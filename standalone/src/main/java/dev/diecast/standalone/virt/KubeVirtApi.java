package dev.diecast.standalone.virt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diecast.api.v1alpha1.Api;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Optional;

/**
 * KubeVirt's objects as JSON trees. Trees, not classes: every field of the schema must be seen, the
 * unsupported ones above all, and the 491 classes of the whole schema need not be loaded.
 */
final class KubeVirtApi {

  static final String GROUP_VERSION = "kubevirt.io/v1";
  static final ResourceDefinitionContext MACHINES =
      context("kubevirt.io", "v1", "VirtualMachine", "virtualmachines", true);
  static final ResourceDefinitionContext INSTANCES =
      context("kubevirt.io", "v1", "VirtualMachineInstance", "virtualmachineinstances", true);

  private static final ResourceDefinitionContext NODES =
      context(Api.GROUP, Api.VERSION, "DilatedNode", "dilatednodes", true);

  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final KubernetesClient client;

  KubeVirtApi(KubernetesClient client) {
    this.client = client;
  }

  SharedIndexInformer<GenericKubernetesResource> inform(
      ResourceDefinitionContext kind, ResourceEventHandler<GenericKubernetesResource> handler) {
    return client
        .genericKubernetesResources(kind)
        .inAnyNamespace()
        .runnableInformer(0)
        .addEventHandler(handler);
  }

  static ObjectNode tree(GenericKubernetesResource resource) {
    return MAPPER.valueToTree(resource);
  }

  /** An instancetype or preference, namespaced or not by its kind. */
  Optional<JsonNode> expansion(String kind, String namespace, String name) {
    boolean cluster = kind.startsWith("VirtualMachineCluster");
    ResourceDefinitionContext context =
        context("instancetype.kubevirt.io", "v1beta1", kind, kind.toLowerCase() + "s", !cluster);
    GenericKubernetesResource found =
        cluster
            ? client.genericKubernetesResources(context).withName(name).get()
            : client
                .genericKubernetesResources(context)
                .inNamespace(namespace)
                .withName(name)
                .get();
    return Optional.ofNullable(found).map(resource -> tree(resource).path("spec"));
  }

  /** Creates an instance; it may be there already. */
  void createInstance(ObjectNode instance) {
    try {
      client
          .genericKubernetesResources(INSTANCES)
          .inNamespace(instance.at("/metadata/namespace").asText())
          .resource(MAPPER.convertValue(instance, GenericKubernetesResource.class))
          .create();
    } catch (KubernetesClientException e) {
      if (!isConflict(e)) {
        throw e;
      }
    }
  }

  /** The DilatedNode that an instance is of, which has its name. */
  Optional<ObjectNode> nodeOf(ObjectNode instance) {
    return Optional.ofNullable(
            client
                .genericKubernetesResources(NODES)
                .inNamespace(instance.at("/metadata/namespace").asText())
                .withName(instance.at("/metadata/name").asText())
                .get())
        .map(KubeVirtApi::tree);
  }

  /** All instances there are now. */
  List<ObjectNode> instances() {
    return client.genericKubernetesResources(INSTANCES).inAnyNamespace().list().getItems().stream()
        .map(KubeVirtApi::tree)
        .toList();
  }

  void deleteInstance(String namespace, String name) {
    client.genericKubernetesResources(INSTANCES).inNamespace(namespace).withName(name).delete();
  }

  /** Writes what differs, and nothing where nothing does; an object that is gone stays gone. */
  void patch(ResourceDefinitionContext kind, ObjectNode before, ObjectNode after) {
    MergePatch.between(plain(before), plain(after))
        .ifPresent(
            patch ->
                ignoringGone(
                    () ->
                        client
                            .genericKubernetesResources(kind)
                            .inNamespace(before.at("/metadata/namespace").asText())
                            .withName(before.at("/metadata/name").asText())
                            .patch(PatchContext.of(PatchType.JSON_MERGE), patch.toString())));
  }

  /**
   * The same, refused with a conflict where the object has changed since {@code before} was read:
   * for lists that others write too.
   */
  void patchGuarded(ResourceDefinitionContext kind, ObjectNode before, ObjectNode after) {
    ObjectNode unversioned = before.deepCopy();
    ((ObjectNode) unversioned.path("metadata")).remove("resourceVersion");
    if (!before.equals(after)) {
      patch(kind, unversioned, after);
    }
  }

  /**
   * The same of a machine's status, which is a subresource; an instance's is not in KubeVirt.
   * Refused with a conflict where the machine has changed since it was read: conditions are a list,
   * and a merge patch replaces lists whole.
   *
   * @return whether it was written; where not, it was so already
   */
  boolean patchMachineStatus(ObjectNode machine, ObjectNode status) {
    ObjectNode before = machine.path("status") instanceof ObjectNode old ? old : object();
    Optional<ObjectNode> patch = MergePatch.between(plain(before), plain(status));
    patch.ifPresent(
        changes -> {
          ObjectNode body = object();
          body.putObject("metadata")
              .set("resourceVersion", machine.at("/metadata/resourceVersion"));
          body.set("status", changes);
          ignoringGone(
              () ->
                  client
                      .genericKubernetesResources(MACHINES)
                      .inNamespace(machine.at("/metadata/namespace").asText())
                      .withName(machine.at("/metadata/name").asText())
                      .subresource("status")
                      .patch(PatchContext.of(PatchType.JSON_MERGE), body.toString()));
        });
    return patch.isPresent();
  }

  /** Whether a write was refused since the object had changed: read again, try again. */
  static boolean isConflict(Throwable e) {
    return e instanceof KubernetesClientException api && api.getCode() == CONFLICT;
  }

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** As if just read: an int and a long of the same value are different to Jackson's trees. */
  private static ObjectNode plain(ObjectNode tree) {
    try {
      return (ObjectNode) MAPPER.readTree(tree.toString());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Jackson reads what it writes", e);
    }
  }

  private static void ignoringGone(Runnable write) {
    try {
      write.run();
    } catch (KubernetesClientException e) {
      if (e.getCode() != NOT_FOUND) {
        throw e;
      }
    }
  }

  private static ResourceDefinitionContext context(
      String group, String version, String kind, String plural, boolean namespaced) {
    return new ResourceDefinitionContext.Builder()
        .withGroup(group)
        .withVersion(version)
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(namespaced)
        .build();
  }
}
