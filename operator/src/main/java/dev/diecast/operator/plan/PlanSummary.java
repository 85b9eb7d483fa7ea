package dev.diecast.operator.plan;

import dev.diecast.api.resources.ResourceVectors;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.ScaleModelSpec;
import dev.diecast.api.v1alpha1.ScaleModelStatus;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.placement.Binding;
import dev.diecast.core.placement.MachineDemand;
import dev.diecast.core.placement.PlacementOutcome;
import dev.diecast.core.placement.Resource;
import dev.diecast.core.placement.ResourceVector;
import dev.diecast.operator.plan.PlanOutcome.HostUse;
import java.util.List;
import java.util.Map;

/** A placement as people read it in a model's status. */
final class PlanSummary {

  private PlanSummary() {}

  static ScaleModelStatus.Plan of(
      ScaleModelSpec spec,
      DilationFactor factor,
      PlacementOutcome.Placed placed,
      Attempts attempts) {
    Binding binding = placed.binding();
    return new ScaleModelStatus.Plan(
        new ScaleModelStatus.Binding(
            binding.resource().displayName(), binding.host(), binding.percent()),
        spec.groups().stream().map(group -> group(group, factor)).toList(),
        hosts(placed, attempts));
  }

  private static ScaleModelStatus.GroupPlan group(NodeGroup group, DilationFactor factor) {
    MachineDemand machine = ResourceVectors.demand(group.machine());
    ResourceVector guest =
        machine.others().with(Resource.CPU, machine.relativeSpeed().times(machine.cpus()));
    return new ScaleModelStatus.GroupPlan(
        group.name(),
        group.replicas(),
        frame(guest),
        frame(machine.hostFrame(factor, ResourceVector.EMPTY)));
  }

  private static ScaleModelStatus.FrameView frame(ResourceVector amounts) {
    return new ScaleModelStatus.FrameView(
        amounts.get(Resource.CPU).times(1000).roundToLong(),
        amounts.get(Resource.MEMORY).roundToLong(),
        orNull(amounts, Resource.NIC_BITS_PER_SECOND),
        orNull(amounts, Resource.DISK_BYTES_PER_SECOND));
  }

  private static Long orNull(ResourceVector amounts, Resource resource) {
    return amounts.has(resource) ? amounts.get(resource).roundToLong() : null;
  }

  private static List<ScaleModelStatus.HostPlan> hosts(
      PlacementOutcome.Placed placed, Attempts attempts) {
    return attempts.hosts().stream()
        .map(
            host -> {
              int nodes = count(placed.hostByNode(), host.name());
              ResourceVector used =
                  placed.usedByHost().getOrDefault(host.name(), ResourceVector.EMPTY);
              return new ScaleModelStatus.HostPlan(
                  host.name(),
                  nodes,
                  percent(used, host.plannable(), Resource.CPU),
                  percent(used, host.plannable(), Resource.MEMORY));
            })
        .filter(plan -> plan.nodes() > 0)
        .toList();
  }

  /** All hosts with what is used of them. */
  static List<HostUse> uses(PlacementOutcome.Placed placed, Attempts attempts) {
    return attempts.hosts().stream()
        .map(
            host ->
                new HostUse(
                    host.name(),
                    host.closed(),
                    count(placed.hostByNode(), host.name()),
                    host.plannable(),
                    host.held(),
                    placed.usedByHost().getOrDefault(host.name(), ResourceVector.EMPTY)))
        .toList();
  }

  private static int count(Map<String, String> hostByNode, String host) {
    return (int) hostByNode.values().stream().filter(host::equals).count();
  }

  /** Null where the host does not limit the resource. */
  private static Integer percent(ResourceVector used, ResourceVector of, Resource resource) {
    Rational limit = of.get(resource);
    return limit.signum() <= 0
        ? null
        : (int) used.get(resource).times(100).dividedBy(limit).roundToLong();
  }
}
