package dev.diecast.core.fidelity;

import java.util.Objects;

/**
 * Whether one resource of one node was what its guest should have seen.
 *
 * @param resource {@link #CLOCK}, {@link #CPU} or {@link #BOOT}
 * @param reason one sentence with the measured value and its tolerance
 */
public record Finding(String node, String resource, Outcome outcome, String reason) {

  public static final String CLOCK = "clock";
  public static final String CPU = "cpu";
  public static final String BOOT = "boot";

  public Finding {
    Objects.requireNonNull(node);
    Objects.requireNonNull(resource);
    Objects.requireNonNull(outcome);
    Objects.requireNonNull(reason);
  }
}
