package dev.diecast.core.fidelity;

import java.util.Objects;
import java.util.Optional;

/**
 * Whether one resource of one node was what its guest should have seen.
 *
 * @param resource {@link #CLOCK}, {@link #CPU}, {@link #RECORD} or {@link #BOOT}
 * @param reason one sentence with the measured value and its tolerance
 * @param cause of what is wrong, where that is known
 * @param when it was wrong; empty where it is so throughout, or nothing is wrong
 * @param share delivered over due with its error; empty where nothing was measured
 */
public record Finding(
    String node,
    String resource,
    Outcome outcome,
    String reason,
    Optional<Cause> cause,
    Optional<Window> when,
    Optional<Share> share) {

  public static final String CLOCK = "clock";

  /** The work that a loop in the guest got done, over what was due. */
  public static final String CPU = "cpu";

  /** What the host's daemon has on record, and says of now. */
  public static final String RECORD = "record";

  public static final String BOOT = "boot";

  public Finding {
    Objects.requireNonNull(node);
    Objects.requireNonNull(resource);
    Objects.requireNonNull(outcome);
    Objects.requireNonNull(reason);
    Objects.requireNonNull(cause);
    Objects.requireNonNull(when);
    Objects.requireNonNull(share);
  }

  public Finding(String node, String resource, Outcome outcome, String reason) {
    this(node, resource, outcome, reason, Optional.empty(), Optional.empty(), Optional.empty());
  }

  Finding withShare(Share measured) {
    return new Finding(node, resource, outcome, reason, cause, when, Optional.of(measured));
  }

  Finding because(Cause why) {
    return new Finding(node, resource, outcome, reason, Optional.of(why), when, share);
  }
}
