package dev.diecast.standalone.cli.plan;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.diecast.api.resources.ResourceVectors;
import dev.diecast.api.v1alpha1.NetworkStatus;
import dev.diecast.api.v1alpha1.ScaleModelStatus;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.placement.MachineDemand;
import dev.diecast.core.placement.Resource;
import dev.diecast.core.placement.ResourceVector;
import dev.diecast.operator.plan.PlanOutcome;
import java.util.List;

/**
 * What {@code plan -o json} prints.
 *
 * @param against what was planned against
 * @param fits whether all models would be placed
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record PlanReport(String against, boolean fits, List<Model> models) {

  /**
   * @param reason of the condition Placed, or of that which refuses it
   * @param plan as it would stand in the model's status; null where it is refused
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Model(
      String name,
      String namespace,
      boolean fits,
      String reason,
      String message,
      String timeDilationFactor,
      Boolean factorChosen,
      String whyNotSmaller,
      String driver,
      ScaleModelStatus.Plan plan,
      List<Node> nodes,
      List<Host> hosts,
      NetworkStatus network,
      List<String> notices) {}

  /** One node: as its guest sees it, and what its host gives. */
  record Node(String name, String group, String host, int cpus, Amounts guest, Amounts due) {}

  /**
   * Of one time frame; null where nothing is asked.
   *
   * @param cpuCores of the reference
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Amounts(
      double cpuCores,
      long memoryBytes,
      Long diskBytes,
      Long diskBytesPerSecond,
      Long diskIops,
      Long nicBitsPerSecond) {

    static Amounts of(ResourceVector amounts) {
      return new Amounts(
          amounts.get(Resource.CPU).toDouble(),
          amounts.get(Resource.MEMORY).roundToLong(),
          orNull(amounts, Resource.DISK_SPACE),
          orNull(amounts, Resource.DISK_BYTES_PER_SECOND),
          orNull(amounts, Resource.DISK_IOPS),
          orNull(amounts, Resource.NIC_BITS_PER_SECOND));
    }

    private static Long orNull(ResourceVector amounts, Resource resource) {
      return amounts.has(resource) ? amounts.get(resource).roundToLong() : null;
    }
  }

  /**
   * @param closed why no new node may come here; null where it may
   * @param resources that the host limits
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Host(String name, int nodes, String closed, List<Use> resources) {}

  /**
   * Host frame: cores of the reference, bytes, bits, operations.
   *
   * @param used by this model, with what each node costs beside its demand
   * @param available to this model: capacity less reserve and what others hold
   * @param headroom {@code available} less {@code used}
   * @param percent {@code used} of {@code available}; null where nothing is available
   * @param binds whether it is that which is nearest to its limit
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Use(
      String resource,
      double used,
      double available,
      double heldByOthers,
      double headroom,
      Integer percent,
      boolean binds) {}

  static PlanReport of(String against, List<ModelPlan> plans) {
    return new PlanReport(
        against,
        plans.stream().allMatch(ModelPlan.Fits.class::isInstance),
        plans.stream().map(PlanReport::model).toList());
  }

  private static Model model(ModelPlan plan) {
    String name = plan.model().getMetadata().getName();
    String namespace = plan.model().getMetadata().getNamespace();
    return switch (plan) {
      case ModelPlan.Refused refused ->
          new Model(
              name,
              namespace,
              false,
              refused.reason(),
              refused.message(),
              null,
              null,
              null,
              null,
              null,
              List.of(),
              List.of(),
              null,
              refused.notices());
      case ModelPlan.Fits fits ->
          new Model(
              name,
              namespace,
              true,
              fits.plan().reason(),
              fits.plan().message(),
              fits.plan().timeDilation().factor(),
              fits.plan().factorChosen(),
              fits.whyNotSmaller().orElse(null),
              fits.plan().timeDilation().driver().name(),
              fits.plan().summary(),
              nodes(fits.plan()),
              hosts(fits.plan()),
              fits.network().orElse(null),
              fits.notices());
    };
  }

  private static List<Node> nodes(PlanOutcome.Planned plan) {
    DilationFactor factor = plan.timeDilation().dilationFactor();
    return plan.nodes().stream()
        .map(
            place -> {
              MachineDemand machine = ResourceVectors.demand(place.group().machine());
              ResourceVector guest =
                  machine
                      .others()
                      .with(Resource.CPU, machine.relativeSpeed().times(machine.cpus()));
              return new Node(
                  place.name(),
                  place.group().name(),
                  place.host(),
                  machine.cpus(),
                  Amounts.of(guest),
                  Amounts.of(machine.hostFrame(factor, ResourceVector.EMPTY)));
            })
        .toList();
  }

  private static List<Host> hosts(PlanOutcome.Planned plan) {
    return plan.hosts().stream()
        .map(
            host ->
                new Host(host.name(), host.nodes(), host.closed().orElse(null), uses(plan, host)))
        .toList();
  }

  /** Of all resources that the host limits. */
  static List<Use> uses(PlanOutcome.Planned plan, PlanOutcome.HostUse host) {
    ScaleModelStatus.Binding binding = plan.summary().binding();
    return host.plannable().resources().stream()
        .map(
            resource ->
                use(
                    host,
                    resource,
                    binding.host().equals(host.name())
                        && binding.resource().equals(resource.displayName())))
        .toList();
  }

  private static Use use(PlanOutcome.HostUse host, Resource resource, boolean binds) {
    Rational used = host.used().get(resource);
    Rational available = host.plannable().get(resource);
    return new Use(
        resource.displayName(),
        used.toDouble(),
        available.toDouble(),
        host.held().get(resource).toDouble(),
        available.minus(used).toDouble(),
        available.signum() > 0 ? (int) used.times(100).dividedBy(available).roundToLong() : null,
        binds);
  }
}
