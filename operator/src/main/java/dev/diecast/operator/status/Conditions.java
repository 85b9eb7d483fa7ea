package dev.diecast.operator.status;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Kubernetes' rules for condition lists. */
public final class Conditions {

  private Conditions() {}

  public static Optional<Condition> find(List<Condition> conditions, String type) {
    return conditions.stream().filter(condition -> condition.getType().equals(type)).findFirst();
  }

  public static Optional<Verdict> verdict(List<Condition> conditions, String type) {
    return find(conditions, type).map(Verdict::of);
  }

  /**
   * The condition as it is to be written. Its transition time is that of the last change of status,
   * so an unchanged condition comes out equal.
   *
   * @param generation the generation of the spec that the verdict speaks of
   */
  public static Condition next(
      List<Condition> before, String type, Verdict verdict, long generation, Instant now) {
    String transition =
        find(before, type)
            .filter(condition -> condition.getStatus().equals(verdict.status()))
            .map(Condition::getLastTransitionTime)
            .orElseGet(() -> now.truncatedTo(ChronoUnit.SECONDS).toString());
    return new ConditionBuilder()
        .withType(type)
        .withStatus(verdict.status())
        .withReason(verdict.reason())
        .withMessage(verdict.message())
        .withObservedGeneration(generation)
        .withLastTransitionTime(transition)
        .build();
  }
}
