package dev.diecast.operator;

import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelStatus;
import dev.diecast.operator.acceptance.Instancetypes;
import dev.diecast.operator.acceptance.SpecRules;
import dev.diecast.operator.network.TopologyText;
import dev.diecast.operator.status.Conditions;
import dev.diecast.operator.status.StatusAggregation;
import dev.diecast.operator.status.Verdict;
import dev.diecast.operator.vm.KubeVirt;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whether a model's spec is valid: by its own rules, and against the instancetypes that it names.
 */
@ApplicationScoped
public class Acceptance {

  static final String INVALID = "Invalid";
  static final String NAME_CONFLICT = "NameConflict";

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
    String namespace = model.getMetadata().getNamespace();
    return SpecRules.problem(
            model, new Instancetypes((kind, name) -> find(namespace, kind, name)), topology)
        .map(problem -> Verdict.no(problem.reason(), problem.message()))
        .orElse(ACCEPTED);
  }

  private Optional<GenericKubernetesResource> find(String namespace, String kind, String name) {
    ResourceDefinitionContext context = KubeVirt.instancetypeKind(kind);
    return Optional.ofNullable(
        context.isNamespaceScoped()
            ? client.genericKubernetesResources(context).inNamespace(namespace).withName(name).get()
            : client.genericKubernetesResources(context).withName(name).get());
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
