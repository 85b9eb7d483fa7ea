package dev.diecast.operator;

import dev.diecast.api.v1alpha1.InstancetypeReference;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.PreferenceReference;
import dev.diecast.api.v1alpha1.TargetMachine;
import dev.diecast.operator.vm.KubeVirt;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Optional;

/** The KubeVirt instancetypes and preferences that groups name. */
final class Instancetypes {

  private final KubernetesClient client;
  private final String namespace;

  Instancetypes(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /**
   * What is wrong with a group's references; empty where they exist and agree with its machine.
   *
   * @param field path of the group, for the message
   */
  Optional<String> problem(NodeGroup group, String field) {
    InstancetypeReference reference = group.vm().instancetype();
    if (reference == null) {
      return Optional.empty();
    }
    String kind = reference.effectiveKind().name();
    Optional<GenericKubernetesResource> instancetype = find(kind, reference.name());
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
    return find(kind, reference.name()).isPresent()
        ? Optional.empty()
        : Optional.of(missing(field + ".vm.preference", kind, reference.name()));
  }

  private Optional<GenericKubernetesResource> find(String kind, String name) {
    ResourceDefinitionContext context = KubeVirt.instancetypeKind(kind);
    return Optional.ofNullable(
        context.isNamespaceScoped()
            ? client.genericKubernetesResources(context).inNamespace(namespace).withName(name).get()
            : client.genericKubernetesResources(context).withName(name).get());
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
    Optional<String> cpus = KubeVirt.textAt(instancetype, "spec", "cpu", "guest");
    if (cpus.isPresent() && !cpus.get().equals(Integer.toString(machine.cpus()))) {
      return Optional.of(
          ".cpus: is " + machine.cpus() + ", but %s has " + cpus.get() + ": make them the same");
    }
    Optional<String> memory = KubeVirt.textAt(instancetype, "spec", "memory", "guest");
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
}
