package dev.diecast.standalone.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.diecast.standalone.process.LoopbackPorts;
import dev.diecast.standalone.process.SupervisedProcess;
import dev.diecast.standalone.supervisor.Instance;
import dev.diecast.standalone.supervisor.Teardown;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The real etcd, kube-apiserver and kube-controller-manager. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ControlPlaneIT {

  private static final Duration LONG = Duration.ofSeconds(90);

  @TempDir static Path temporary;
  private Instance instance;
  private ControlPlaneBinaries binaries;
  private ControlPlane controlPlane;
  private KubernetesClient client;

  @BeforeAll
  void start() {
    instance = new Instance("it", temporary.resolve("state"));
    binaries = ControlPlaneBinaries.locate(temporary.resolve("cache"), System.out::println);
    controlPlane =
        ControlPlane.start(binaries, instance.directory(), 0, instance.mark(), System.out::println);
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(controlPlane.kubeconfig().toFile()))
            .build();
  }

  @AfterAll
  void leaveNothing() {
    client.close();
    controlPlane.close();
    assertThat(Teardown.of(instance, System.out::println).leftovers())
        .containsExactly("directory " + instance.directory());
    assertThat(Teardown.of(instance, System.out::println).run().isClean()).isTrue();
  }

  @Test
  void servesEveryKindAndCanBeToldTwice() {
    CustomResourceDefinitions.apply(client, System.out::println);
    CustomResourceDefinitions.apply(client, System.out::println);
    assertThat(client.apiextensions().v1().customResourceDefinitions().list().getItems())
        .extracting(crd -> crd.getMetadata().getName())
        .contains("virtualmachines.kubevirt.io", "virtualmachineinstances.kubevirt.io");
  }

  @Test
  void keepsDataAndPortWhenTheApiServerIsKilled() {
    client.resource(config("kept")).create();
    SupervisedProcess server = process("kube-apiserver");
    int restarts = server.restarts();
    ProcessHandle.of(server.pid().orElseThrow()).orElseThrow().destroyForcibly();
    await().atMost(LONG).until(() -> server.restarts() > restarts && controlPlane.isReady());
    ConfigMap found = client.resource(config("kept")).get();
    assertThat(found.getData()).containsEntry("a", "b");
  }

  @Test
  void keepsDataWhenEtcdIsKilled() {
    client.resource(config("etcd")).create();
    ProcessHandle.of(process("etcd").pid().orElseThrow()).orElseThrow().destroyForcibly();
    await()
        .atMost(LONG)
        .ignoreExceptions()
        .until(() -> client.resource(config("etcd")).get() != null);
  }

  @Test
  void collectsWhatIsOwned() {
    ConfigMap owner = client.resource(config("owner")).create();
    ConfigMap owned =
        new ConfigMapBuilder(config("owned"))
            .editMetadata()
            .addNewOwnerReference()
            .withApiVersion("v1")
            .withKind("ConfigMap")
            .withName("owner")
            .withUid(owner.getMetadata().getUid())
            .endOwnerReference()
            .endMetadata()
            .build();
    client.resource(owned).create();
    client.resource(owner).delete();
    await().atMost(LONG).until(() -> client.resource(config("owned")).get() == null);
  }

  @Test
  void refusesAPortThatIsTakenAndSaysByWhom() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(
              () ->
                  ControlPlane.start(
                      binaries,
                      temporary.resolve("other"),
                      taken.getLocalPort(),
                      Map.of(),
                      System.out::println))
          .isInstanceOf(ControlPlaneException.class)
          .hasMessageContaining("--api-port")
          .hasMessageContaining("pid " + ProcessHandle.current().pid());
    }
    assertThat(LoopbackPorts.isFree(controlPlane.apiPort())).isFalse();
  }

  @Test
  void givesEachPartAnIdentityOfItsOwn() {
    for (String user : List.of("operator", "daemon", "virt")) {
      try (KubernetesClient part =
          new KubernetesClientBuilder()
              .withConfig(Config.fromKubeconfig(controlPlane.kubeconfig(user).toFile()))
              .build()) {
        assertThat(part.namespaces().list().getItems()).isNotEmpty();
      }
    }
  }

  private SupervisedProcess process(String name) {
    return controlPlane.processes().stream()
        .filter(candidate -> candidate.component().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static ConfigMap config(String name) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("default")
        .endMetadata()
        .addToData("a", "b")
        .build();
  }
}
