package dev.diecast.operator.plan;

import dev.diecast.api.v1alpha1.DilationHost;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.List;
import java.util.Map;

/** Kubernetes' label selectors over DilationHosts. */
final class HostSelector {

  private HostSelector() {}

  /**
   * Whether the host is selected; an absent selector selects all.
   *
   * @throws IllegalArgumentException for an operator that Kubernetes does not have
   */
  static boolean selects(LabelSelector selector, DilationHost host) {
    if (selector == null) {
      return true;
    }
    Map<String, String> labels =
        host.getMetadata().getLabels() == null ? Map.of() : host.getMetadata().getLabels();
    Map<String, String> equal =
        selector.getMatchLabels() == null ? Map.of() : selector.getMatchLabels();
    List<LabelSelectorRequirement> expressions =
        selector.getMatchExpressions() == null ? List.of() : selector.getMatchExpressions();
    return labels.entrySet().containsAll(equal.entrySet())
        && expressions.stream().allMatch(requirement -> holds(requirement, labels));
  }

  private static boolean holds(LabelSelectorRequirement requirement, Map<String, String> labels) {
    String value = labels.get(requirement.getKey());
    List<String> values = requirement.getValues() == null ? List.of() : requirement.getValues();
    return switch (requirement.getOperator()) {
      case "In" -> value != null && values.contains(value);
      case "NotIn" -> value == null || !values.contains(value);
      case "Exists" -> value != null;
      case "DoesNotExist" -> value == null;
      default ->
          throw new IllegalArgumentException(
              "spec.hosts.selector.matchExpressions: operator "
                  + requirement.getOperator()
                  + " is unknown; write In, NotIn, Exists or DoesNotExist");
    };
  }
}
