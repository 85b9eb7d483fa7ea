package dev.diecast.standalone.virt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diecast.standalone.controlplane.ControlPlane;
import dev.diecast.standalone.controlplane.ControlPlaneBinaries;
import dev.diecast.standalone.controlplane.CustomResourceDefinitions;
import dev.diecast.standalone.image.GuestImage;
import dev.diecast.standalone.image.ImageStore;
import dev.diecast.standalone.qemu.Accelerator;
import dev.diecast.standalone.qemu.QemuInstallation;
import dev.diecast.standalone.supervisor.Instance;
import dev.diecast.standalone.supervisor.Teardown;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the stand-in refuses, against the real API server and with KubeVirt's real schemas. Where a
 * process must end at once, {@code false} stands for QEMU: guests that run are the E2E's.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StandInIT {

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir static Path temporary;
  private Instance instance;
  private ControlPlane controlPlane;
  private KubernetesClient client;
  private StandIn standIn;

  private static final class OneImage implements ImageStore {
    @Override
    public Optional<GuestImage> resolve(String reference) {
      return reference.equals("k:1")
          ? Optional.of(new GuestImage("k:1", Path.of("/none"), Path.of("/none"), Optional.empty()))
          : Optional.empty();
    }

    @Override
    public List<String> available() {
      return List.of("k:1");
    }
  }

  @BeforeAll
  void start() {
    instance = new Instance("it", temporary.resolve("s"));
    controlPlane =
        ControlPlane.start(
            ControlPlaneBinaries.locate(temporary.resolve("cache"), System.out::println),
            instance.directory(),
            0,
            instance.mark(),
            System.out::println);
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(controlPlane.kubeconfig("virt").toFile()))
            .build();
    CustomResourceDefinitions.apply(client, System.out::println);
    standIn =
        StandIn.start(
            client,
            new GuestHost(
                "n1",
                instance.directory(),
                instance.cgroupName(),
                new QemuInstallation(List.of("false"), Map.of(), Accelerator.TCG, "0"),
                new OneImage(),
                () -> {
                  throw new IllegalStateException("no guest here has a slow disk");
                },
                instance.mark(),
                Duration.ofSeconds(30)),
            instance.mark().entrySet().iterator().next(),
            System.out::println);
  }

  @AfterAll
  void leaveNothing() {
    standIn.close();
    client.close();
    controlPlane.close();
    assertThat(Teardown.of(instance, System.out::println).run().isClean()).isTrue();
  }

  @Test
  void refusesAnUnsupportedFieldByName() {
    ObjectNode machine = named("unsupported");
    ((ObjectNode) machine.at("/spec/template/spec")).put("hostname", "x");
    create(machine);
    JsonNode failure = awaitCondition("unsupported", "Failure", "UnsupportedByStandalone");
    assertThat(failure.path("message").asText()).contains("spec.template.spec.hostname");
    assertThat(instance("unsupported")).isEmpty();
  }

  @Test
  void namesTheImagesThereAreWhereOneIsUnknown() {
    ObjectNode machine = named("image");
    ((ObjectNode) machine.at("/spec/template/spec/domain/firmware/kernelBoot/container"))
        .put("image", "gone:1");
    create(machine);
    JsonNode condition = awaitCondition("image", "Synchronized", "ErrImagePull");
    assertThat(condition.path("message").asText()).contains("gone:1", "k:1");
    awaitPrintable("image", "ErrImagePull");
  }

  @Test
  void schedulesOnItsOwnNodeOnly() {
    ObjectNode machine = named("elsewhere");
    ((ObjectNode) machine.at("/spec/template/spec/nodeSelector"))
        .put("kubernetes.io/hostname", "n2");
    create(machine);
    awaitCondition("elsewhere", "PodScheduled", "Unschedulable");
    awaitPrintable("elsewhere", "ErrorUnschedulable");
  }

  @Test
  void namesAnUnknownInstancetype() {
    ObjectNode machine = named("typed");
    ((ObjectNode) machine.path("spec")).putObject("instancetype").put("name", "huge");
    create(machine);
    awaitCondition("typed", "Failure", "UnknownInstancetype");
  }

  @Test
  void triesAgainLaterWhereQemuEndsAtOnce() {
    create(named("broken"));
    await()
        .atMost(LONG)
        .until(
            () -> machine("broken").at("/status/startFailure/consecutiveFailCount").asInt() >= 1);
    awaitPrintable("broken", "CrashLoopBackOff");
  }

  @Test
  void letsGoOfADeletedMachine() {
    create(named("deleted"));
    await().atMost(LONG).until(() -> machine("deleted").at("/metadata/finalizers").size() == 1);
    client
        .genericKubernetesResources(KubeVirtApi.MACHINES)
        .inNamespace("default")
        .withName("deleted")
        .delete();
    await().atMost(LONG).until(() -> machine("deleted").isEmpty() && instance("deleted").isEmpty());
  }

  @Test
  void failsAnInstanceWithAnUnreadableDilation() {
    ObjectNode machine = named("dilated");
    ((ObjectNode) machine.at("/spec/template/metadata/annotations"))
        .put("diecast.dev/time-dilation-factor", "0.5");
    create(machine);
    JsonNode condition = awaitCondition("dilated", "Synchronized", "Invalid");
    assertThat(condition.path("message").asText()).contains("time-dilation-factor");
  }

  @Test
  void writesNothingWhenNothingChanges() throws InterruptedException {
    ObjectNode machine = named("still");
    ((ObjectNode) machine.path("spec")).put("runStrategy", "Halted");
    create(machine);
    awaitPrintable("still", "Stopped");
    String version = machine("still").at("/metadata/resourceVersion").asText();
    client
        .genericKubernetesResources(KubeVirtApi.MACHINES)
        .inNamespace("default")
        .withName("still")
        .edit(
            resource -> {
              resource.getMetadata().setLabels(Map.of("touched", "1"));
              return resource;
            });
    String touched = machine("still").at("/metadata/resourceVersion").asText();
    assertThat(touched).isNotEqualTo(version);
    Thread.sleep(1500);
    assertThat(machine("still").at("/metadata/resourceVersion").asText()).isEqualTo(touched);
  }

  private static ObjectNode named(String name) {
    ObjectNode machine = Trees.machine();
    ObjectNode metadata = (ObjectNode) machine.path("metadata");
    metadata.remove(List.of("uid", "generation", "finalizers"));
    metadata.put("name", name);
    ((ObjectNode) machine.at("/spec/template/metadata/annotations"))
        .put("diecast.dev/model-clock-origin", "2026-01-01T00:00:00.000000Z");
    return machine;
  }

  private void create(ObjectNode machine) {
    client
        .genericKubernetesResources(KubeVirtApi.MACHINES)
        .inNamespace("default")
        .resource(MAPPER.convertValue(machine, GenericKubernetesResource.class))
        .create();
  }

  private ObjectNode machine(String name) {
    return Optional.ofNullable(
            client
                .genericKubernetesResources(KubeVirtApi.MACHINES)
                .inNamespace("default")
                .withName(name)
                .get())
        .map(KubeVirtApi::tree)
        .orElseGet(KubeVirtApi::object);
  }

  private Optional<ObjectNode> instance(String name) {
    return Optional.ofNullable(
            client
                .genericKubernetesResources(KubeVirtApi.INSTANCES)
                .inNamespace("default")
                .withName(name)
                .get())
        .map(KubeVirtApi::tree);
  }

  private JsonNode awaitCondition(String name, String type, String reason) {
    return await()
        .atMost(LONG)
        .until(
            () ->
                machine(name)
                    .at("/status/conditions")
                    .valueStream()
                    .filter(condition -> condition.path("type").asText().equals(type))
                    .filter(condition -> condition.path("reason").asText().equals(reason))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private void awaitPrintable(String name, String expected) {
    await()
        .atMost(LONG)
        .until(() -> machine(name).at("/status/printableStatus").asText().equals(expected));
  }
}
