package dev.diecast.standalone.cli.verdict;

import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.core.fidelity.Finding;
import dev.diecast.core.fidelity.NodeReading;
import dev.diecast.core.fidelity.Outcome;
import dev.diecast.core.fidelity.UnfaithfulInterval;
import dev.diecast.core.fidelity.Window;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a node was watched in all of a window: of a time in which nobody looked an empty record
 * says nothing. Pure.
 */
final class WatchedThroughout {
  private static final String DILATED = "Dilated";

  private WatchedThroughout() {}

  /** The reading, with what could not be known of the window. */
  static NodeReading judge(NodeReading reading, DilatedNodeStatus status, Window window) {
    return late(status, window)
        .or(() -> unread(reading, status, window))
        .or(() -> dropped(reading, status, window))
        .map(why -> reading.with(new Finding(reading.node(), Finding.RECORD, Outcome.UNKNOWN, why)))
        .orElse(reading);
  }

  /** The record begins when the clock is shown to be right, and so does a new daemon's. */
  private static Optional<String> late(DilatedNodeStatus status, Window window) {
    return Optional.ofNullable(status).stream()
        .flatMap(known -> known.conditions().stream())
        .filter(condition -> DILATED.equals(condition.getType()))
        .filter(condition -> "True".equals(condition.getStatus()))
        .map(Condition::getLastTransitionTime)
        .map(Instant::parse)
        // Conditions tell whole seconds.
        .filter(since -> since.isAfter(window.from()))
        .map(since -> "its clock is shown to be right only since " + since)
        .findFirst();
  }

  /** A clock that stepped since it was read last would not be on record yet. */
  private static Optional<String> unread(
      NodeReading reading, DilatedNodeStatus status, Window window) {
    return clockRead(status)
        .map(Instant::parse)
        .filter(_ -> reading.now() instanceof NodeReading.State.Faithful)
        .filter(read -> read.isBefore(window.to()))
        .map(read -> "its clock was last read at " + read + ", before the end of this time");
  }

  /** When a node's clock was read, as far as its daemon has told; host time. */
  static Optional<String> clockRead(DilatedNodeStatus status) {
    return Optional.ofNullable(status)
        .map(DilatedNodeStatus::clock)
        .map(DilatedNodeStatus.Clock::measuredAt);
  }

  /** Of very many intervals a status holds the latest. */
  private static Optional<String> dropped(
      NodeReading reading, DilatedNodeStatus status, Window window) {
    if (status == null || status.fidelity() == null) {
      return Optional.empty();
    }
    Integer count = status.fidelity().unfaithfulIntervals();
    int kept = reading.intervals().size();
    return Optional.ofNullable(count)
        .filter(all -> all > kept)
        .flatMap(_ -> reading.intervals().stream().findFirst())
        .map(UnfaithfulInterval::from)
        .filter(oldest -> oldest.isAfter(window.from()))
        .map(
            oldest ->
                "its record holds only the latest %d of %d unfaithful intervals, from %s: judge a shorter time"
                    .formatted(kept, count, oldest));
  }
}
