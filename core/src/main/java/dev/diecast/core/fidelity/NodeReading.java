package dev.diecast.core.fidelity;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What there is to judge one node of a model by.
 *
 * @param now what its host's daemon says of this moment
 * @param intervals in which it was not faithful, as far as they are on record
 * @param measured further measurements, already judged
 */
public record NodeReading(
    String node, State now, List<UnfaithfulInterval> intervals, List<Finding> measured) {

  public NodeReading {
    Objects.requireNonNull(now);
    intervals = List.copyOf(intervals);
    measured = List.copyOf(measured);
  }

  /** What a node is at a moment. */
  public sealed interface State {
    String message();

    /** All that is due to it is measured, and it gets it. */
    record Faithful(String message) implements State {}

    /**
     * @param cause empty where it is one that this version does not know
     */
    record Unfaithful(Optional<Cause> cause, String message) implements State {}

    /** Not all of it is measured. */
    record Unknown(String message) implements State {}
  }

  /** With one more measurement. */
  public NodeReading with(Finding finding) {
    List<Finding> all = new java.util.ArrayList<>(measured);
    all.add(finding);
    return new NodeReading(node, now, intervals, all);
  }
}
