package dev.diecast.standalone.cli.plan;

import dev.diecast.api.resources.ModelNetwork;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.NetworkStatus;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.placement.AutoFactor;
import dev.diecast.operator.acceptance.Instancetypes;
import dev.diecast.operator.acceptance.SpecRules;
import dev.diecast.operator.network.NetworkDesign;
import dev.diecast.operator.network.TopologyText;
import dev.diecast.operator.plan.Claims;
import dev.diecast.operator.plan.DesiredNodes;
import dev.diecast.operator.plan.PlanOutcome;
import dev.diecast.operator.plan.PlanRequest;
import dev.diecast.operator.plan.Planner;
import dev.diecast.standalone.cli.session.ModelFile;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The operator's rules, asked of models that are not applied. One model after the other, in the
 * order of the file, each beside those before it. Pure but for what the scene looks up.
 */
final class DryRun {
  private static final String NAME_CONFLICT = "NameConflict";

  private final ModelFile file;
  private final Scene scene;
  private final Instant now;
  private final List<DilatedNode> nodes;

  private DryRun(ModelFile file, Scene scene, Instant now) {
    this.file = file;
    this.scene = scene;
    this.now = now;
    this.nodes = new ArrayList<>(scene.nodes());
  }

  static List<ModelPlan> of(ModelFile file, Scene scene, Instant now) {
    DryRun run = new DryRun(file, scene, now);
    return file.models().stream().map(run::plan).toList();
  }

  private ModelPlan plan(ScaleModel written) {
    ScaleModel model = asApplied(written);
    List<String> notices = new ArrayList<>();
    String namespace = model.getMetadata().getNamespace();
    TopologyText topology = TopologyText.of(model, name -> configMap(namespace, name));
    Optional<SpecRules.Problem> problem =
        SpecRules.problem(
            model,
            new Instancetypes((kind, name) -> instancetype(namespace, kind, name, notices)),
            () -> topology);
    if (problem.isPresent()) {
      return new ModelPlan.Refused(model, problem.get().reason(), problem.get().message(), notices);
    }
    return switch (Claims.of(model, nodes)) {
      case Claims.NameTaken taken ->
          new ModelPlan.Refused(model, NAME_CONFLICT, taken.message(), notices);
      case Claims.Waiting waiting ->
          new ModelPlan.Refused(model, NAME_CONFLICT, waiting.message(), notices);
      case Claims.Clear clear -> plan(model, clear, topology, notices);
    };
  }

  private ModelPlan plan(
      ScaleModel model, Claims.Clear claims, TopologyText topology, List<String> notices) {
    PlanRequest request = PlanRequest.of(model, scene.hosts(), claims, now);
    return switch (Planner.plan(request)) {
      case PlanOutcome.Refused refused ->
          new ModelPlan.Refused(model, refused.reason().name(), refused.message(), notices);
      case PlanOutcome.Planned planned -> {
        List<DilatedNode> desired =
            planned.nodes().stream()
                .map(place -> DesiredNodes.desired(model, planned.timeDilation(), place))
                .toList();
        nodes.clear();
        nodes.addAll(claims.others());
        nodes.addAll(desired);
        planned.announcements().forEach(announcement -> notices.add(announcement.message()));
        yield new ModelPlan.Fits(
            model,
            planned,
            planned.factorChosen()
                ? Optional.of(whyNotSmaller(request, planned))
                : Optional.empty(),
            network(model, topology, desired),
            notices);
      }
    };
  }

  /** As it would be once applied: what is there keeps its identity, and what it has. */
  private ScaleModel asApplied(ScaleModel written) {
    Optional<ScaleModel> there =
        scene.models().stream()
            .filter(model -> name(model).equals(name(written)))
            .filter(model -> !model.isMarkedForDeletion())
            .findFirst();
    ScaleModel applied = new ScaleModel();
    applied.setMetadata(
        new ObjectMetaBuilder(written.getMetadata())
            .withUid(
                there
                    .map(model -> model.getMetadata().getUid())
                    .orElseGet(() -> UUID.randomUUID().toString()))
            .build());
    applied.setSpec(written.getSpec());
    there.ifPresent(model -> applied.setStatus(model.getStatus()));
    return applied;
  }

  private static String name(HasMetadata resource) {
    return resource.getMetadata().getNamespace() + "/" + resource.getMetadata().getName();
  }

  private Optional<GenericKubernetesResource> instancetype(
      String namespace, String kind, String name, List<String> notices) {
    Optional<GenericKubernetesResource> found =
        file.others().stream()
            .filter(GenericKubernetesResource.class::isInstance)
            .map(GenericKubernetesResource.class::cast)
            .filter(other -> other.getKind().equals(kind))
            .filter(other -> other.getMetadata().getName().equals(name))
            .filter(
                other ->
                    kind.contains("Cluster")
                        || Optional.ofNullable(other.getMetadata().getNamespace())
                            .orElse("default")
                            .equals(namespace))
            .findFirst()
            .or(() -> scene.beside().instancetype(namespace, kind, name));
    if (found.isEmpty() && !scene.beside().isComplete()) {
      notices.add(
          "%s %s is not in the file: what it says was not compared with the machine"
              .formatted(kind, name));
      return Optional.of(new GenericKubernetesResource());
    }
    return found;
  }

  private Optional<ConfigMap> configMap(String namespace, String name) {
    return file.others().stream()
        .filter(ConfigMap.class::isInstance)
        .map(ConfigMap.class::cast)
        .filter(map -> name(map).equals(namespace + "/" + name))
        .findFirst()
        .or(() -> scene.beside().configMap(namespace, name));
  }

  private static String whyNotSmaller(PlanRequest request, PlanOutcome.Planned planned) {
    DilationFactor chosen = planned.timeDilation().dilationFactor();
    Supplier<String> kept =
        () ->
            "a smaller T would do, but the model runs at this one: what auto chose stays as long as"
                + " it fits";
    return AutoFactor.before(chosen)
        .map(
            smaller ->
                Planner.obstacle(request, smaller)
                    .map(obstacle -> "at T = " + smaller.value().toText() + ", " + obstacle)
                    .orElseGet(kept))
        .orElse("T = 1 is no dilation");
  }

  private static Optional<NetworkStatus> network(
      ScaleModel model, TopologyText topology, List<DilatedNode> desired) {
    Optional<String> gml =
        topology instanceof TopologyText.Found found ? Optional.of(found.gml()) : Optional.empty();
    return model
        .getSpec()
        .networkSpec()
        .map(_ -> ModelNetwork.of(model.getSpec(), gml))
        .map(network -> NetworkDesign.of(model, network, desired).status(null));
  }
}
