package dev.diecast.operator.status;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.api.v1alpha1.ScaleModelStatus;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;

/** All that was ever wrong in a model, from its nodes' records. Pure; what is on it stays. */
final class RunFidelity {
  private RunFidelity() {}

  /**
   * @param before what was on record; nodes that are gone since are still in it
   */
  static ScaleModelStatus.Fidelity of(
      Optional<ScaleModelStatus.Fidelity> before, List<DilatedNode> nodes) {
    List<DilatedNodeStatus.Fidelity> records =
        nodes.stream()
            .map(DilatedNode::getStatus)
            .filter(Objects::nonNull)
            .map(DilatedNodeStatus::fidelity)
            .filter(Objects::nonNull)
            .filter(record -> count(record.unfaithfulIntervals()) > 0)
            .toList();
    int intervals = records.stream().mapToInt(r -> count(r.unfaithfulIntervals())).sum();
    TreeSet<String> reasons = new TreeSet<>();
    before.ifPresent(b -> reasons.addAll(b.reasons()));
    all(records).map(DilatedNodeStatus.Interval::reason).forEach(reasons::add);
    return new ScaleModelStatus.Fidelity(
        Math.max(intervals, count(before.map(b -> b.unfaithfulIntervals()).orElse(null))),
        Math.max(records.size(), count(before.map(b -> b.unfaithfulNodes()).orElse(null))),
        List.copyOf(reasons),
        either(
            before.map(ScaleModelStatus.Fidelity::firstFrom),
            all(records).map(DilatedNodeStatus.Interval::from),
            (a, b) -> a.compareTo(b) <= 0 ? a : b),
        either(
            before.map(ScaleModelStatus.Fidelity::lastTo),
            all(records).map(DilatedNodeStatus.Interval::to),
            (a, b) -> a.compareTo(b) >= 0 ? a : b));
  }

  /** For a message; empty where nothing is on record. */
  static String remark(ScaleModelStatus.Fidelity record) {
    return record.unfaithfulIntervals() == 0
        ? ""
        : "; on record: %d unfaithful intervals of %d nodes (%s), the first from %s"
            .formatted(
                record.unfaithfulIntervals(),
                record.unfaithfulNodes(),
                String.join(", ", record.reasons()),
                record.firstFrom());
  }

  private static Stream<DilatedNodeStatus.Interval> all(List<DilatedNodeStatus.Fidelity> records) {
    return records.stream().flatMap(record -> record.intervals().stream());
  }

  /** RFC 3339 times in UTC with milliseconds sort as text does. */
  private static String either(
      Optional<String> before, Stream<String> times, BinaryOperator<String> choice) {
    return Stream.concat(before.stream(), times.filter(Objects::nonNull))
        .reduce(choice)
        .orElse(null);
  }

  private static int count(Integer number) {
    return number == null ? 0 : number;
  }
}
