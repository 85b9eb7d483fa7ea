package dev.diecast.operator.acceptance;

import dev.diecast.api.resources.ModelNetwork;
import dev.diecast.api.resources.NetworkRefusal;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.validation.FieldError;
import dev.diecast.api.validation.ScaleModelValidation;
import dev.diecast.operator.network.TopologyText;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Whether a model's spec is valid: by its own rules, and against the instancetypes and the topology
 * that it names. Pure.
 */
public final class SpecRules {

  static final String INVALID = "Invalid";
  static final String UNKNOWN_INSTANCETYPE = "UnknownInstancetype";
  static final String UNKNOWN_TOPOLOGY = "UnknownTopology";

  private SpecRules() {}

  /**
   * Why a spec is not accepted.
   *
   * @param reason of the condition Accepted
   * @param message naming field and mend
   */
  public record Problem(String reason, String message) {}

  /**
   * The first problem; empty where there is none.
   *
   * @param topology asked for where the spec is valid by itself
   */
  public static Optional<Problem> problem(
      ScaleModel model, Instancetypes instancetypes, Supplier<TopologyText> topology) {
    List<FieldError> errors = ScaleModelValidation.validate(model);
    if (!errors.isEmpty()) {
      return Optional.of(
          new Problem(
              INVALID,
              errors.stream().map(FieldError::toString).collect(Collectors.joining("; "))));
    }
    List<NodeGroup> groups = model.getSpec().groups();
    for (int index = 0; index < groups.size(); index++) {
      Optional<String> problem =
          instancetypes.problem(groups.get(index), "spec.groups[" + index + "]");
      if (problem.isPresent()) {
        return problem.map(message -> new Problem(UNKNOWN_INSTANCETYPE, message));
      }
    }
    return TopologyText.isElsewhere(model) ? network(model, topology.get()) : Optional.empty();
  }

  /** What a ConfigMap holds; a topology in the spec has been seen by its rules. */
  private static Optional<Problem> network(ScaleModel model, TopologyText topology) {
    return switch (topology) {
      case TopologyText.None _ -> Optional.empty();
      case TopologyText.Missing missing ->
          Optional.of(
              new Problem(
                  UNKNOWN_TOPOLOGY, "spec.network.topology.configMap: " + missing.message()));
      case TopologyText.Found found -> {
        try {
          ModelNetwork.of(model.getSpec(), Optional.of(found.gml()));
          yield Optional.empty();
        } catch (NetworkRefusal refusal) {
          yield Optional.of(new Problem(INVALID, "spec.network." + refusal.getMessage()));
        }
      }
    };
  }
}
