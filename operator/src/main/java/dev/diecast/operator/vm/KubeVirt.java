package dev.diecast.operator.vm;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import java.util.Map;
import java.util.Optional;

/**
 * The kinds of KubeVirt that the operator reads and writes, as generic resources: it owns a handful
 * of their fields, so a partial model sent by server-side apply is the correct one.
 */
public final class KubeVirt {

  public static final GroupVersionKind VIRTUAL_MACHINE =
      new GroupVersionKind("kubevirt.io", "v1", "VirtualMachine");
  public static final GroupVersionKind VIRTUAL_MACHINE_INSTANCE =
      new GroupVersionKind("kubevirt.io", "v1", "VirtualMachineInstance");

  private static final String INSTANCETYPE_GROUP = "instancetype.kubevirt.io";
  private static final String INSTANCETYPE_VERSION = "v1beta1";

  private KubeVirt() {}

  /** How the client reaches VirtualMachines. */
  public static ResourceDefinitionContext virtualMachines() {
    return context("kubevirt.io", "v1", "VirtualMachine", true);
  }

  /** How the client reaches VirtualMachineInstances. */
  public static ResourceDefinitionContext virtualMachineInstances() {
    return context("kubevirt.io", "v1", "VirtualMachineInstance", true);
  }

  /**
   * How the client reaches instancetypes or preferences.
   *
   * @param kind such as {@code VirtualMachineClusterInstancetype}; cluster-wide kinds have {@code
   *     Cluster} in their names
   */
  public static ResourceDefinitionContext instancetypeKind(String kind) {
    return context(INSTANCETYPE_GROUP, INSTANCETYPE_VERSION, kind, !kind.contains("Cluster"));
  }

  /** The value at a path of field names in a resource, where every step is there. */
  public static Optional<Object> at(GenericKubernetesResource resource, String... path) {
    Object value = resource.getAdditionalProperties();
    for (String step : path) {
      if (!(value instanceof Map<?, ?> fields)) {
        return Optional.empty();
      }
      value = fields.get(step);
    }
    return Optional.ofNullable(value);
  }

  /** The text at a path of field names. */
  public static Optional<String> textAt(GenericKubernetesResource resource, String... path) {
    return at(resource, path).map(Object::toString).filter(text -> !text.isEmpty());
  }

  private static ResourceDefinitionContext context(
      String group, String version, String kind, boolean namespaced) {
    return new ResourceDefinitionContext.Builder()
        .withGroup(group)
        .withVersion(version)
        .withKind(kind)
        .withPlural(kind.toLowerCase(java.util.Locale.ROOT) + "s")
        .withNamespaced(namespaced)
        .build();
  }
}
