package dev.diecast.standalone.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.standalone.cli.CommandLineRun;
import dev.diecast.standalone.cli.KubectlPlugin;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.controlplane.ControlPlane;
import dev.diecast.standalone.controlplane.ControlPlaneBinaries;
import dev.diecast.standalone.controlplane.CustomResourceDefinitions;
import dev.diecast.standalone.supervisor.Instance;
import dev.diecast.standalone.supervisor.Teardown;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The plugin's commands at a real API server on which nobody else writes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlanIT {
  private static final List<String> OURS =
      List.of("diecast.dev/v1alpha1", "kubevirt.io/v1", "instancetype.kubevirt.io/v1beta1");

  private static final String HOST =
      """
      apiVersion: diecast.dev/v1alpha1
      kind: DilationHost
      metadata: {name: w1}
      spec: {relativeSpeed: "1"}
      status:
        capacity: {cpu: "2", memory: 8Gi}
        tsc: {kilohertz: 2900000, source: KVM}
        drivers: [{name: GuestKernel, available: true}]
        conditions:
        - {type: Ready, status: "True", reason: FactsKnown, message: ready, lastTransitionTime: "2026-11-22T10:00:00Z"}
      """;

  private static final String TYPE =
      """
      apiVersion: instancetype.kubevirt.io/v1beta1
      kind: VirtualMachineClusterInstancetype
      metadata: {name: there}
      spec: {cpu: {guest: 1}, memory: {guest: 128Mi}}
      """;

  private static final String MODEL =
      """
      apiVersion: diecast.dev/v1alpha1
      kind: ScaleModel
      metadata: {name: %s}
      spec:
        timeDilation: {factor: "%s"}
        groups:
        - name: web
          replicas: 4
          machine: {cpus: 1, memory: 128Mi}
          vm: {instancetype: {name: %s}, image: "registry.example.com/base:1"}
      """;

  @TempDir static Path temporary;
  private Instance instance;
  private ControlPlane controlPlane;
  private KubernetesClient client;

  @BeforeAll
  void start() {
    instance = new Instance("it", temporary.resolve("state"));
    ControlPlaneBinaries binaries =
        ControlPlaneBinaries.locate(temporary.resolve("cache"), System.out::println);
    controlPlane =
        ControlPlane.start(binaries, instance.directory(), 0, instance.mark(), System.out::println);
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(controlPlane.kubeconfig().toFile()))
            .build();
    CustomResourceDefinitions.apply(client, System.out::println);
    DilationHost host = client.getKubernetesSerialization().unmarshal(HOST, DilationHost.class);
    DilationHost made = client.resource(host).create();
    made.setStatus(host.getStatus());
    client.resource(made).updateStatus();
    create(TYPE);
    create(MODEL.formatted("other", "10", "there"));
  }

  @AfterAll
  void leaveNothing() {
    client.close();
    controlPlane.close();
    assertThat(Teardown.of(instance, System.out::println).run().isClean()).isTrue();
  }

  private void create(String yaml) {
    client
        .load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
        .inNamespace("default")
        .create();
  }

  /** Of every object of our kinds. */
  private Map<String, String> resourceVersions() {
    Map<String, String> versions = new TreeMap<>();
    for (String group : OURS) {
      client.getApiResources(group).getResources().stream()
          .filter(resource -> !resource.getName().contains("/"))
          .forEach(
              resource -> {
                for (GenericKubernetesResource found :
                    client
                        .genericKubernetesResources(group, resource.getKind())
                        .inAnyNamespace()
                        .list()
                        .getItems()) {
                  versions.put(name(found), found.getMetadata().getResourceVersion());
                }
              });
    }
    return versions;
  }

  private static String name(HasMetadata found) {
    return found.getKind() + "/" + found.getMetadata().getName();
  }

  private CommandLineRun plugin(String... words) {
    List<String> line = new ArrayList<>(List.of(words));
    line.addAll(List.of("--kubeconfig", controlPlane.kubeconfig().toString()));
    return CommandLineRun.of(KubectlPlugin::commandLine, line);
  }

  @Test
  void readsAndWritesNothing() throws IOException {
    Path fits =
        Files.writeString(temporary.resolve("a.yaml"), MODEL.formatted("shop", "auto", "there"));
    Path unknown =
        Files.writeString(temporary.resolve("b.yaml"), MODEL.formatted("shop", "10", "absent"));
    Map<String, String> before = resourceVersions();
    assertThat(before).containsKeys("DilationHost/w1", "ScaleModel/other");

    CommandLineRun planned = plugin("plan", fits.toString(), "-o", "json");
    assertThat(planned.exit()).as(planned.errors()).isEqualTo(ExitCode.OK);
    // 4/T of 2 cores less 10 %.
    assertThat(planned.json().at("/models/0/timeDilationFactor").asText()).isEqualTo("23/10");
    assertThat(planned.json().at("/models/0/nodes/0/host").asText()).isEqualTo("w1");

    CommandLineRun refused = plugin("plan", unknown.toString());
    assertThat(refused.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(refused.errors())
        .contains("UnknownInstancetype: spec.groups[0].vm.instancetype: there is no")
        .contains("VirtualMachineClusterInstancetype absent");

    CommandLineRun status = plugin("status", "-o", "json");
    assertThat(status.exit()).as(status.errors()).isEqualTo(ExitCode.OK);
    assertThat(status.json().at("/models/0/name").asText()).isEqualTo("other");
    assertThat(status.json().at("/instance").isNull()).isTrue();

    CommandLineRun doctor = plugin("doctor", "-o", "json");
    assertThat(doctor.exit()).as(doctor.out() + doctor.errors()).isEqualTo(ExitCode.OK);
    assertThat(doctor.json().at("/checks").findValuesAsText("name"))
        .containsExactly("Kubernetes", "resource types", "KubeVirt", "host w1");

    assertThat(resourceVersions()).isEqualTo(before);
  }

  @Test
  void aContextThatIsNotThereIsNamed() {
    CommandLineRun run = plugin("status", "--context", "absent");
    assertThat(run.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.errors()).contains("--context: ").contains("has no context absent; it has ");
  }
}
