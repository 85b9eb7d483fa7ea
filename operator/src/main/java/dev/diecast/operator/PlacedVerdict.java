package dev.diecast.operator;

import dev.diecast.api.v1alpha1.ScaleModelStatus;
import dev.diecast.operator.plan.PlanOutcome;
import dev.diecast.operator.status.Verdict;

/** The condition Placed of a model that has a plan, in words. */
final class PlacedVerdict {

  private PlacedVerdict() {}

  static Verdict of(PlanOutcome.Planned plan) {
    ScaleModelStatus.Binding binding = plan.summary().binding();
    String message =
        "%s on %s at T = %s%s by %s; %s of host %s binds, at %d %%"
            .formatted(
                count(plan.nodes().size(), "node"),
                count(plan.summary().hosts().size(), "host"),
                plan.timeDilation().factor(),
                plan.factorChosen() ? ", the smallest at which they fit," : "",
                plan.timeDilation().driver(),
                binding.resource(),
                binding.host(),
                binding.percent());
    return Verdict.yes(plan.factorChosen() ? Placing.FACTOR_CHOSEN : "Placed", message);
  }

  private static String count(int number, String of) {
    return number + " " + of + (number == 1 ? "" : "s");
  }
}
