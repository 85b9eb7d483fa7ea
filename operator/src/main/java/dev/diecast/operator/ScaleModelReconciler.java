package dev.diecast.operator;

import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.PipeGraph;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelStatus;
import dev.diecast.operator.event.Announcer;
import dev.diecast.operator.network.NetworkPublishing;
import dev.diecast.operator.network.TopologyMaps;
import dev.diecast.operator.network.TopologyText;
import dev.diecast.operator.plan.DesiredNodes;
import dev.diecast.operator.plan.NodeChange;
import dev.diecast.operator.plan.PlanInForce;
import dev.diecast.operator.status.ModelFacts;
import dev.diecast.operator.status.NetworkFacts;
import dev.diecast.operator.status.StatusAggregation;
import dev.diecast.operator.status.Transitions;
import dev.diecast.operator.status.Verdict;
import dev.diecast.operator.store.CachedStore;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A ScaleModel becomes DilatedNodes: validate, plan, apply the differences, say what became. */
@ControllerConfiguration(
    name = "scalemodel",
    fieldManager = Api.OPERATOR,
    maxReconciliationInterval =
        @MaxReconciliationInterval(interval = 5, timeUnit = TimeUnit.MINUTES))
@GradualRetry(
    maxAttempts = Integer.MAX_VALUE,
    initialInterval = 1000,
    intervalMultiplier = 2,
    maxInterval = 15_000)
public class ScaleModelReconciler implements Reconciler<ScaleModel> {

  /** Room that another model gives back comes without an event; so do instancetypes. */
  private static final Duration ASK_AGAIN = Duration.ofSeconds(10);

  private static final Duration DELETION_POLL = Duration.ofSeconds(1);

  private final Acceptance acceptance;
  private final Placing placing;
  private final Announcer announcer;
  private InformerEventSource<DilatedNode, ScaleModel> nodeSource;
  private InformerEventSource<DilationHost, ScaleModel> hostSource;
  private InformerEventSource<PipeGraph, ScaleModel> graphSource;
  private InformerEventSource<ConfigMap, ScaleModel> topologySource;
  private SilentHosts silentHosts;

  public ScaleModelReconciler(Acceptance acceptance, Placing placing, Announcer announcer) {
    this.acceptance = acceptance;
    this.placing = placing;
    this.announcer = announcer;
  }

  @Override
  public UpdateControl<ScaleModel> reconcile(ScaleModel model, Context<ScaleModel> context) {
    if (model.isMarkedForDeletion()) {
      return UpdateControl.noUpdate();
    }
    ModelFacts facts = act(model, context);
    ScaleModelStatus status = StatusAggregation.of(facts, Instant.now());
    boolean settled =
        facts.accepted().isTrue() && facts.placed().map(Verdict::isTrue).orElse(false);
    UpdateControl<ScaleModel> control = UpdateControl.noUpdate();
    if (!status.equals(model.getStatus())) {
      Transitions.between(model.getStatus(), status)
          .forEach(announcement -> announcer.announce(model, announcement));
      control = UpdateControl.patchStatus(StatusPatch.of(model, status));
    }
    if (settled) {
      return control;
    }
    boolean waiting = facts.accepted().status().equals("Unknown");
    return control.rescheduleAfter(waiting ? DELETION_POLL : ASK_AGAIN);
  }

  private ModelFacts act(ScaleModel model, Context<ScaleModel> context) {
    ModelFacts facts = plan(model, context);
    boolean settled =
        facts.accepted().isTrue() && facts.placed().map(Verdict::isTrue).orElse(false);
    return facts.with(
        settled ? network(facts, context) : networkBefore(model), silentHosts.names());
  }

  private Optional<NetworkFacts> network(ModelFacts facts, Context<ScaleModel> context) {
    ScaleModel model = facts.model();
    return NetworkPublishing.publish(
        model,
        topologyText(model, context),
        facts.nodes(),
        hostSource.list(_ -> true).toList(),
        graphSource.list(_ -> true).toList(),
        new CachedStore<>(context, graphSource));
  }

  private static Optional<NetworkFacts> networkBefore(ScaleModel model) {
    return model
        .getSpec()
        .networkSpec()
        .map(
            _ ->
                new NetworkFacts(
                    Verdict.unknown("Waiting", "nothing is published until all nodes are placed"),
                    Optional.ofNullable(model.getStatus()).map(ScaleModelStatus::network)));
  }

  private TopologyText topologyText(ScaleModel model, Context<ScaleModel> context) {
    return TopologyMaps.read(model, topologySource::get, context.getClient());
  }

