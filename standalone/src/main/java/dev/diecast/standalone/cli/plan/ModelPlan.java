package dev.diecast.standalone.cli.plan;

import dev.diecast.api.v1alpha1.NetworkStatus;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.operator.plan.PlanOutcome;
import java.util.List;
import java.util.Optional;

/** What would become of one model. */
sealed interface ModelPlan {

  ScaleModel model();

  /** What a person should know of the answer. */
  List<String> notices();

  /**
   * It would be placed.
   *
   * @param whyNotSmaller why {@code auto} chose no smaller T; empty where T was given
   * @param network what became of its topology, where it has one
   */
  record Fits(
      ScaleModel model,
      PlanOutcome.Planned plan,
      Optional<String> whyNotSmaller,
      Optional<NetworkStatus> network,
      List<String> notices)
      implements ModelPlan {}

  /**
   * It would be refused, and nothing would be started.
   *
   * @param reason of the condition Accepted or Placed
   */
  record Refused(ScaleModel model, String reason, String message, List<String> notices)
      implements ModelPlan {}
}
