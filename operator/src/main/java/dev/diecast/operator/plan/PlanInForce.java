package dev.diecast.operator.plan;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.api.v1alpha1.EffectiveDilation;
import dev.diecast.api.v1alpha1.HostReserve;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelStatus;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Whether the plan that a model has still is its plan. As long as it is, nothing is planned anew: a
 * running model does not change because a host was added or became emptier or fuller.
 */
public final class PlanInForce {

  private PlanInForce() {}

  /**
   * @param nodes the model's own nodes
   * @param hosts all DilationHosts
   * @return false where the spec has changed since, a node is missing or not as planned, a node's
   *     host is gone or has another TSC
   */
  public static boolean stands(
      ScaleModel model, Collection<DilatedNode> nodes, Collection<DilationHost> hosts) {
    ScaleModelStatus status = model.getStatus();
    if (status == null || status.timeDilation() == null || !isPlaced(model, status)) {
      return false;
    }
    Set<String> existing =
        nodes.stream().map(node -> node.getMetadata().getName()).collect(Collectors.toSet());
    if (!existing.equals(Set.copyOf(DesiredNodes.names(model)))) {
      return false;
    }
    Map<String, DilationHost> byName =
        hosts.stream()
            .collect(Collectors.toMap(host -> host.getMetadata().getName(), Function.identity()));
    return nodes.stream().allMatch(node -> stands(model, status.timeDilation(), node, byName));
  }

  private static boolean stands(
      ScaleModel model,
      EffectiveDilation dilation,
      DilatedNode node,
      Map<String, DilationHost> hosts) {
    DilationHost host = hosts.get(node.getSpec().host());
    return host != null
        && hasSameTsc(node, host)
        && Host.of(host, HostReserve.DEFAULT, List.of()).speed().equals(node.getSpec().hostSpeed())
        && !node.isMarkedForDeletion()
        && DesiredNodes.inPlace(model, dilation, node)
            .filter(desired -> DesiredNodes.matches(node, desired))
            .isPresent();
  }

  private static boolean hasSameTsc(DilatedNode node, DilationHost host) {
    if (node.getSpec().timeDilation().driver() != Driver.GuestKernel
        || host.getStatus() == null
        || host.getStatus().tsc() == null
        || host.getStatus().tsc().kilohertz() == null) {
      return true;
    }
    Long assumed = node.getSpec().tscKilohertz();
    return assumed != null && Attempts.sameTsc(assumed, host.getStatus().tsc().kilohertz());
  }

  private static boolean isPlaced(ScaleModel model, ScaleModelStatus status) {
    return status.conditions().stream()
        .filter(condition -> condition.getType().equals("Placed"))
        .filter(condition -> condition.getStatus().equals("True"))
        .map(Condition::getObservedGeneration)
        .anyMatch(model.getMetadata().getGeneration()::equals);
  }

  /**
   * Whether a host's change may let a model be placed or networked that was not, or move a node's
   * TSC.
   */
  public static boolean concerns(DilationHost before, DilationHost after) {
    return !facts(before).equals(facts(after));
  }

  private static List<Object> facts(DilationHost host) {
    return List.of(
        Optional.ofNullable(host.getMetadata().getLabels()),
        Optional.ofNullable(host.getSpec()),
        Optional.ofNullable(host.getStatus())
            .map(
                status ->
                    List.of(
                        Optional.ofNullable(status.capacity()),
                        Optional.ofNullable(status.overheadPerNode()),
                        Optional.ofNullable(status.tsc()),
                        status.drivers(),
                        Optional.ofNullable(status.features()).map(f -> f.kernelPipes()),
                        status.conditions().stream()
                            .filter(condition -> Objects.equals(condition.getType(), "Ready"))
                            .map(Condition::getStatus)
                            .toList())));
  }
}
