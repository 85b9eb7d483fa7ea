package dev.diecast.operator.status;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.Optional;

/**
 * A condition's value, without the times that it had before.
 *
 * @param status {@code True}, {@code False} or {@code Unknown}
 * @param reason one word, for programs
 * @param message for people
 */
public record Verdict(String status, String reason, String message) {

  public static Verdict yes(String reason, String message) {
    return new Verdict("True", reason, message);
  }

  public static Verdict no(String reason, String message) {
    return new Verdict("False", reason, message);
  }

  public static Verdict unknown(String reason, String message) {
    return new Verdict("Unknown", reason, message);
  }

  public static Verdict of(Condition condition) {
    return new Verdict(condition.getStatus(), condition.getReason(), condition.getMessage());
  }

  public boolean isTrue() {
    return status.equals("True");
  }

  public boolean isFalse() {
    return status.equals("False");
  }

  /** Whether this differs in what a program reads: status or reason. */
  boolean differsFrom(Optional<Verdict> other) {
    return other.map(o -> !o.status().equals(status) || !o.reason().equals(reason)).orElse(true);
  }
}
