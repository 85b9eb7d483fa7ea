package dev.diecast.operator.plan;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Which changes of a DilatedNode matter; its daemon writes measurements every few seconds. */
public final class NodeChange {

  private NodeChange() {}

  /** Whether a model's plan or status may depend on it. */
  public static boolean concernsModel(DilatedNode before, DilatedNode after) {
    return concernsVirtualMachine(before, after)
        || !conditionsAndGenerations(before).equals(conditionsAndGenerations(after));
  }

  /** Whether a node's VirtualMachine may depend on it. */
  public static boolean concernsVirtualMachine(DilatedNode before, DilatedNode after) {
    return !Objects.equals(
            before.getMetadata().getGeneration(), after.getMetadata().getGeneration())
        || !Objects.equals(before.getMetadata().getLabels(), after.getMetadata().getLabels())
        || !Objects.equals(
            before.getMetadata().getOwnerReferences(), after.getMetadata().getOwnerReferences())
        || before.isMarkedForDeletion() != after.isMarkedForDeletion();
  }

  private static List<Object> conditionsAndGenerations(DilatedNode node) {
    return Optional.ofNullable(node.getStatus())
        .map(
            status ->
                List.<Object>of(
                    Optional.ofNullable(status.observedGeneration()),
                    Optional.ofNullable(status.appliedGeneration()),
                    intervals(status),
                    status.conditions().stream().map(NodeChange::withoutNumbers).toList()))
        .orElse(List.of());
  }

  /** How many there were, and whether the last has ended. */
  private static List<Object> intervals(DilatedNodeStatus status) {
    return Optional.ofNullable(status.fidelity())
        .map(
            fidelity ->
                List.<Object>of(
                    Optional.ofNullable(fidelity.unfaithfulIntervals()),
                    fidelity.intervals().stream().map(i -> Optional.ofNullable(i.to())).toList()))
        .orElse(List.of());
  }

  /** Messages are left out: they carry measurements. A failure's message comes with its reason. */
  private static List<Object> withoutNumbers(Condition condition) {
    return List.of(condition.getType(), condition.getStatus(), condition.getReason());
  }
}
