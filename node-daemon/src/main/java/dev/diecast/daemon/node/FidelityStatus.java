package dev.diecast.daemon.node;

import dev.diecast.api.resources.FidelityReadings;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.core.fidelity.FidelityHistory;
import dev.diecast.core.fidelity.UnfaithfulInterval;
import dev.diecast.daemon.overload.FidelityWatch;
import dev.diecast.daemon.status.Conditions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A node's record of fidelity as its status holds it, and back. Pure. */
final class FidelityStatus {
  private FidelityStatus() {}

  /**
   * @param deliveredPercent CPU delivered over due in the last window, of the worst vCPU
   */
  static DilatedNodeStatus.Fidelity of(
      FidelityHistory history, Optional<Integer> deliveredPercent, Instant now) {
    return new DilatedNodeStatus.Fidelity(
        deliveredPercent.orElse(null),
        history.count(),
        history.total(now).toMillis(),
        history.intervals().stream().map(FidelityStatus::interval).toList());
  }

  private static DilatedNodeStatus.Interval interval(UnfaithfulInterval interval) {
    return new DilatedNodeStatus.Interval(
        interval.from().truncatedTo(ChronoUnit.MILLIS).toString(),
        interval.to().map(to -> to.truncatedTo(ChronoUnit.MILLIS).toString()).orElse(null),
        interval.cause().name(),
        interval.deliveredPercent());
  }

  /** Goes on where the published status ends. */
  static FidelityWatch resume(DilatedNode node) {
    DilatedNodeStatus status = node.getStatus();
    if (status == null || status.fidelity() == null) {
      return new FidelityWatch(FidelityHistory.CLEAN, false);
    }
    DilatedNodeStatus.Fidelity published = status.fidelity();
    List<UnfaithfulInterval> intervals = new ArrayList<>();
    for (DilatedNodeStatus.Interval interval : published.intervals()) {
      FidelityReadings.interval(interval).ifPresent(intervals::add);
    }
    int count = published.unfaithfulIntervals() == null ? 0 : published.unfaithfulIntervals();
    boolean dilated =
        Conditions.find(status.conditions(), NodeStatus.DILATED)
            .filter(c -> Conditions.TRUE.equals(c.getStatus()))
            .isPresent();
    return new FidelityWatch(
        new FidelityHistory(
            intervals,
            Math.max(count, intervals.size()),
            closed(published, intervals, status.cpu()),
            Optional.empty()),
        dilated || count > 0);
  }

  /** What was published counts an open interval up to its writing; that part is not closed. */
  private static Duration closed(
      DilatedNodeStatus.Fidelity published,
      List<UnfaithfulInterval> intervals,
      DilatedNodeStatus.Cpu cpu) {
    Duration total =
        Duration.ofMillis(published.unfaithfulMillis() == null ? 0 : published.unfaithfulMillis());
    if (intervals.isEmpty() || intervals.getLast().to().isPresent()) {
      return total;
    }
    Duration listed =
        intervals.stream()
            .filter(interval -> interval.to().isPresent())
            .map(interval -> Duration.between(interval.from(), interval.to().get()))
            .reduce(Duration.ZERO, Duration::plus);
    Instant written =
        cpu == null || cpu.measuredAt() == null
            ? intervals.getLast().from()
            : Instant.parse(cpu.measuredAt());
    Duration before = total.minus(Duration.between(intervals.getLast().from(), written));
    return before.compareTo(listed) > 0 ? before : listed;
  }
}
