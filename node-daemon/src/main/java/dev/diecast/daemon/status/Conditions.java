package dev.diecast.daemon.status;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Conditions by the conventions of the Kubernetes API. */
public final class Conditions {
  public static final String TRUE = "True";
  public static final String FALSE = "False";
  public static final String UNKNOWN = "Unknown";

  private Conditions() {}

  /** What is the case, before it is known since when. */
  public record Claim(String type, String status, String reason, String message) {
    public boolean isTrue() {
      return status.equals(TRUE);
    }
  }

  /** Dates claims: a condition whose status stays keeps the time of its last transition. */
  public static List<Condition> dated(
      List<Claim> claims, List<Condition> before, Long generation, Instant now) {
    List<Condition> conditions = new ArrayList<>();
    for (Claim claim : claims) {
      String since =
          find(before, claim.type)
              .filter(c -> claim.status.equals(c.getStatus()))
              .map(Condition::getLastTransitionTime)
              .orElse(now.truncatedTo(ChronoUnit.SECONDS).toString());
      conditions.add(
          new ConditionBuilder()
              .withType(claim.type)
              .withStatus(claim.status)
              .withReason(claim.reason)
              .withMessage(claim.message)
              .withObservedGeneration(generation)
              .withLastTransitionTime(since)
              .build());
    }
    conditions.sort(Comparator.comparing(Condition::getType));
    return conditions;
  }

  public static Optional<Condition> find(List<Condition> conditions, String type) {
    return conditions.stream().filter(c -> type.equals(c.getType())).findFirst();
  }

  /** Whether two lists say the same, but for the wording. */
  public static boolean sameButWording(List<Condition> a, List<Condition> b) {
    return a.size() == b.size()
        && a.stream()
            .allMatch(
                one ->
                    find(b, one.getType())
                        .filter(other -> Objects.equals(one.getStatus(), other.getStatus()))
                        .filter(other -> Objects.equals(one.getReason(), other.getReason()))
                        .filter(
                            other ->
                                Objects.equals(
                                    one.getObservedGeneration(), other.getObservedGeneration()))
                        .isPresent());
  }
}