  private ModelFacts plan(ScaleModel model, Context<ScaleModel> context) {
    List<DilatedNode> nodes = ownNodes(model);
    Verdict accepted = acceptance.judge(model, () -> topologyText(model, context));
    if (!accepted.isTrue()) {
      return asBefore(model, accepted, Optional.empty(), nodes);
    }
    List<DilationHost> hosts = hostSource.list(_ -> true).toList();
    if (PlanInForce.stands(model, nodes, hosts)) {
      return asBefore(model, accepted, StatusAggregation.placedNow(model), nodes);
    }
    return switch (placing.place(model, new CachedStore<>(context, nodeSource))) {
      case Placing.Outcome.Placed placed -> placed(model, accepted, placed);
      case Placing.Outcome.Refused refused -> refused(model, accepted, refused);
      case Placing.Outcome.NameTaken taken ->
          asBefore(
              model,
              Verdict.no(Acceptance.NAME_CONFLICT, taken.message()),
              Optional.empty(),
              taken.nodes());
      case Placing.Outcome.Waiting waiting ->
          asBefore(
              model,
              Verdict.unknown(Acceptance.NAME_CONFLICT, waiting.message()),
              Optional.empty(),
              List.of());
    };
  }

  private ModelFacts placed(ScaleModel model, Verdict accepted, Placing.Outcome.Placed placed) {
    placed.plan().announcements().forEach(announcement -> announcer.announce(model, announcement));
    return new ModelFacts(
        model,
        accepted,
        Optional.of(Verdict.yes(placed.plan().reason(), placed.plan().message())),
        Optional.of(placed.plan().timeDilation()),
        Optional.of(placed.plan().summary()),
        placed.nodes());
  }

  private static ModelFacts refused(
      ScaleModel model, Verdict accepted, Placing.Outcome.Refused refused) {
    String message = refused.refusal().message();
    return switch (refused.refusal().reason()) {
      case Invalid ->
          asBefore(
              model, Verdict.no(Acceptance.INVALID, message), Optional.empty(), refused.nodes());
      case NoHosts, NoDriver, DoesNotFit ->
          asBefore(
              model,
              accepted,
              Optional.of(Verdict.no(refused.refusal().reason().name(), message)),
              refused.nodes());
    };
  }

  /** The plan that was made last, if one was, stays in force. */
  private static ModelFacts asBefore(
      ScaleModel model, Verdict accepted, Optional<Verdict> placed, List<DilatedNode> nodes) {
    Optional<ScaleModelStatus> before = Optional.ofNullable(model.getStatus());
    return new ModelFacts(
        model,
        accepted,
        placed,
        before.map(ScaleModelStatus::timeDilation),
        before.map(ScaleModelStatus::plan),
        nodes);
  }

  private List<DilatedNode> ownNodes(ScaleModel model) {
    String uid = model.getMetadata().getUid();
    return nodeSource
        .list(
            model.getMetadata().getNamespace(),
            node -> DesiredNodes.controllerUid(node).filter(uid::equals).isPresent())
        .toList();
  }

  @Override
  public ErrorStatusUpdateControl<ScaleModel> updateErrorStatus(
      ScaleModel model, Context<ScaleModel> context, Exception problem) {
    Troubles.log(model, problem);
    return ErrorStatusUpdateControl.noStatusUpdate();
  }

  @Override
  public List<EventSource<?, ScaleModel>> prepareEventSources(
      EventSourceContext<ScaleModel> context) {
    nodeSource =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(DilatedNode.class, ScaleModel.class)
                .withSecondaryToPrimaryMapper(ScaleModelReconciler::modelOf)
                .withOnUpdateFilter((now, before) -> NodeChange.concernsModel(before, now))
                .build(),
            context);
    hostSource =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(DilationHost.class, ScaleModel.class)
                .withSecondaryToPrimaryMapper(
                    _ -> context.getPrimaryCache().keys().collect(Collectors.toSet()))
                .withOnUpdateFilter((now, before) -> PlanInForce.concerns(before, now))
                .build(),
            context);
    graphSource =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(PipeGraph.class, ScaleModel.class)
                .withSecondaryToPrimaryMapper(
                    graph ->
                        Set.of(
                            new ResourceID(
                                graph.getSpec().model(), graph.getMetadata().getNamespace())))
                .build(),
            context);
    topologySource =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(ConfigMap.class, ScaleModel.class)
                .withName("topology")
                .withLabelSelector(Api.LABEL_TOPOLOGY)
                .withSecondaryToPrimaryMapper(
                    configMap -> modelsOf(ResourceID.fromResource(configMap), context))
                .build(),
            context);
    silentHosts =
        new SilentHosts(
            () -> hostSource.list(_ -> true).toList(), () -> context.getPrimaryCache().keys());
    return List.of(nodeSource, hostSource, graphSource, topologySource, silentHosts);
  }

  private static Set<ResourceID> modelsOf(
      ResourceID configMap, EventSourceContext<ScaleModel> context) {
    return context
        .getPrimaryCache()
        .list(model -> TopologyMaps.of(model).filter(configMap::equals).isPresent())
        .map(ResourceID::fromResource)
        .collect(Collectors.toSet());
  }

  private static Set<ResourceID> modelOf(DilatedNode node) {
    return Set.of(new ResourceID(node.getSpec().model(), node.getMetadata().getNamespace()));
  }
}
