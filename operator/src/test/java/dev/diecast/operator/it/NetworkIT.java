package dev.diecast.operator.it;

import static dev.diecast.operator.Fixtures.group;
import static dev.diecast.operator.Fixtures.model;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.api.resources.PipeGraphs;
import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilationHostStatus;
import dev.diecast.api.v1alpha1.Engine;
import dev.diecast.api.v1alpha1.NetworkSpec;
import dev.diecast.api.v1alpha1.PipeGraph;
import dev.diecast.api.v1alpha1.PipeGraphSpec;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelSpec;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.network.assign.PipeHosts;
import dev.diecast.operator.Fixtures;
import dev.diecast.operator.vm.KubeVirt;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** A model's network from its spec to PipeGraphs, nodes, VMs and status, and its changes. */
@ExtendWith(ApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NetworkIT {

  private static final String[] ATTACHED = {
    "Capped=True/Capped",
    "Networked=True/Attached",
    "Dilated=True/Dilated",
    "Faithful=True/Faithful"
  };

  private static final String GML =
      """
      graph [
        node [ id 0 label "Paris" ]
        node [ id 1 label "Berlin" ]
        edge [ source 0 target 1 bandwidth "10Mbit/s" delay "9ms" ]
      ]
      """;

  private ApiServer.Running api;
  private OperatorProcess operator;
  private Cluster cluster;
  private String namespace;

  @BeforeAll
  void install(ApiServer.Running running) throws IOException {
    api = running;
    api.applyDefinitions();
    operator =
        OperatorProcess.start(
            api,
            Map.of(
                "quarkus.operator-sdk.controllers.scalemodel.max-reconciliation-interval", "1s"));
    operator.awaitReady();
  }

  @AfterAll
  void stopOperator() {
    if (operator != null) {
      operator.close();
    }
  }

  @BeforeEach
  void namespace(TestInfo test) {
    namespace = "net-" + test.getTestMethod().orElseThrow().getName().toLowerCase(Locale.ROOT);
    cluster = Cluster.create(api.client(), namespace);
    cluster.instancetype("small", 1, "128Mi");
    cluster.host(namespace + "-w1", "2", "8Gi");
  }

  @Test
  void publishesOnceAndChangesLinksWithoutTouchingGuests() {
    apply("links: [{from: paris, to: berlin, bitsPerSecond: 10M, delayMicros: 9000}]", "");
    cluster.await("m", "Networked", "False/Waiting");
    PipeGraph first = onlyGraph();
    assertThat(first.getSpec().revision()).isEqualTo(1);
    assertThat(first.getSpec().hosts()).containsExactly(namespace + "-w1");
    assertThat(cluster.nodes())
        .extracting(node -> node.getSpec().network().address())
        .containsExactlyInAnyOrder("10.64.1.0/10", "10.64.1.1/10", "10.64.2.0/10");
    var machine = cluster.machines().getFirst();
    assertThat(KubeVirt.at(machine, "spec", "template", "spec", "networks").orElseThrow())
        .isEqualTo(List.of(Map.of("name", "diecast", "pod", Map.of())));
    assertThat(
            KubeVirt.textAt(
                machine,
                "spec",
                "template",
                "spec",
                "domain",
                "firmware",
                "kernelBoot",
                "kernelArgs"))
        .get()
        .asString()
        .contains("diecast.address=10.64.2.0/10 diecast.mtu=1500")
        .contains("diecast.names=web@10.64.1.0+256,db@10.64.2.0+256");

    cluster.virtControllerStep("Running");
    cluster.daemonReports(ATTACHED);
    cluster.await("m", "Networked", "True/Networked");
    cluster.await("m", "Ready", "True/Ready");
    assertThat(cluster.model("m").getStatus().network().pipes()).isEqualTo(8);
    assertThat(cluster.model("m").getStatus().network().longestPathPipes()).isEqualTo(3);

    long writes = cluster.writes();
    pause();
    assertThat(cluster.writes()).as("writes of a settled networked model").isEqualTo(writes);

    List<Long> generations = generations();
    apply(
        "links: [{from: paris, to: berlin, bitsPerSecond: 10M, delayMicros: 9000}]",
        "linkChanges: [{from: berlin, to: paris, delayMicros: 50000, down: true}]");
    Awaitility.await("the changed graph")
        .atMost(Duration.ofSeconds(30))
        .until(() -> onlyGraph().getSpec().revision() == 2);
    PipeGraphSpec.Link link = onlyGraph().getSpec().links().getFirst();
    assertThat(link.forward().delayNanos()).isEqualTo(50_000_000);
    assertThat(link.down()).isTrue();
    cluster.awaitThat(
        "who cannot reach whom",
        c -> c.model("m").getStatus().network().disconnectedParts().size() == 2);
    assertThat(generations()).as("of nodes and VMs").isEqualTo(generations);
  }

  /** All that the daemons of two hosts need to know to do it together. */
  @Test
  void saysWhichOfTwoHostsHasWhatAndByWhichPort() {
    cluster.host(namespace + "-w2", "2", "8Gi");
    apply("links: [{from: paris, to: berlin, bitsPerSecond: 10M, delayMicros: 9000}]", "");
    PipeGraphSpec graph = onlyGraph().getSpec();
    assertThat(graph.hosts()).containsExactly(namespace + "-w1", namespace + "-w2");
    assertThat(graph.peerPort()).as("of the chart's NetworkPolicy").isBetween(6490, 7489);
    Map<String, String> placed =
        cluster.nodes().stream()
            .collect(Collectors.toMap(n -> n.getMetadata().getName(), n -> n.getSpec().host()));
    Map<String, String> published = new HashMap<>();
    for (PipeGraphSpec.Attachment group : graph.attachments()) {
      for (int i = 0; i < group.hosts().size(); i++) {
        published.put("m-" + group.group() + "-" + i, graph.hosts().get(group.hosts().get(i)));
      }
    }
    assertThat(published).isEqualTo(placed);
    PipeHosts pipes = PipeGraphs.hosts(graph);
    assertThat(
            PipeGraphs.emulated(graph, DilationFactor.NONE).pipes().stream()
                .map(pipes::hostOf)
                .distinct())
        .as("hosts that have pipes")
        .containsExactlyInAnyOrder(0, 1);
    cluster.awaitThat("loads of both", c -> c.model("m").getStatus().network().hosts().size() == 2);
    assertThat(cluster.model("m").getStatus().network().hosts())
        .allSatisfy(host -> assertThat(host.sentBitsPerSecond()).isPositive());
  }

  /** Nothing of it is published until one host has all, and then at once. */
  @Test
  void theKernelsEngineIsForOneHostThatHasIt() {
    String links = "links: [{from: paris, to: berlin, bitsPerSecond: 10M, delayMicros: 9000}]";
    cluster.hostStatus(namespace + "-w1", kernelPipes(false));
    apply(links, "engine: Kernel\ndistillation: {mode: EndToEnd}");
    cluster.await("m", "Networked", "False/InvalidNetwork");
    assertThat(cluster.message("m", "Networked"))
        .startsWith("spec.network.engine: ")
        .contains(namespace + "-w1", "no netem");
    assertThat(graphs()).isEmpty();

    cluster.hostStatus(namespace + "-w1", kernelPipes(true));
    assertThat(onlyGraph().getSpec().engineOrDefault()).isEqualTo(Engine.Kernel);
    cluster.awaitThat(
        "what it gets", c -> c.model("m").getStatus().network().engine() == Engine.Kernel);
  }

  private static DilationHostStatus kernelPipes(boolean available) {
    DilationHostStatus status = Fixtures.hostStatus("2", "8Gi", Fixtures.TSC_KILOHERTZ, "True");
    return new DilationHostStatus(
        status.observedGeneration(),
        status.capacity(),
        status.overheadPerNode(),
        status.tsc(),
        status.drivers(),
        new DilationHostStatus.Features(
            null,
            null,
            null,
            null,
            null,
            new DilationHostStatus.KernelPipes(
                available, available ? null : "this kernel has no netem: load it")),
        null,
        null,
        null,
        null,
        null,
        status.conditions());
  }

  @Test
  void takesTheTopologyOfAConfigMapAndItsChanges() {
    apply("configMap: {name: zoo}", "");
    cluster.await("m", "Accepted", "False/UnknownTopology");
    assertThat(cluster.message("m", "Accepted"))
        .startsWith("spec.network.topology.configMap: there is no ConfigMap zoo in namespace");
    assertThat(cluster.nodes()).isEmpty();

    ConfigMap map = configMap(GML);
    map.getMetadata().setLabels(Map.of());
    api.client().resource(map).create();
    apply("configMap: {name: zoo}", "mtuBytes: 1400");
    cluster.awaitThat("the label", c -> c.message("m", "Accepted").contains("kubectl label"));

    api.client().resource(configMap(GML)).update();
    cluster.await("m", "Accepted", "True/Valid");
    cluster.awaitThat("the graph", c -> graphs().size() == 1);
    assertThat(onlyGraph().getSpec().links().getFirst().forward().delayNanos())
        .isEqualTo(9_000_000);

    api.client().resource(configMap(GML.replace("9ms", "2ms"))).update();
    Awaitility.await("the edit")
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                onlyGraph().getSpec().links().getFirst().forward().delayNanos().equals(2_000_000L));
    long revision = onlyGraph().getSpec().revision();

    api.client().resource(configMap("graph [ node [ id 0 ]")).update();
    cluster.await("m", "Networked", "False/InvalidNetwork");
    assertThat(cluster.message("m", "Networked"))
        .contains("spec.network.topology.configMap: line 1")
        .contains("pipes stay as they were");
    assertThat(onlyGraph().getSpec().revision()).isEqualTo(revision);
    assertThat(cluster.condition("m", "Accepted")).isEqualTo("True/Valid");
  }

  @Test
  void goesWithTheNetworkAndWithTheModel() {
    apply("generate: \"ring:5\"", "distillation: {mode: EndToEnd}");
    cluster.awaitThat("the graph", c -> graphs().size() == 1);
    ScaleModel model = cluster.model("m");
    model.setSpec(
        new ScaleModelSpec(
            model.getSpec().timeDilation(), model.getSpec().hosts(), model.getSpec().groups()));
    model.getMetadata().setManagedFields(null);
    model.getMetadata().setResourceVersion(null);
    cluster.apply(model);
    cluster.awaitThat("no graph", c -> graphs().isEmpty());
    cluster.await("m", "Networked", "absent");
    cluster.awaitThat(
        "no interface", c -> c.nodes().stream().allMatch(n -> n.getSpec().network() == null));

    apply("generate: \"ring:5\"", "");
    cluster.awaitThat("a graph again", c -> graphs().size() == 1);
    cluster.delete("m");
    cluster.awaitThat("nothing", c -> graphs().isEmpty());
  }

  @Test
  void aGraphThatSomebodyElseMakesIsReplacedAndSaidToBe() {
    apply("links: [{from: paris, to: berlin, bitsPerSecond: 10M, delayMicros: 9000}]", "");
    cluster.await("m", "Networked", "False/Waiting");
    PipeGraph own = onlyGraph();
    // As kubectl get, an editor and kubectl apply would make it: all marks of the operator are on
    // it.
    forge(own, 2, own.getMetadata().getName().replace("m-1-", "m-2-"), true);
    PipeGraph second = graphAt(3);
    assertThat(second.getSpec().links()).isEqualTo(own.getSpec().links());
    assertThat(second.getSpec().lastTrustedRevision()).isEqualTo(1);
    forge(own, 4, "m-by-hand", false);
    PipeGraph third = graphAt(5);
    assertThat(third.getSpec().links()).isEqualTo(own.getSpec().links());
    assertThat(third.getSpec().lastTrustedRevision()).isEqualTo(3);
    apply("links: [{from: paris, to: berlin, bitsPerSecond: 20M, delayMicros: 9000}]", "");
    assertThat(graphAt(6).getSpec().lastTrustedRevision()).as("a change by the user").isNull();
  }

  /** A graph of the model by which its first link takes longer. */
  private void forge(PipeGraph own, long revision, String name, boolean marked) {
    PipeGraph forged = Serialization.clone(own);
    var metadata = new ObjectMetaBuilder().withName(name).withNamespace(namespace);
    if (marked) {
      metadata
          .withLabels(own.getMetadata().getLabels())
          .withAnnotations(own.getMetadata().getAnnotations())
          .withOwnerReferences(own.getMetadata().getOwnerReferences());
    }
    forged.setMetadata(metadata.build());
    String spec =
        Serialization.asJson(own.getSpec())
            .replaceFirst("\"revision\":\\s*1\\b", "\"revision\":" + revision)
            .replaceFirst("\"delayNanos\":\\s*9000000\\b", "\"delayNanos\":9900000");
    forged.setSpec(Serialization.unmarshal(spec, PipeGraphSpec.class));
    assertThat(forged.getSpec().links()).as("another delay").isNotEqualTo(own.getSpec().links());
    api.client().resource(forged).create();
  }

  /** The only graph, once it has this revision. */
  private PipeGraph graphAt(long revision) {
    Awaitility.await("revision " + revision)
        .atMost(Duration.ofSeconds(30))
        .until(() -> graphs().size() == 1 && graphs().getFirst().getSpec().revision() == revision);
    return graphs().getFirst();
  }

  private void apply(String topology, String rest) {
    ScaleModel model = model("m", "10", group("web", 2), group("db", 1));
    NetworkSpec network =
        Serialization.unmarshal("topology:\n  " + topology + "\n" + rest, NetworkSpec.class);
    model.setSpec(
        new ScaleModelSpec(
            model.getSpec().timeDilation(),
            model.getSpec().hosts(),
            model.getSpec().groups(),
            network));
    cluster.apply(model);
  }

  private ConfigMap configMap(String gml) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName("zoo")
        .withNamespace(namespace)
        .addToLabels(Api.LABEL_TOPOLOGY, "")
        .endMetadata()
        .addToData("topology.gml", gml)
        .build();
  }

  private List<PipeGraph> graphs() {
    return api.client().resources(PipeGraph.class).inNamespace(namespace).list().getItems();
  }

  private PipeGraph onlyGraph() {
    Awaitility.await("one PipeGraph")
        .atMost(Duration.ofSeconds(30))
        .until(() -> graphs().size() == 1);
    return graphs().getFirst();
  }

  private List<Long> generations() {
    return java.util.stream.Stream.<HasMetadata>concat(
            cluster.nodes().stream(), cluster.machines().stream())
        .map(resource -> resource.getMetadata().getGeneration())
        .toList();
  }

  /** Several forced reconciliations. */
  private static void pause() {
    Awaitility.await().pollDelay(Duration.ofSeconds(5)).until(() -> true);
  }
}
