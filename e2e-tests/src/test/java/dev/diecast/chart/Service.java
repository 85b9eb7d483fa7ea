package dev.diecast.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.ScaleModel;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/**
 * What a user and KubeVirt's controllers do in one namespace, so that every right is made use of.
 */
public final class Service {
  static final String MODEL = "shop";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final PatchContext APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager("user")
          .withForce(true)
          .build();

  private final KubernetesClient client;
  private final String namespace;
  private final Duration patience;

  public Service(KubernetesClient client, String namespace, Duration patience) {
    this.client = client;
    this.namespace = namespace;
    this.patience = patience;
  }

  /** Whatever a model needs, save its topology. */
  public void prepare() {
    apply("{apiVersion: v1, kind: Namespace, metadata: {name: %s}}".formatted(namespace));
    for (String scope : List.of("Cluster", "")) {
      apply(
          """
          apiVersion: instancetype.kubevirt.io/v1beta1
          kind: VirtualMachine%sInstancetype
          metadata: {name: rights-small, namespace: %s}
          spec: {cpu: {guest: 1}, memory: {guest: 128Mi}}
          """
              .formatted(scope, namespace));
      apply(
          """
          apiVersion: instancetype.kubevirt.io/v1beta1
          kind: VirtualMachine%sPreference
          metadata: {name: rights-linux, namespace: %s}
          spec: {}
          """
              .formatted(scope, namespace));
    }
  }

