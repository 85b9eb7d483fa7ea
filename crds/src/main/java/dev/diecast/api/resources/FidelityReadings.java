package dev.diecast.api.resources;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.core.fidelity.Cause;
import dev.diecast.core.fidelity.NodeReading;
import dev.diecast.core.fidelity.UnfaithfulInterval;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** What a DilatedNode's status says of its fidelity, for the rule in core that judges a model. */
public final class FidelityReadings {
  private static final String FAITHFUL = "Faithful";

  private FidelityReadings() {}

  /** What was said of an earlier generation of the node is not said of this one. */
  public static NodeReading of(DilatedNode node) {
    return new NodeReading(
        node.getMetadata().getName(), state(node), intervals(node.getStatus()), List.of());
  }

  /**
   * As {@link #of(DilatedNode)}, unless the daemon of its host is silent: then nobody knows what
   * the node is now.
   *
   * @param silent names of such hosts
   */
  public static NodeReading of(DilatedNode node, Set<String> silent) {
    NodeReading said = of(node);
    if (silent.isEmpty() || !silent.contains(node.getSpec().host())) {
      return said;
    }
    return new NodeReading(
        said.node(),
        new NodeReading.State.Unknown(
            "the daemon of host %s is silent".formatted(node.getSpec().host())),
        said.intervals(),
        said.measured());
  }

  private static NodeReading.State state(DilatedNode node) {
    List<Condition> conditions =
        node.getStatus() == null ? List.of() : node.getStatus().conditions();
    Optional<Condition> condition =
        conditions.stream()
            .filter(c -> FAITHFUL.equals(c.getType()) && isCurrent(c, node))
            .findFirst();
    return condition
        .map(FidelityReadings::state)
        .orElseGet(
            () -> new NodeReading.State.Unknown("the daemon of its host has not measured it yet"));
  }

  /** By the condition's own word, else by that of the whole status. */
  private static boolean isCurrent(Condition condition, DilatedNode node) {
    Long spoken =
        condition.getObservedGeneration() == null
            ? node.getStatus().appliedGeneration()
            : condition.getObservedGeneration();
    Long generation = node.getMetadata().getGeneration();
    return generation == null || spoken != null && spoken >= generation;
  }

  private static NodeReading.State state(Condition condition) {
    String message = Objects.requireNonNullElse(condition.getMessage(), "");
    return switch (String.valueOf(condition.getStatus())) {
      case "True" -> new NodeReading.State.Faithful(message);
      case "False" -> new NodeReading.State.Unfaithful(cause(condition.getReason()), message);
      default -> new NodeReading.State.Unknown(message);
    };
  }

  private static List<UnfaithfulInterval> intervals(DilatedNodeStatus status) {
    return status == null || status.fidelity() == null
        ? List.of()
        : status.fidelity().intervals().stream()
            .flatMap(interval -> interval(interval).stream())
            .toList();
  }

  /** Empty where it is of a version that this one cannot read. */
  public static Optional<UnfaithfulInterval> interval(DilatedNodeStatus.Interval interval) {
    try {
      return Optional.of(
          new UnfaithfulInterval(
              Instant.parse(interval.from()),
              Optional.ofNullable(interval.to()).map(Instant::parse),
              cause(interval.reason()).orElseThrow(IllegalArgumentException::new),
              interval.deliveredPercent() == null ? 100 : interval.deliveredPercent()));
    } catch (DateTimeParseException | IllegalArgumentException | NullPointerException e) {
      return Optional.empty();
    }
  }

  private static Optional<Cause> cause(String reason) {
    return Arrays.stream(Cause.values()).filter(c -> c.name().equals(reason)).findFirst();
  }
}
