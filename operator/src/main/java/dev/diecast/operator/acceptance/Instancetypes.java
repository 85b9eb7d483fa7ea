package dev.diecast.operator.acceptance;

import dev.diecast.api.v1alpha1.InstancetypeReference;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.PreferenceReference;
import dev.diecast.api.v1alpha1.TargetMachine;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import java.util.Optional;

/** What groups ask of the KubeVirt instancetypes and preferences that they name. */
public final class Instancetypes {

  /** Where they are looked up, for models of one namespace. */
  public interface Catalogue {

    /**
     * @param kind such as {@code VirtualMachineClusterInstancetype}
     */
    Optional<GenericKubernetesResource> find(String kind, String name);
  }

  private final Catalogue catalogue;

  public Instancetypes(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  /**
   * What is wrong with a group's references; empty where they exist and agree with its machine.
   *
   * @param field path of the group, for the message
   */
  public Optional<String> problem(NodeGroup group, String field) {
    InstancetypeReference reference = group.vm().instancetype();
    if (reference == null) {
      return Optional.empty();
    }
    String kind = reference.effectiveKind().name();
    Optional<GenericKubernetesResource> instancetype = catalogue.find(kind, reference.name());
    if (instancetype.isEmpty()) {
      return Optional.of(missing(field + ".vm.instancetype", kind, reference.name()));
    }
    Optional<String> contradiction =
        contradiction(instancetype.get(), group.machine())
            .map(text -> field + ".machine" + text.formatted(kind + " " + reference.name()));
    return contradiction.or(() -> preferenceProblem(group.vm().preference(), field));
  }

  private Optional<String> preferenceProblem(PreferenceReference reference, String field) {
    if (reference == null) {
      return Optional.empty();
    }
    String kind = reference.effectiveKind().name();
    return catalogue.find(kind, reference.name()).isPresent()
        ? Optional.empty()
        : Optional.of(missing(field + ".vm.preference", kind, reference.name()));
  }

  private static String missing(String field, String kind, String name) {
    return field
        + ": there is no "
        + kind
        + " "
        + name
        + ": create it or name another (kubectl get "
        + kind.toLowerCase(java.util.Locale.ROOT)
        + "s)";
  }

  private static Optional<String> contradiction(
      GenericKubernetesResource instancetype, TargetMachine machine) {
    Optional<String> cpus = textAt(instancetype, "spec", "cpu", "guest");
    if (cpus.isPresent() && !cpus.get().equals(Integer.toString(machine.cpus()))) {
      return Optional.of(
          ".cpus: is " + machine.cpus() + ", but %s has " + cpus.get() + ": make them the same");
    }
    Optional<String> memory = textAt(instancetype, "spec", "memory", "guest");
    if (memory.isPresent() && !new Quantity(memory.get()).equals(machine.memory())) {
      return Optional.of(
          ".memory: is "
              + machine.memory()
              + ", but %s has "
              + memory.get()
              + ": make them the same");
    }
    return Optional.empty();
  }

  private static Optional<String> textAt(GenericKubernetesResource resource, String... path) {
    Object value = resource.getAdditionalProperties();
    for (String step : path) {
      value = value instanceof Map<?, ?> fields ? fields.get(step) : null;
    }
    return Optional.ofNullable(value).map(Object::toString).filter(text -> !text.isEmpty());
  }
}