  /** GML in a ConfigMap that the operator watches. */
  public void topology(String delay) {
    apply(
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: cities, namespace: %s, labels: {diecast.dev/topology: ""}}
        data:
          topology.gml: |
            graph [
              node [ id 0 label "Paris" ]
              node [ id 1 label "Berlin" ]
              edge [ source 0 target 1 bandwidth "10Mbit/s" delay "%s" ]
            ]
        """
            .formatted(namespace, delay));
  }

  public void model(String factor, int webs) {
    apply(
        """
        apiVersion: diecast.dev/v1alpha1
        kind: ScaleModel
        metadata: {name: %s, namespace: %s}
        spec:
          timeDilation: {factor: "%s"}
          network:
            topology: {configMap: {name: cities}}
          groups:
          - name: web
            replicas: %d
            machine: {cpus: 1, memory: 128Mi}
            vm:
              instancetype: {name: rights-small}
              preference: {name: rights-linux}
              image: diecast.dev/guests/base:bookworm
          - name: db
            replicas: 1
            machine: {cpus: 1, memory: 128Mi}
            vm:
              instancetype: {name: rights-small, kind: VirtualMachineInstancetype}
              preference: {name: rights-linux, kind: VirtualMachinePreference}
              image: diecast.dev/guests/base:bookworm
        """
            .formatted(MODEL, namespace, factor, webs));
  }

  private void apply(String yaml) {
    JsonNode object = Chart.objects(yaml).getFirst();
    String kind = object.path("kind").asText();
    GenericKubernetesResource resource = ChartCluster.generic(object);
    if (kind.contains("Cluster") || kind.equals("Namespace")) {
      resource.getMetadata().setNamespace(null);
    }
    client.resource(resource).patch(APPLY);
  }

  public ScaleModel model() {
    return client.resources(ScaleModel.class).inNamespace(namespace).withName(MODEL).get();
  }

  List<DilatedNode> nodes() {
    return client.resources(DilatedNode.class).inNamespace(namespace).list().getItems();
  }

  void deleteModel() {
    client.resources(ScaleModel.class).inNamespace(namespace).withName(MODEL).delete();
    await("model gone", () -> nodes().isEmpty() && machines("virtualmachines").isEmpty());
  }

  /** Whether the model's condition is so, for its newest generation. */
  public boolean is(String type, String status) {
    ScaleModel model = model();
    return model.getStatus() != null
        && model.getStatus().conditions().stream()
            .filter(c -> c.getType().equals(type) && c.getStatus().equals(status))
            .map(Condition::getObservedGeneration)
            .anyMatch(model.getMetadata().getGeneration()::equals);
  }

  /** Whether each of so many nodes has that condition of the daemon's. */
  public boolean daemonReports(int nodes, String type) {
    List<DilatedNode> all = nodes();
    return all.size() == nodes
        && all.stream()
            .allMatch(
                node ->
                    node.getStatus() != null
                        && node.getStatus().conditions().stream()
                            .anyMatch(c -> c.getType().equals(type)));
  }

  /** As virt-controller under runStrategy Always: a VM without an instance gets one. */
  public void virtControllers(String phase) {
    List<String> there =
        machines("virtualmachineinstances").stream().map(i -> i.getMetadata().getName()).toList();
    for (GenericKubernetesResource vm : machines("virtualmachines")) {
      if (!there.contains(vm.getMetadata().getName())) {
        client.resource(instanceOf(vm)).create();
      }
    }
    for (GenericKubernetesResource instance : machines("virtualmachineinstances")) {
      GenericKubernetesResource patch = new GenericKubernetesResource();
      patch.setApiVersion(instance.getApiVersion());
      patch.setKind(instance.getKind());
      patch.setMetadata(
          new ObjectMetaBuilder()
              .withName(instance.getMetadata().getName())
              .withNamespace(namespace)
              .build());
      patch.setAdditionalProperty("status", Map.of("phase", phase));
      client.resource(patch).patch(APPLY);
    }
  }

  public List<GenericKubernetesResource> machines(String plural) {
    return client
        .genericKubernetesResources(
            new ResourceDefinitionContext.Builder()
                .withGroup("kubevirt.io")
                .withVersion("v1")
                .withPlural(plural)
                .withNamespaced(true)
                .build())
        .inNamespace(namespace)
        .list()
        .getItems();
  }

  private GenericKubernetesResource instanceOf(GenericKubernetesResource vm) {
    JsonNode template = JSON.valueToTree(vm.getAdditionalProperties()).at("/spec/template");
    GenericKubernetesResource instance = new GenericKubernetesResource();
    instance.setApiVersion(vm.getApiVersion());
    instance.setKind("VirtualMachineInstance");
    instance.setMetadata(
        new ObjectMetaBuilder()
            .withName(vm.getMetadata().getName())
            .withNamespace(namespace)
            .withLabels(texts(template.at("/metadata/labels")))
            .withAnnotations(texts(template.at("/metadata/annotations")))
            .addNewOwnerReference()
            .withApiVersion(vm.getApiVersion())
            .withKind(vm.getKind())
            .withName(vm.getMetadata().getName())
            .withUid(vm.getMetadata().getUid())
            .withController(true)
            .endOwnerReference()
            .build());
    instance.setAdditionalProperty("spec", template.path("spec"));
    return instance;
  }

  private static Map<String, String> texts(JsonNode map) {
    Map<String, String> texts = new java.util.HashMap<>();
    map.properties().forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
    return texts;
  }

  /** What is to come about. */
  @FunctionalInterface
  public interface Wish {
    boolean isTrue() throws Exception;
  }

  public void await(String what, Wish wish) {
    Awaitility.await(what)
        .atMost(patience)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .until(wish::isTrue);
  }

  /** Uses every right of operator and daemon at least once. */
  void runAll() {
    prepare();
    model("10", 2);
    await("no topology yet", () -> is("Accepted", "False"));
    topology("9ms");
    await("placed", () -> is("Placed", "True"));
    await("machines", () -> machines("virtualmachines").size() == 3);
    virtControllers("Running");
    await("provisioned", () -> is("Provisioned", "True"));
    await("the daemon has looked", () -> daemonReports(3, "Networked"));
    // The same news again, which counts an event up.
    for (int time = 2; time <= 3; time++) {
      virtControllers("Failed");
      await("a machine failed", () -> is("Provisioned", "False"));
      virtControllers("Running");
      int count = time;
      await("provisioned again", () -> is("Provisioned", "True") && times("Provisioned") == count);
    }
    // Another T: guests start anew. Another network: another PipeGraph. Fewer nodes.
    model("20", 1);
    topology("5ms");
    await("old guests stopped", () -> machines("virtualmachineinstances").isEmpty());
    await("fewer nodes", () -> nodes().size() == 2);
    await("fewer machines", () -> machines("virtualmachines").size() == 2);
    virtControllers("Running");
    await("provisioned at another T", () -> is("Provisioned", "True"));
    await("one PipeGraph", () -> graphs() == 1);
  }

  /** How often that was said of the model. */
  private int times(String reason) {
    return client.v1().events().inNamespace(namespace).list().getItems().stream()
        .filter(event -> event.getInvolvedObject().getKind().equals("ScaleModel"))
        .filter(event -> event.getReason().equals(reason))
        .mapToInt(event -> event.getCount())
        .max()
        .orElse(0);
  }

  private int graphs() {
    return client
        .resources(dev.diecast.api.v1alpha1.PipeGraph.class)
        .inNamespace(namespace)
        .list()
        .getItems()
        .size();
  }
}
