package dev.diecast.core.fidelity;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a model was true in a window: the one rule, of {@code diecast run}'s verdict and of the
 * condition Faithful alike (docs/fidelity.md). Of each node everything that was measured is judged,
 * and what its daemon has on record of the window; the worst of all findings is the verdict.
 *
 * @param findings node by node
 */
public record ModelVerdict(Outcome outcome, Window window, List<Finding> findings) {

  public ModelVerdict {
    findings = List.copyOf(findings);
  }

  /** The verdict; UNKNOWN of a model without nodes. */
  public static ModelVerdict of(List<NodeReading> nodes, Tolerances tolerances, Window window) {
    List<Finding> findings = new ArrayList<>();
    for (NodeReading node : nodes) {
      findings.addAll(node.measured());
      findings.add(record(node, tolerances, window));
    }
    return new ModelVerdict(Fidelity.verdict(findings), window, findings);
  }

  /** Findings of one node. */
  public List<Finding> of(String node) {
    return findings.stream().filter(finding -> finding.node().equals(node)).toList();
  }

  /** What failed, the first node first; empty where nothing did. */
  public List<Finding> failures() {
    return findings.stream().filter(finding -> finding.outcome() == Outcome.FAIL).toList();
  }

  /** What could not be measured. */
  public List<Finding> unknowns() {
    return findings.stream().filter(finding -> finding.outcome() == Outcome.UNKNOWN).toList();
  }

  private static Finding record(NodeReading node, Tolerances tolerances, Window window) {
    List<UnfaithfulInterval> bad = node.intervals().stream().filter(window::meets).toList();
    // One that lasts explains what the node is now, even if it began after the window. A moment has
    // no after: what begins later than it does so by another clock.
    boolean lasts =
        (window.length().isZero() ? bad : node.intervals())
            .stream().anyMatch(interval -> interval.to().isEmpty());
    if (bad.isEmpty()) {
      return now(node, lasts)
          .orElseGet(
              () -> new Finding(node.node(), Finding.RECORD, Outcome.PASS, clean(node.now())));
    }
    Finding onRecord = onRecord(node.node(), bad, tolerances, window);
    return onRecord.outcome() == Outcome.FAIL
        ? onRecord
        : now(node, lasts).orElse(onRecord); // a tolerable lapse: what the node is now decides
  }

  private static String clean(NodeReading.State now) {
    return now instanceof NodeReading.State.Unfaithful
        ? "nothing is on record of it; since then: " + now.message()
        : now.message();
  }

  /**
   * Empty where the node is faithful now.
   *
   * @param lapse whether an interval that is on record lasts, and explains why it is not
   */
  private static Optional<Finding> now(NodeReading node, boolean lapse) {
    return switch (node.now()) {
      case NodeReading.State.Faithful _ -> Optional.empty();
      case NodeReading.State.Unknown unknown ->
          Optional.of(new Finding(node.node(), Finding.RECORD, Outcome.UNKNOWN, unknown.message()));
      case NodeReading.State.Unfaithful bad ->
          lapse
              ? Optional.empty()
              : Optional.of(
                  new Finding(
                      node.node(),
                      Finding.RECORD,
                      Outcome.FAIL,
                      bad.message(),
                      bad.cause(),
                      Optional.empty(),
                      Optional.empty()));
    };
  }

  private static Finding onRecord(
      String node, List<UnfaithfulInterval> bad, Tolerances tolerances, Window window) {
    Duration all = Duration.ZERO;
    for (Window part : bad.stream().map(window::common).toList()) {
      all = all.plus(part.length()); // a node's intervals never overlap
    }
    double share =
        window.length().isZero() ? 1 : all.toNanos() / (double) window.length().toNanos();
    UnfaithfulInterval longest =
        bad.stream()
            .max(Comparator.comparing(interval -> window.common(interval).length()))
            .orElseThrow();
    Window when = window.common(longest);
    String text =
        String.format(
            Locale.ROOT,
            "unfaithful for %.1f %% of the time, tolerance %.1f %%; longest: %s from %s to %s,"
                + " %d %% of what was due",
            share * 100,
            tolerances.unfaithfulShare() * 100,
            longest.cause(),
            when.from(),
            longest.to().map(Instant::toString).orElse("now"),
            longest.deliveredPercent());
    return new Finding(
        node,
        Finding.RECORD,
        share > tolerances.unfaithfulShare() ? Outcome.FAIL : Outcome.PASS,
        text,
        Optional.of(longest.cause()),
        Optional.of(when),
        Optional.empty());
  }
}
