package dev.diecast.standalone.supervisor;

import dev.diecast.standalone.Progress;
import dev.diecast.standalone.controlplane.ControlPlane;
import dev.diecast.standalone.controlplane.ControlPlaneBinaries;
import dev.diecast.standalone.controlplane.CustomResourceDefinitions;
import dev.diecast.standalone.image.ImageStore;
import dev.diecast.standalone.process.Backoff;
import dev.diecast.standalone.process.Component;
import dev.diecast.standalone.process.LoopbackPorts;
import dev.diecast.standalone.process.ProcFilesystem;
import dev.diecast.standalone.process.ProcessIdentity;
import dev.diecast.standalone.process.SupervisedProcess;
import dev.diecast.standalone.qemu.DiskTools;
import dev.diecast.standalone.virt.GuestHost;
import dev.diecast.standalone.virt.StandIn;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * Runs an instance: control plane, operator and daemon as child processes that are started again
 * when they die, the stand-in for KubeVirt within. SIGTERM stops the children in order and leaves
 * guests running for the next supervisor; {@link Teardown} ends those too.
 */
public final class Supervisor implements AutoCloseable {

  /** The name of the daemon's {@link SupervisorConfiguration.Jvm}. */
  public static final String DAEMON = "daemon";

  private final SupervisorConfiguration configuration;
  private final Instance instance;
  private final ImageStore images;
  private final StatusPublisher status;
  private final List<AutoCloseable> started =
      java.util.Collections.synchronizedList(new ArrayList<>());

  private Supervisor(
      SupervisorConfiguration configuration, ImageStore images, StatusPublisher status) {
    this.configuration = configuration;
    this.instance = configuration.toInstance();
    this.images = images;
    this.status = status;
  }

  /** Whether a supervisor runs that instance now. */
  public static boolean runs(Instance instance) throws IOException {
    if (!Files.exists(instance.lockFile())) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(instance.lockFile(), StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock == null;
    }
  }

  /**
   * Runs an instance until SIGTERM.
   *
   * @return the exit code of the process: 0 after SIGTERM, 1 where it could not start, 3 where
   *     another supervisor runs the instance
   */
  public static int run(SupervisorConfiguration configuration, ImageStore images)
      throws IOException {
    Instance instance = configuration.toInstance();
    Files.createDirectories(instance.logs());
    try (FileChannel channel =
            FileChannel.open(
                instance.lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        System.err.println("another supervisor runs instance " + instance.name() + " already");
        return 3;
      }
      return new Supervisor(configuration, images, new StatusPublisher(instance)).runLocked();
    }
  }

  private int runLocked() {
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  stop.countDown();
                  awaitQuietly(stopped);
                }));
    try {
      start();
      awaitQuietly(stop);
      return 0;
    } catch (RuntimeException | IOException e) {
      status.failed(String.valueOf(e.getMessage()));
      e.printStackTrace();
      return 1;
    } finally {
      close();
      stopped.countDown();
    }
  }

  private void start() throws IOException {
    endPredecessorsChildren();
    status.enter(SupervisorStatus.Phase.STARTING_CONTROL_PLANE, "starting the Kubernetes API");
    ControlPlane controlPlane =
        ControlPlane.start(
            new ControlPlaneBinaries(
                Path.of(configuration.controlPlaneBinaries()),
                configuration.apiServerMinorVersion()),
            instance.directory(),
            configuration.apiPort(),
            instance.mark(),
            status::progress);
    started.add(controlPlane);
    status.controlPlane(controlPlane);
    // The JVMs take seconds to come up and wait for the CRDs by themselves.
    CompletableFuture<Void> jvms = CompletableFuture.runAsync(() -> startJvms(controlPlane));
    status.enter(
        SupervisorStatus.Phase.APPLYING_CRDS, "applying CRDs, starting operator and daemon");
    KubernetesClient client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(controlPlane.kubeconfig("virt").toFile()))
            .build();
    started.add(client);
    CustomResourceDefinitions.apply(client, status::progress);
    status.enter(SupervisorStatus.Phase.STARTING_COMPONENTS, "waiting for operator and daemon");
    started.add(
        StandIn.start(
            client,
            new GuestHost(
                configuration.nodeName(),
                instance.directory(),
                instance.cgroupName(),
                configuration.qemu(),
                images,
                () ->
                    DiskTools.locate(
                        Path.of(configuration.cacheDirectory()),
                        Progress.ofSteps(status::progress)),
                instance.mark(),
                Duration.ofSeconds(configuration.guestBootTimeoutSeconds())),
            instance.mark().entrySet().iterator().next(),
            status::progress));
    jvms.join();
    status.awaitReady();
  }

  /** Stops what was started, last first; the daemon while the API still answers. */
  @Override
  public void close() {
    status.enter(SupervisorStatus.Phase.STOPPING, "stopping");
    synchronized (started) {
      for (AutoCloseable part : started.reversed()) {
        try {
          part.close();
        } catch (Exception e) {
          status.progress("while stopping: " + e.getMessage());
        }
      }
    }
    status.close();
  }

  private void startJvms(ControlPlane controlPlane) {
    // One more than there are JVMs: Prometheus'.
    List<Integer> ports = LoopbackPorts.free(configuration.jvms().size() + 1);
    for (int i = 0; i < configuration.jvms().size(); i++) {
      SupervisorConfiguration.Jvm jvm = configuration.jvms().get(i);
      keep(component(jvm, ports.get(i), controlPlane), "/q/health/ready");
      if (jvm.name().equals(DAEMON) && configuration.prometheus() != null) {
        keep(
            PrometheusServer.component(configuration, ports.getLast(), ports.get(i)),
            PrometheusServer.READY_PATH);
      }
    }
  }

  private void keep(Component component, String readyPath) {
    SupervisedProcess process =
        SupervisedProcess.start(component, Backoff.COMPONENT, status::progress);
    started.add(process);
    status.server(process, readyPath);
  }

  private Component component(SupervisorConfiguration.Jvm jvm, int port, ControlPlane api) {
    List<String> command = new ArrayList<>();
    command.add(jvm.java());
    command.addAll(jvm.flags());
    command.addAll(List.of("-jar", jvm.jar()));
    Map<String, String> environment = new HashMap<>(jvm.environment());
    environment.putAll(instance.mark());
    environment.put("KUBECONFIG", api.kubeconfig(jvm.name()).toString());
    environment.put("NODE_NAME", configuration.nodeName());
    environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
    environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
    environment.put("DIECAST_STATE_DIRECTORY", instance.directory().toString());
    return new Component(
        jvm.name(),
        command,
        environment,
        instance.logs().resolve(jvm.name() + ".log"),
        OptionalInt.of(port));
  }

  /** A supervisor that was killed leaves its children: all but the guests are started anew. */
  private void endPredecessorsChildren() {
    Set<Long> spared = ProcFilesystem.withAncestors(ProcessHandle.current().pid());
    List<ProcessIdentity> children =
        ProcFilesystem.withEnvironment(Instance.MARK, instance.directory().toString()).stream()
            .filter(process -> !spared.contains(process.pid()))
            .filter(process -> !ProcFilesystem.commandLine(process.pid()).contains("-uuid"))
            .toList();
    if (!children.isEmpty()) {
      status.progress("ending " + children.size() + " processes of an earlier supervisor");
      Teardown.endAll(children);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
