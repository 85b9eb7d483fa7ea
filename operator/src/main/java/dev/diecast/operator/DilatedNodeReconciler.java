package dev.diecast.operator;

import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.operator.event.Announcement;
import dev.diecast.operator.event.Announcer;
import dev.diecast.operator.event.EventReason;
import dev.diecast.operator.plan.DesiredNodes;
import dev.diecast.operator.status.Conditions;
import dev.diecast.operator.status.StatusAggregation;
import dev.diecast.operator.status.Verdict;
import dev.diecast.operator.vm.AppliedForm;
import dev.diecast.operator.vm.BootMark;
import dev.diecast.operator.vm.KubeVirt;
import dev.diecast.operator.vm.NodeProvision;
import dev.diecast.operator.vm.VirtualMachineOf;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.SSABasedGenericKubernetesResourceMatcher;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A DilatedNode becomes a VirtualMachine: apply it, restart the guest where it was booted from
 * another one, say whether it runs.
 */
@ControllerConfiguration(
    name = "dilatednode",
    fieldManager = DilatedNodeReconciler.FIELD_MANAGER,
    maxReconciliationInterval =
        @MaxReconciliationInterval(interval = 5, timeUnit = TimeUnit.MINUTES))
@GradualRetry(
    maxAttempts = Integer.MAX_VALUE,
    initialInterval = 1000,
    intervalMultiplier = 2,
    maxInterval = 15_000)
public class DilatedNodeReconciler implements Reconciler<DilatedNode> {

  /**
   * Another name than that of the model's recipe, which writes the spec of the same object: before
   * Kubernetes 1.22 managed fields do not know subresources, and one name would own either spec or
   * status.
   */
  static final String FIELD_MANAGER = Api.OPERATOR + "-node";

  private static final Duration ASK_AGAIN = Duration.ofSeconds(10);

  private final Announcer announcer;
  private final Map<ResourceID, AppliedForm> settled = new ConcurrentHashMap<>();
  private InformerEventSource<GenericKubernetesResource, DilatedNode> machineSource;
  private InformerEventSource<GenericKubernetesResource, DilatedNode> instanceSource;

  public DilatedNodeReconciler(Announcer announcer) {
    this.announcer = announcer;
  }

  @Override
  public UpdateControl<DilatedNode> reconcile(DilatedNode node, Context<DilatedNode> context) {
    if (node.isMarkedForDeletion()) {
      settled.remove(ResourceID.fromResource(node));
      return UpdateControl.noUpdate();
    }
    Verdict provisioned = provision(node, context);
    UpdateControl<DilatedNode> control = writeIfChanged(node, provisioned);
    return provisioned.reason().equals("Failed") ? control.rescheduleAfter(ASK_AGAIN) : control;
  }

  private Verdict provision(DilatedNode node, Context<DilatedNode> context) {
    GenericKubernetesResource desired = VirtualMachineOf.desired(node);
    ResourceID id = ResourceID.fromResource(node);
    Optional<GenericKubernetesResource> actual =
        machineSource.get(id).or(() -> onServer(node, context));
    if (actual.isPresent() && !isOf(node, actual.get())) {
      return Verdict.no(
          "Failed",
          "a VirtualMachine of this name is not this node's: delete it, or rename the model or"
              + " the group");
    }
    GenericKubernetesResource vm = actual.orElse(desired);
    if (actual.isEmpty() || !matches(actual.get(), desired, context)) {
      vm = context.resourceOperations().serverSideApply(desired, machineSource);
      settled.put(id, AppliedForm.of(desired, vm));
    }
    String uid = vm.getMetadata().getUid();
    Optional<GenericKubernetesResource> instance =
        instanceSource
            .get(id)
            .filter(running -> DesiredNodes.controllerUid(running).filter(uid::equals).isPresent());
    instance.ifPresent(running -> restartIfStale(node, desired, running, context));
    return NodeProvision.of(vm, instance);
  }

