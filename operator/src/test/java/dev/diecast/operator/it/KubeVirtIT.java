package dev.diecast.operator.it;

import static dev.diecast.operator.Fixtures.group;
import static dev.diecast.operator.Fixtures.machine;
import static dev.diecast.operator.Fixtures.model;
import static dev.diecast.operator.Fixtures.template;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.operator.vm.KubeVirt;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The packaged operator and a KubeVirt that mutates what it is sent, and whose guests fail in every
 * way that KubeVirt has words for.
 */
@ExtendWith(ApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubeVirtIT {

  /** What a user may write, and what Go's types do not tell from what is absent. */
  private static final String ZEROS =
      """
      metadata: {labels: {}, annotations: {}}
      spec:
        hostname: ""
        nodeSelector: {}
        tolerations: []
        terminationGracePeriodSeconds: 0
        domain:
          cpu: {dedicatedCpuPlacement: false, maxSockets: 0}
          memory: {guest: 0.25Gi}
          resources: {requests: {}, limits: {}, overcommitGuestOverhead: false}
          features: {acpi: {enabled: false}, apic: {}}
          devices:
            autoattachPodInterface: false
            rng: {}
            disks:
            - {name: data, disk: {bus: virtio, readonly: false}, tag: "", shareable: false}
          firmware:
            kernelBoot:
              kernelArgs: console=ttyS0
              container: {image: "x:1", kernelPath: /k, initrdPath: /i, imagePullSecret: ""}
        volumes:
        - {name: data, emptyDisk: {capacity: 1024Mi}}
      """;

  private ApiServer.Running api;
  private KubeVirtWebhook webhook;
  private OperatorProcess operator;
  private Cluster cluster;

  @BeforeAll
  void install(ApiServer.Running running) throws Exception {
    api = running;
    api.applyDefinitions();
    webhook = KubeVirtWebhook.start(api);
    operator = OperatorProcess.start(api, OperatorProcess.RESYNCHRONISED).awaitReady();
  }

  @AfterAll
  void stop() {
    if (operator != null) {
      operator.close();
    }
    if (webhook != null) {
      webhook.close();
    }
  }

  @BeforeEach
  void namespace(TestInfo test) {
    String name = test.getTestMethod().orElseThrow().getName().toLowerCase(Locale.ROOT);
    cluster = Cluster.create(api.client(), name);
    cluster.instancetype("small", 1, "128Mi");
    cluster.host(name + "-w1", "2", "8Gi");
  }

  @Test
  void whatGoDoesNotTellFromNothingIsAppliedOnce() throws IOException {
    int before = webhook.calls();
    cluster.apply(
        model(
            "m",
            "10",
            new NodeGroup("zero", 1, machine(1, "1", "256Mi"), template(ZEROS)),
            group("web", 1)));
    cluster.awaitThat("2 VMs", c -> c.machines().size() == 2);
    settle("m-zero-0");
    assertThat(webhook.calls() - before).as("one apply for each VM").isEqualTo(2);
    assertThat(
            KubeVirt.textAt(
                cluster.machines().getFirst(), "spec", "template", "spec", "architecture"))
        .as("the webhook was there")
        .hasValue("amd64");
    Map<String, String> versions = versions();
    long writes = cluster.writes();
    settle("m-zero-0");
    assertThat(versions()).isEqualTo(versions);
    assertThat(cluster.writes()).isEqualTo(writes);

    // Remembered or not, what somebody else writes over is put right.
    cluster.editMachine(
        "m-zero-0", vm -> vm.getMetadata().getLabels().put("diecast.dev/group", "other"));
    cluster.awaitThat(
        "its label is back",
        c ->
            c.machines().stream()
                .anyMatch(
                    vm -> "zero".equals(vm.getMetadata().getLabels().get("diecast.dev/group"))));
  }

  @Test
  void everyFailureIsSaidAndIsLeft() throws IOException {
    cluster.apply(model("m", "10", group("web", 1)));
    cluster.awaitThat("the VM", c -> c.machines().size() == 1);
    cluster.virtControllerStep("Running");
    cluster.await("m", "Provisioned", "True/Provisioned");
    int applied = webhook.calls();
    String host = cluster.nodes().getFirst().getSpec().host();

    fails(
        Map.of(
            "phase",
            "Scheduling",
            "conditions",
            List.of(
                condition("PodScheduled", "False", "Unschedulable", "0/1 nodes are available"))),
        "ErrorUnschedulable",
        "False/Unschedulable",
        "False/Unschedulable",
        "0/1 nodes are available");
    fails(
        Map.of("phase", "Pending", "conditions", List.of()),
        "CrashLoopBackOff",
        "False/Failed",
        "False/VirtualMachineFailed",
        "CrashLoopBackOff");
    fails(
        Map.of(
            "phase",
            "Running",
            "conditions",
            List.of(condition("Paused", "True", "PausedByUser", "VMI was paused by user"))),
        "Paused",
        "False/Paused",
        "False/Paused",
        "paused by user");
    fails(
        Map.of(
            "phase",
            "Running",
            "conditions",
            List.of(),
            "migrationState",
            Map.of("targetNode", "w9", "completed", false)),
        "Migrating",
        "False/Migrating",
        "False/Migrating",
        "m-web-0");
    fails(
        Map.of("phase", "Running", "nodeName", "w9", "migrationState", Map.of("completed", true)),
        "Running",
        "False/WrongHost",
        "False/WrongHost",
        "m-web-0");
    fails(
        Map.of("phase", "Unknown", "nodeName", host),
        "Unknown",
        "Unknown/Unknown",
        "False/Unknown",
        "m-web-0");
    fails(
        Map.of("phase", "Failed", "nodeName", host, "reason", "NodeUnresponsive"),
        "Stopped",
        "False/Failed",
        "False/VirtualMachineFailed",
        "m-web-0");
    // KubeVirt's controller wrote each VM's status by its subresource: nothing else was written.
    assertThat(webhook.calls()).as("writes of the VM by the operator").isEqualTo(applied);
    assertThat(cluster.events("Restarting")).isEmpty();
  }

  private void fails(
      Map<String, Object> instance, String printable, String ofNode, String ofModel, String words)
      throws IOException {
    cluster.instanceStatus("m-web-0", instance);
    cluster.printableStatus("m-web-0", printable);
    cluster.awaitNode("m-web-0", "Provisioned", ofNode);
    cluster.await("m", "Provisioned", ofModel);
    assertThat(cluster.message("m", "Provisioned")).contains(words);
    long writes = cluster.writes();
    settle("m-web-0");
    assertThat(cluster.writes()).as("writes while it is " + printable).isEqualTo(writes);

    cluster.instanceStatus(
        "m-web-0",
        Map.of(
            "phase",
            "Running",
            "nodeName",
            cluster.nodes().getFirst().getSpec().host(),
            "migrationState",
            Map.of("completed", true),
            "conditions",
            List.of()));
    cluster.printableStatus("m-web-0", "Running");
    cluster.awaitNode("m-web-0", "Provisioned", "True/Running");
    cluster.await("m", "Provisioned", "True/Provisioned");
  }

  private static Map<String, String> condition(
      String type, String status, String reason, String message) {
    return Map.of("type", type, "status", status, "reason", reason, "message", message);
  }

  @Test
  void aNamespaceEndsWithARunningModelAndNoDaemon() {
    cluster.apply(model("m", "10", group("web", 2)));
    cluster.awaitThat("2 VMs", c -> c.machines().size() == 2);
    cluster.virtControllerStep("Running");
    cluster.await("m", "Provisioned", "True/Provisioned");
    assertThat(Stream.concat(Stream.of(cluster.model("m")), cluster.nodes().stream()))
        .as("finalizers of ours, which a daemon that is gone would leave")
        .allSatisfy(object -> assertThat(object.getMetadata().getFinalizers()).isEmpty());

    cluster.deleteNamespace();
    Awaitility.await("the namespace is gone")
        .atMost(Duration.ofMinutes(2))
        .until(
            () -> {
              cluster.virtControllerLetsGo();
              return cluster.isGone();
            });
  }

  /** Several more reconciliations of a node. */
  private void settle(String node) throws IOException {
    long before = reconciliations(node);
    Awaitility.await("reconciliations of " + node)
        .atMost(Duration.ofMinutes(1))
        .until(() -> reconciliations(node) >= before + 4);
  }

  private long reconciliations(String node) throws IOException {
    return operator
        .log()
        .lines()
        .filter(line -> line.contains("DEBUG Reconciling") && line.contains(node))
        .filter(line -> line.contains(cluster.name()))
        .count();
  }

  private Map<String, String> versions() {
    return Stream.of(cluster.nodes(), cluster.machines())
        .flatMap(List::stream)
        .map(HasMetadata.class::cast)
        .collect(
            Collectors.toMap(
                resource -> resource.getKind() + "/" + resource.getMetadata().getName(),
                resource ->
                    resource.getMetadata().getResourceVersion()
                        + "/"
                        + resource.getMetadata().getGeneration()));
  }
}
