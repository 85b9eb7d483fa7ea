package dev.diecast.operator.plan;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.EffectiveDilation;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that a plan is made from.
 *
 * @param model valid by {@code ScaleModelValidation}
 * @param hosts all DilationHosts
 * @param own nodes that the model already has: they stay where they are
 * @param others nodes of all other models
 * @param inForce the dilation the model has by its status
 * @param inForceByAuto whether {@code factor: auto} chose it
 * @param now host time: the origin of a model clock that starts with this plan
 */
public record PlanRequest(
    ScaleModel model,
    List<DilationHost> hosts,
    List<DilatedNode> own,
    List<DilatedNode> others,
    Optional<EffectiveDilation> inForce,
    boolean inForceByAuto,
    Instant now) {
  public PlanRequest {
    hosts = List.copyOf(hosts);
    own = List.copyOf(own);
    others = List.copyOf(others);
  }

  /** As a model's status and its nodes say what it has. */
  public static PlanRequest of(
      ScaleModel model, List<DilationHost> hosts, Claims.Clear claims, Instant now) {
    Optional<ScaleModelStatus> status = Optional.ofNullable(model.getStatus());
    return new PlanRequest(
        model,
        hosts,
        claims.own(),
        claims.others(),
        status
            .map(ScaleModelStatus::timeDilation)
            .or(() -> claims.own().stream().findFirst().map(n -> n.getSpec().timeDilation())),
        status.filter(PlanRequest::byAuto).isPresent(),
        now);
  }

  private static boolean byAuto(ScaleModelStatus status) {
    return status.conditions().stream()
        .filter(condition -> condition.getType().equals("Placed"))
        .anyMatch(condition -> condition.getReason().equals(PlanOutcome.FACTOR_CHOSEN));
  }
}
