package dev.diecast.operator.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.DilationHostSpec;
import dev.diecast.api.v1alpha1.DilationHostStatus;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.operator.Fixtures;
import dev.diecast.operator.vm.KubeVirt;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** One test's namespace, and what user, daemon and KubeVirt's controllers do in it. */
final class Cluster {

  private static final Duration PATIENCE = Duration.ofSeconds(Long.getLong("patience", 60));

  private static final Pattern WRITES =
      Pattern.compile(
          "apiserver_request_total\\{[^}]*resource=\"(scalemodels|dilatednodes|pipegraphs|virtualmachines"
              + "|virtualmachineinstances|events)\"[^}]*verb=\"(POST|PUT|PATCH|APPLY|DELETE)\"[^}]*}"
              + " (\\S+)");

  private final KubernetesClient client;
  private final String namespace;

  private Cluster(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  static Cluster create(KubernetesClient client, String namespace) {
    client
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
        .create();
    return new Cluster(client, namespace);
  }

  /** An instancetype of 1 cpu and 128Mi, which {@link Fixtures#image} names. */
  void instancetype(String name, int cpus, String memory) {
    GenericKubernetesResource type = new GenericKubernetesResource();
    type.setApiVersion("instancetype.kubevirt.io/v1beta1");
    type.setKind("VirtualMachineClusterInstancetype");
    type.setMetadata(new ObjectMetaBuilder().withName(name).build());
    type.setAdditionalProperty(
        "spec", Map.of("cpu", Map.of("guest", cpus), "memory", Map.of("guest", memory)));
    client
        .genericKubernetesResources(KubeVirt.instancetypeKind(type.getKind()))
        .resource(type)
        .patch(applyAs("user"));
  }

  /** A host that only this test's models select, and its daemon's first report. */
  void host(String name, String cpu, String memory) {
    DilationHost host = new DilationHost();
    host.setMetadata(
        new ObjectMetaBuilder().withName(name).withLabels(Map.of("test", namespace)).build());
    host.setSpec(new DilationHostSpec());
    client.resource(host).create();
    hostStatus(name, Fixtures.hostStatus(cpu, memory, Fixtures.TSC_KILOHERTZ, "True"));
  }

  /** The same with the host's module loaded. */
  void moduleHost(String name, String cpu, String memory) {
    host(name, cpu, memory);
    hostStatus(name, Fixtures.withModule(Fixtures.hostStatus(cpu, memory, 1, "True")));
  }

  void hostStatus(String name, DilationHostStatus status) {
    DilationHost patch = new DilationHost();
    patch.setMetadata(new ObjectMetaBuilder().withName(name).build());
    patch.setStatus(status);
    client.resource(patch).subresource("status").patch(applyAs(Api.NODE_DAEMON));
  }

  ScaleModel apply(ScaleModel model) {
    Fixtures.onHosts(model, namespace);
    model.setMetadata(
        new ObjectMetaBuilder()
            .withName(model.getMetadata().getName())
            .withNamespace(namespace)
            .build());
    return client.resource(model).patch(applyAs("user"));
  }

  ScaleModel model(String name) {
    return client.resources(ScaleModel.class).inNamespace(namespace).withName(name).get();
  }

  void delete(String model) {
    client.resources(ScaleModel.class).inNamespace(namespace).withName(model).delete();
  }

  List<DilatedNode> nodes() {
    return client.resources(DilatedNode.class).inNamespace(namespace).list().getItems();
  }

  void editNode(String name, UnaryOperator<DilatedNode> edit) {
    client.resources(DilatedNode.class).inNamespace(namespace).withName(name).edit(edit);
  }

  List<GenericKubernetesResource> machines() {
    return list(KubeVirt.virtualMachines());
  }

  List<GenericKubernetesResource> instances() {
    return list(KubeVirt.virtualMachineInstances());
  }

  GenericKubernetesResource create(
      GenericKubernetesResource resource, ResourceDefinitionContext kind) {
    return client
        .genericKubernetesResources(kind)
        .inNamespace(namespace)
        .resource(resource)
        .create();
  }

  List<Event> events(String reason) {
    return client.v1().events().inNamespace(namespace).list().getItems().stream()
        .filter(event -> event.getReason().equals(reason))
        .toList();
  }

  /**
   * A step of KubeVirt's virt-controller under runStrategy Always: whatever VM has no instance is
   * started, and every instance comes to the given phase. KubeVirt's CRD of instances has no status
   * subresource: their status is written with the rest.
   */
  void virtControllerStep(String phase) {
    List<String> running =
        instances().stream().map(instance -> instance.getMetadata().getName()).toList();
    for (GenericKubernetesResource vm : machines()) {
      if (!running.contains(vm.getMetadata().getName())) {
        create(instanceOf(vm), KubeVirt.virtualMachineInstances());
      }
    }
    for (GenericKubernetesResource instance : instances()) {
      GenericKubernetesResource patch = new GenericKubernetesResource();
      patch.setApiVersion(instance.getApiVersion());
      patch.setKind(instance.getKind());
      patch.setMetadata(
          new ObjectMetaBuilder()
              .withName(instance.getMetadata().getName())
              .withNamespace(namespace)
              .build());
      patch.setAdditionalProperty("status", Map.of("phase", phase));
      client
          .genericKubernetesResources(KubeVirt.virtualMachineInstances())
          .inNamespace(namespace)
          .resource(patch)
          .patch(PatchContext.of(PatchType.JSON_MERGE));
    }
  }

  /** Writes an instance's status: fields that are not named stay. */
  void instanceStatus(String name, Map<String, Object> status) {
    GenericKubernetesResource patch = new GenericKubernetesResource();
    patch.setApiVersion("kubevirt.io/v1");
    patch.setKind("VirtualMachineInstance");
    patch.setMetadata(new ObjectMetaBuilder().withName(name).withNamespace(namespace).build());
    patch.setAdditionalProperty("status", status);
    client
        .genericKubernetesResources(KubeVirt.virtualMachineInstances())
        .inNamespace(namespace)
        .resource(patch)
        .patch(PatchContext.of(PatchType.JSON_MERGE));
  }

  /** Somebody else writes to a VM. */
  void editMachine(String name, Consumer<GenericKubernetesResource> edit) {
    client
        .genericKubernetesResources(KubeVirt.virtualMachines())
        .inNamespace(namespace)
        .withName(name)
        .edit(
            vm -> {
              edit.accept(vm);
              return vm;
            });
  }

  /** KubeVirt's controller has taken down what is to be deleted, and lets its finalizers go. */
  void virtControllerLetsGo() {
    for (GenericKubernetesResource vm : machines()) {
      if (vm.isMarkedForDeletion()) {
        editMachine(vm.getMetadata().getName(), there -> there.getMetadata().setFinalizers(null));
      }
    }
  }

  String name() {
    return namespace;
  }

  void deleteNamespace() {
    client.namespaces().withName(namespace).delete();
  }

  boolean isGone() {
    return client.namespaces().withName(namespace).get() == null;
  }

  /** Says of a VM what KubeVirt says of one that fails. */
  void printableStatus(String name, String printableStatus) {
    GenericKubernetesResource patch = new GenericKubernetesResource();
    patch.setApiVersion("kubevirt.io/v1");
    patch.setKind("VirtualMachine");
    patch.setMetadata(new ObjectMetaBuilder().withName(name).withNamespace(namespace).build());
    patch.setAdditionalProperty("status", Map.of("printableStatus", printableStatus));
    client
        .genericKubernetesResources(KubeVirt.virtualMachines())
        .inNamespace(namespace)
        .resource(patch)
        .subresource("status")
        .patch(PatchContext.of(PatchType.JSON_MERGE));
  }

  /** The daemon's report on every node: each condition is {@code Type=Status/Reason}. */
  void daemonReports(String... conditions) {
    nodes().forEach(node -> daemonReports(node, conditions));
  }

  /** The same on one node. */
  void daemonReports(DilatedNode node, String... conditions) {
    report(node, null, Arrays.stream(conditions).map(Cluster::parse).toList());
  }

  /** The daemon's later reports on a node, where only figures have changed. */
  void daemonMeasures(DilatedNode node) {
    report(
        node,
        new DilatedNodeStatus.Cpu(
            100_000L,
            10_000L,
            100_000L,
            0L,
            System.nanoTime() / 1000,
            0L,
            0L,
            Instant.now().toString()),
        node.getStatus().conditions().stream()
            .filter(condition -> !condition.getType().equals("Provisioned"))
            .toList());
  }

  private void report(DilatedNode node, DilatedNodeStatus.Cpu cpu, List<Condition> conditions) {
    DilatedNode patch = new DilatedNode();
    patch.setMetadata(
        new ObjectMetaBuilder()
            .withName(node.getMetadata().getName())
            .withNamespace(namespace)
            .build());
    patch.setStatus(
        new DilatedNodeStatus(null, node.getMetadata().getGeneration(), cpu, null, conditions));
    client.resource(patch).subresource("status").patch(applyAs(Api.NODE_DAEMON));
  }

  /** Waits until a model's condition is {@code Status/Reason}; fails with what it was instead. */
  void await(String model, String type, String wanted) {
    Awaitility.await(model + " " + type + " = " + wanted)
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(condition(model, type))
                    .as(() -> Serialization.asYaml(List.of(model(model), nodes())))
                    .isEqualTo(wanted));
  }

