package dev.diecast.operator;

import dev.diecast.api.resources.ModelNetwork;
import dev.diecast.api.resources.NetworkRefusal;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelStatus;
import dev.diecast.api.validation.FieldError;
import dev.diecast.api.validation.ScaleModelValidation;
import dev.diecast.operator.network.TopologyText;
import dev.diecast.operator.status.Conditions;
import dev.diecast.operator.status.StatusAggregation;
import dev.diecast.operator.status.Verdict;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Whether a model's spec is valid: by its own rules, and against the instancetypes that it names.
 */
@ApplicationScoped
public class Acceptance {

  static final String INVALID = "Invalid";
  static final String NAME_CONFLICT = "NameConflict";
  static final String UNKNOWN_INSTANCETYPE = "UnknownInstancetype";
  static final String UNKNOWN_TOPOLOGY = "UnknownTopology";

  private static final Verdict ACCEPTED = Verdict.yes("Valid", "the spec is valid");

  private final KubernetesClient client;

  public Acceptance(KubernetesClient client) {
    this.client = client;
  }

  /**
   * The condition Accepted. What was accepted at this generation stays so: an instancetype that is
   * deleted later, or a topology that is spoilt, does not undo a running model.
   *
   * @param topology asked for where the spec is valid by itself
   */
  public Verdict judge(ScaleModel model, Supplier<TopologyText> topology) {
    return acceptedBefore(model) ? ACCEPTED : judgeAnew(model, topology);
  }

  private Verdict judgeAnew(ScaleModel model, Supplier<TopologyText> topology) {
    List<FieldError> errors = ScaleModelValidation.validate(model);
    if (!errors.isEmpty()) {
      return Verdict.no(
          INVALID, errors.stream().map(FieldError::toString).collect(Collectors.joining("; ")));
    }
    String namespace = model.getMetadata().getNamespace();
    Instancetypes instancetypes = new Instancetypes(client, namespace);
    List<NodeGroup> groups = model.getSpec().groups();
    for (int index = 0; index < groups.size(); index++) {
      Optional<String> problem =
          instancetypes.problem(groups.get(index), "spec.groups[" + index + "]");
      if (problem.isPresent()) {
        return Verdict.no(UNKNOWN_INSTANCETYPE, problem.get());
      }
    }
    return network(model, topology).orElse(ACCEPTED);
  }

  /** What a ConfigMap holds; a topology in the spec has been seen by its rules. */
  private static Optional<Verdict> network(ScaleModel model, Supplier<TopologyText> topology) {
    if (TopologyText.configMapOf(model).isEmpty()) {
      return Optional.empty();
    }
    return switch (topology.get()) {
      case TopologyText.None _ -> Optional.empty();
      case TopologyText.Missing missing ->
          Optional.of(
              Verdict.no(
                  UNKNOWN_TOPOLOGY, "spec.network.topology.configMap: " + missing.message()));
      case TopologyText.Found found -> {
        try {
          ModelNetwork.of(model.getSpec(), Optional.of(found.gml()));
          yield Optional.empty();
        } catch (NetworkRefusal refusal) {
          yield Optional.of(Verdict.no(INVALID, "spec.network." + refusal.getMessage()));
        }
      }
    };
  }

  private static boolean acceptedBefore(ScaleModel model) {
    return Optional.ofNullable(model.getStatus())
        .map(ScaleModelStatus::conditions)
        .flatMap(conditions -> Conditions.find(conditions, StatusAggregation.ACCEPTED))
        .filter(condition -> condition.getStatus().equals("True"))
        .map(Condition::getObservedGeneration)
        .filter(model.getMetadata().getGeneration()::equals)
        .isPresent();
  }
}