  private void restartIfStale(
      DilatedNode node,
      GenericKubernetesResource desired,
      GenericKubernetesResource instance,
      Context<DilatedNode> context) {
    if (instance.isMarkedForDeletion() || !BootMark.differs(desired, instance)) {
      return;
    }
    announcer.announce(
        node,
        new Announcement(
            EventReason.Restarting,
            "the guest was booted from another spec: "
                + BootMark.difference(desired, instance)
                + ". It is stopped, and started anew by its VirtualMachine"));
    context
        .getClient()
        .genericKubernetesResources(KubeVirt.virtualMachineInstances())
        .inNamespace(node.getMetadata().getNamespace())
        .resource(instance)
        .delete();
  }

  private static UpdateControl<DilatedNode> writeIfChanged(DilatedNode node, Verdict provisioned) {
    Optional<DilatedNodeStatus> before = Optional.ofNullable(node.getStatus());
    List<Condition> conditions = before.map(DilatedNodeStatus::conditions).orElse(List.of());
    long generation = node.getMetadata().getGeneration();
    Condition next =
        Conditions.next(
            conditions, StatusAggregation.PROVISIONED, provisioned, generation, Instant.now());
    boolean unchanged =
        Conditions.find(conditions, StatusAggregation.PROVISIONED).filter(next::equals).isPresent()
            && before
                .map(DilatedNodeStatus::observedGeneration)
                .filter(observed -> observed == generation)
                .isPresent();
    // Only the operator's fields: the rest of the status is the daemon's.
    return unchanged
        ? UpdateControl.noUpdate()
        : UpdateControl.patchStatus(
            StatusPatch.of(
                node, new DilatedNodeStatus(generation, null, null, null, List.of(next))));
  }

  /** A VM that the cache does not show may be somebody else's, without our labels. */
  private static Optional<GenericKubernetesResource> onServer(
      DilatedNode node, Context<DilatedNode> context) {
    return Optional.ofNullable(
        context
            .getClient()
            .genericKubernetesResources(KubeVirt.virtualMachines())
            .inNamespace(node.getMetadata().getNamespace())
            .withName(node.getMetadata().getName())
            .get());
  }

  private static boolean isOf(DilatedNode node, GenericKubernetesResource vm) {
    return DesiredNodes.controllerUid(vm).filter(node.getMetadata().getUid()::equals).isPresent();
  }

  /**
   * Whether the VM is as the server left it when the same was applied; where nothing has been
   * applied since this operator started, whether it is what would be applied.
   */
  private boolean matches(
      GenericKubernetesResource actual,
      GenericKubernetesResource desired,
      Context<DilatedNode> context) {
    return AppliedForm.of(desired, actual).equals(settled.get(ResourceID.fromResource(desired)))
        || SSABasedGenericKubernetesResourceMatcher.<GenericKubernetesResource>getInstance()
            .matches(actual, desired, context);
  }

  @Override
  public ErrorStatusUpdateControl<DilatedNode> updateErrorStatus(
      DilatedNode node, Context<DilatedNode> context, Exception problem) {
    Troubles.log(node, problem);
    return ErrorStatusUpdateControl.noStatusUpdate();
  }

  @Override
  public List<EventSource<?, DilatedNode>> prepareEventSources(
      EventSourceContext<DilatedNode> context) {
    machineSource = source("virtualmachine", KubeVirt.VIRTUAL_MACHINE, context);
    instanceSource = source("virtualmachineinstance", KubeVirt.VIRTUAL_MACHINE_INSTANCE, context);
    return List.of(machineSource, instanceSource);
  }

  private static InformerEventSource<GenericKubernetesResource, DilatedNode> source(
      String name, GroupVersionKind kind, EventSourceContext<DilatedNode> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(kind, DilatedNode.class)
            .withName(name)
            .withLabelSelector(Api.LABEL_MODEL)
            .withSecondaryToPrimaryMapper(machine -> Set.of(ResourceID.fromResource(machine)))
            .build(),
        context);
  }
}