  /** Waits until a node's condition is {@code Status/Reason}; fails with what it was instead. */
  void awaitNode(String node, String type, String wanted) {
    Awaitility.await(node + " " + type + " = " + wanted)
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(nodeCondition(node, type)).isEqualTo(wanted));
  }

  private String nodeCondition(String name, String type) {
    return nodes().stream()
        .filter(node -> node.getMetadata().getName().equals(name) && node.getStatus() != null)
        .flatMap(node -> node.getStatus().conditions().stream())
        .filter(condition -> condition.getType().equals(type))
        .map(condition -> condition.getStatus() + "/" + condition.getReason())
        .findFirst()
        .orElse("absent");
  }

  /** Waits for a state of affairs. */
  void awaitThat(String what, Predicate<Cluster> holds) {
    Awaitility.await(what).atMost(PATIENCE).ignoreExceptions().until(() -> holds.test(this));
  }

  /** {@code Status/Reason} of a model's condition at its present generation. */
  String condition(String model, String type) {
    ScaleModel there = model(model);
    if (there.getStatus() == null
        || !there.getMetadata().getGeneration().equals(there.getStatus().observedGeneration())) {
      return "not observed";
    }
    return find(model, type)
        .map(condition -> condition.getStatus() + "/" + condition.getReason())
        .orElse("absent");
  }

  String message(String model, String type) {
    return find(model, type).map(Condition::getMessage).orElse("absent");
  }

  /** Every write that the API server has ever answered for the kinds that the operator writes. */
  long writes() {
    Matcher matcher = WRITES.matcher(client.raw("/metrics"));
    double sum = 0;
    while (matcher.find()) {
      sum += Double.parseDouble(matcher.group(3));
    }
    return Math.round(sum);
  }

  private Optional<Condition> find(String model, String type) {
    return model(model).getStatus().conditions().stream()
        .filter(condition -> condition.getType().equals(type))
        .findFirst();
  }

  private List<GenericKubernetesResource> list(ResourceDefinitionContext kind) {
    return client.genericKubernetesResources(kind).inNamespace(namespace).list().getItems();
  }

  /** What virt-controller makes of a VM's template. */
  static GenericKubernetesResource instanceOf(GenericKubernetesResource vm) {
    Map<?, ?> template = (Map<?, ?>) KubeVirt.at(vm, "spec", "template").orElseThrow();
    Map<?, ?> metadata = (Map<?, ?>) template.get("metadata");
    GenericKubernetesResource instance = new GenericKubernetesResource();
    instance.setApiVersion(vm.getApiVersion());
    instance.setKind("VirtualMachineInstance");
    instance.setMetadata(
        new ObjectMetaBuilder()
            .withName(vm.getMetadata().getName())
            .withNamespace(vm.getMetadata().getNamespace())
            .withLabels(texts(metadata.get("labels")))
            .withAnnotations(texts(metadata.get("annotations")))
            .addNewOwnerReference()
            .withApiVersion(vm.getApiVersion())
            .withKind(vm.getKind())
            .withName(vm.getMetadata().getName())
            .withUid(vm.getMetadata().getUid())
            .withController(true)
            .endOwnerReference()
            .build());
    instance.setAdditionalProperty("spec", template.get("spec"));
    return instance;
  }

  private static Map<String, String> texts(Object map) {
    Map<String, String> texts = new java.util.HashMap<>();
    ((Map<?, ?>) map).forEach((key, value) -> texts.put(key.toString(), value.toString()));
    return texts;
  }

  private static Condition parse(String text) {
    String[] parts = text.split("[=/]");
    Condition condition = Fixtures.condition(parts[0], parts[1], parts[2]);
    condition.setLastTransitionTime(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    return condition;
  }

  private static PatchContext applyAs(String manager) {
    return new PatchContext.Builder()
        .withPatchType(PatchType.SERVER_SIDE_APPLY)
        .withFieldManager(manager)
        .withForce(true)
        .build();
  }
}
