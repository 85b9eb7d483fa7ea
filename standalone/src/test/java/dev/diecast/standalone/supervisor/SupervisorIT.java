package dev.diecast.standalone.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.diecast.standalone.cli.Main;
import dev.diecast.standalone.controlplane.ControlPlaneBinaries;
import dev.diecast.standalone.qemu.Accelerator;
import dev.diecast.standalone.qemu.QemuInstallation;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A supervisor as a process of its own, with the real control plane. */
class SupervisorIT {

  private static final Duration LONG = Duration.ofSeconds(120);

  @TempDir Path temporary;
  private Instance instance;

  @BeforeEach
  void instance() {
    instance = new Instance("it", temporary.resolve("diecast/it"));
  }

  @AfterEach
  void leaveNothing() {
    Teardown.Outcome outcome = Teardown.of(instance, System.out::println).run();
    assertThat(outcome.leftovers()).isEmpty();
  }

  @Test
  void refusesASecondSupervisorAndStopsInOrder() throws Exception {
    Process first = launch();
    awaitReady(first);
    assertThat(Supervisor.runs(instance)).isTrue();
    assertThat(start().waitFor()).isEqualTo(3);
    assertThat(first.isAlive()).isTrue();
    first.destroy();
    assertThat(first.onExit().get().exitValue()).isIn(0, 143);
    assertThat(Teardown.of(instance, System.out::println).leftovers())
        .containsExactly("directory " + instance.directory());
  }

  @Test
  void takesUpWhatAKilledSupervisorLeft() throws Exception {
    Process first = launch();
    awaitReady(first);
    ConfigMap kept =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName("kept")
            .withNamespace("default")
            .endMetadata()
            .build();
    withClient(client -> client.resource(kept).create());
    first.destroyForcibly().waitFor();
    Process second = launch();
    awaitReady(second);
    withClient(client -> assertThat(client.resource(kept).get()).isNotNull());
  }

  @Test
  void leavesNothingWheneverItIsKilled() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 3; round++) {
      Process process = launch();
      Thread.sleep(random.nextInt(6000));
      process.destroyForcibly().waitFor();
      Teardown.Outcome outcome = Teardown.of(instance, System.out::println).run();
      assertThat(outcome.leftovers()).isEmpty();
    }
  }

  private Process launch() throws IOException {
    configuration().write();
    return start();
  }

  /** As the command line starts it. */
  private Process start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                "setsid",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "supervise",
                "--instance",
                instance.name())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("XDG_STATE_HOME", temporary.toString());
    builder.environment().putAll(instance.mark());
    return builder.start();
  }

  private void awaitReady(Process supervisor) {
    await()
        .atMost(LONG)
        .until(
            () ->
                SupervisorStatus.read(instance)
                    .filter(status -> status.pid() == supervisor.pid())
                    .filter(status -> status.phase() == SupervisorStatus.Phase.READY)
                    .isPresent());
  }

  private interface Use {
    void with(KubernetesClient client);
  }

  private void withClient(Use use) throws IOException {
    try (KubernetesClient client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(instance.kubeconfig().toFile()))
            .build()) {
      use.with(client);
    }
  }

  private SupervisorConfiguration configuration() {
    ControlPlaneBinaries binaries =
        ControlPlaneBinaries.locate(temporary.resolve("cache"), System.out::println);
    return new SupervisorConfiguration(
        instance.name(),
        instance.directory().toString(),
        temporary.resolve("cache").toString(),
        binaries.directory().toString(),
        binaries.apiServerMinorVersion(),
        0,
        "n1",
        List.of(),
        new QemuInstallation(List.of("qemu-system-x86_64"), Map.of(), Accelerator.TCG, "0"),
        30,
        null);
  }
}
