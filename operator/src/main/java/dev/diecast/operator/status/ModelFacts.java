package dev.diecast.operator.status;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.EffectiveDilation;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelStatus;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What one reconciliation of a model found and did.
 *
 * @param accepted whether the spec is valid
 * @param placed whether every node has a host; empty where this was not asked, because the spec is
 *     not accepted: then the plan that was made last stays in force
 * @param timeDilation the dilation in force, where there is one
 * @param plan the plan in force, where there is one
 * @param nodes the model's nodes as they are now
 * @param network what became of its network; empty where it has none
 * @param silentHosts whose daemons have ceased to report
 */
public record ModelFacts(
    ScaleModel model,
    Verdict accepted,
    Optional<Verdict> placed,
    Optional<EffectiveDilation> timeDilation,
    Optional<ScaleModelStatus.Plan> plan,
    List<DilatedNode> nodes,
    Optional<NetworkFacts> network,
    Set<String> silentHosts) {
  public ModelFacts {
    nodes = List.copyOf(nodes);
    silentHosts = Set.copyOf(silentHosts);
  }

  /** Of a model without a network, on hosts that report. */
  public ModelFacts(
      ScaleModel model,
      Verdict accepted,
      Optional<Verdict> placed,
      Optional<EffectiveDilation> timeDilation,
      Optional<ScaleModelStatus.Plan> plan,
      List<DilatedNode> nodes) {
    this(model, accepted, placed, timeDilation, plan, nodes, Optional.empty(), Set.of());
  }

  /** The same, with what became of the network, and with what is not heard of any more. */
  public ModelFacts with(Optional<NetworkFacts> networkNow, Set<String> silent) {
    return new ModelFacts(model, accepted, placed, timeDilation, plan, nodes, networkNow, silent);
  }
}
