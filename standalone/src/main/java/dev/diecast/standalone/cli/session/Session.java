package dev.diecast.standalone.cli.session;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.core.DilationFactor;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.process.LogTail;
import dev.diecast.standalone.process.LoopbackPorts;
import dev.diecast.standalone.qemu.Accelerator;
import dev.diecast.standalone.supervisor.Instance;
import dev.diecast.standalone.supervisor.SupervisorConfiguration;
import dev.diecast.standalone.supervisor.Teardown;
import dev.diecast.standalone.virt.GuestDirectory;
import dev.diecast.standalone.virt.GuestExec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A running instance as the command line uses it. One that was started for a single command is
 * taken down when the session closes, and when the command is interrupted.
 */
public final class Session implements AutoCloseable {
  private static final String FIELD_MANAGER = "diecast-cli";
  private static final long LEAST_FREE_BYTES = 1L << 30;

  private final Instance instance;
  private final KubernetesClient client;
  private final Optional<Ending> ending;

  private Session(Instance instance, Optional<Ending> ending) {
    this.instance = instance;
    this.ending = ending;
    this.client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(instance.kubeconfig().toFile()))
            .build();
  }

  /** Takes an instance down once: at close, or when the process is told to end. */
  private static final class Ending {
    private final Instance instance;
    private final Progress progress;
    private final Thread hook = Thread.ofPlatform().unstarted(this::interrupted);
    private boolean over;

    Ending(Instance instance, Progress progress) {
      this.instance = instance;
      this.progress = progress;
      Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Starts a process unless the end has begun, so that nothing starts behind its back. */
    synchronized void spawn(Setup setup, int apiPort) throws IOException {
      if (over) {
        throw new IllegalStateException("interrupted");
      }
      SupervisorProcess.spawn(instance, setup, apiPort);
    }

    synchronized void now() {
      if (!over) {
        over = true;
        progress.step("taking instance " + instance.name() + " down");
        Teardown.Outcome outcome = Teardown.of(instance, progress::detail).run();
        outcome.leftovers().forEach(left -> progress.step("left behind: " + left));
      }
    }

    synchronized void never() {
      over = true;
    }

    /** Every end of the process comes here; what was kept or taken down already stays so. */
    private synchronized void interrupted() {
      if (!over) {
        // Downloads and builds of the set-up are children of this process.
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
        now();
      }
    }
  }

  /**
   * Starts an instance that must not be there yet.
   *
   * @throws Refusal where it runs already, or this host cannot run one
   */
  public static Session start(Instance instance, StartOptions options, Progress progress)
      throws IOException, InterruptedException {
    if (SupervisorProcess.isRunning(instance)) {
      throw new Refusal(
          "instance %s runs already: end it with `diecast down`, or choose another with --instance"
              .formatted(instance.name()));
    }
    return launch(instance, options, progress);
  }

  /** Uses the running instance, or starts one. */
  public static Session startOrAttach(Instance instance, StartOptions options, Progress progress)
      throws IOException, InterruptedException {
    if (!SupervisorProcess.isRunning(instance)) {
      return launch(instance, options, progress);
    }
    if (options.prometheus()) {
      InstancePrometheus.require(instance, progress);
    }
    return new Session(instance, Optional.empty());
  }

  public static Optional<Session> attachIfRunning(Instance instance) {
    return SupervisorProcess.isRunning(instance)
        ? Optional.of(new Session(instance, Optional.empty()))
        : Optional.empty();
  }

  public static Session attach(Instance instance) {
    return attachIfRunning(instance)
        .orElseThrow(
            () ->
                new Refusal(
                    "instance %s does not run: start it with `diecast up FILE`"
                        .formatted(instance.name())));
  }

  private static Session launch(Instance instance, StartOptions options, Progress progress)
      throws IOException, InterruptedException {
    refuseWhatCannotRun(instance, options);
    Ending ending = new Ending(instance, progress);
    try {
      Setup setup = Setup.prepare(options, progress);
      if (!Teardown.of(instance, progress::detail).leftovers().isEmpty()) {
        progress.step("clearing what an earlier run left");
        Teardown.of(instance, progress::detail).run();
      }
      ending.spawn(setup, options.apiPort().orElse(0));
      SupervisorProcess.awaitApi(instance, progress);
      if (options.prometheus()) {
        InstancePrometheus.await(instance, progress);
      }
      return new Session(instance, Optional.of(ending));
    } catch (IOException | InterruptedException | RuntimeException e) {
      ending.now();
      throw e;
    }
  }

  private static void refuseWhatCannotRun(Instance instance, StartOptions options)
      throws IOException {
    if (!"root".equals(System.getProperty("user.name"))) {
      throw new Refusal(
          "CPU caps are cgroups, and making them needs root: run this as root (sudo ./diecast"
              + " ...)");
    }
    options
        .apiPort()
        .ifPresent(
            port -> {
              if (!LoopbackPorts.isFree(port)) {
                throw new Refusal(
                    "--api-port: port %d of 127.0.0.1 is taken%s; choose another, or leave it out for a free one"
                        .formatted(
                            port, LoopbackPorts.holder(port).map(by -> " by " + by).orElse("")));
              }
            });
    Path existing = instance.directory();
    while (!Files.exists(existing)) {
      existing = existing.getParent();
    }
    long free = Files.getFileStore(existing).getUsableSpace();
    if (free < LEAST_FREE_BYTES) {
      throw new Refusal(
          "%s has %d MiB free, an instance needs 1024 MiB: free %d MiB, or set XDG_STATE_HOME to a directory elsewhere"
              .formatted(existing, free >> 20, (LEAST_FREE_BYTES - free) >> 20));
    }
  }

  /** What the guests run by: that a host has /dev/kvm does not say that they use it. */
  public Accelerator accelerator() throws IOException {
    return accelerator(instance);
  }

  public static Accelerator accelerator(Instance instance) throws IOException {
    return SupervisorConfiguration.read(instance.configurationFile()).qemu().accelerator();
  }

  public KubernetesClient client() {
    return client;
  }

  public <T> T convert(Object value, Class<T> type) {
    return client.getKubernetesSerialization().convertValue(value, type);
  }

  /** Applies models and what stands beside them; namespaces are made where they are missing. */
  public void apply(ModelFile file) {
    for (HasMetadata other : file.others()) {
      apply(other);
    }
    for (ScaleModel model : file.models()) {
      apply(model);
    }
  }

  /** Applies one object, whose namespace is made where it is missing. */
  public void apply(HasMetadata resource) {
    String namespace = resource.getMetadata().getNamespace();
    if (namespace != null && client.namespaces().withName(namespace).get() == null) {
      client
          .resource(
              new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
          .fieldManager(FIELD_MANAGER)
          .serverSideApply();
    }
    client.resource(resource).fieldManager(FIELD_MANAGER).forceConflicts().serverSideApply();
  }

  /** Deletes a model and waits until its nodes are gone. */
  public void delete(ScaleModel model, Duration patience) throws InterruptedException {
    client.resource(model).delete();
    long deadline = System.nanoTime() + patience.toNanos();
    while (nodes().stream().anyMatch(node -> belongs(node, model))) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "the nodes of %s are still there %d s after its deletion"
                .formatted(model.getMetadata().getName(), patience.toSeconds()));
      }
      Thread.sleep(200);
    }
  }

  private static boolean belongs(DilatedNode node, ScaleModel model) {
    return model.getMetadata().getName().equals(node.getSpec().model())
        && model.getMetadata().getNamespace().equals(node.getMetadata().getNamespace());
  }

  /** The one host, once its daemon has published it as ready. */
  public DilationHost host(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      Optional<DilationHost> ready =
          client.resources(DilationHost.class).list().getItems().stream()
              .filter(host -> host.getStatus() != null)
              .filter(
                  host ->
                      ModelWatch.find(host.getStatus().conditions(), "Ready")
                          .filter(condition -> condition.getStatus().equals("True"))
                          .isPresent())
              .findFirst();
      if (ready.isPresent()) {
        return ready.get();
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "the daemon has published no ready host within %d s; `diecast logs node-daemon` says why"
                .formatted(patience.toSeconds()));
      }
      Thread.sleep(200);
    }
  }

  public ModelWatch watch(ScaleModel model, Progress progress) {
    return new ModelWatch(
        client,
        progress,
        model.getMetadata().getNamespace(),
        model.getMetadata().getName(),
        () -> SupervisorProcess.isRunning(instance));
  }

  public List<DilatedNode> nodes() {
    return client.resources(DilatedNode.class).inAnyNamespace().list().getItems();
  }

  /**
   * Finds a node by its name, or by {@code <group>-<index>} where that is unambiguous.
   *
   * @throws Refusal naming the nodes there are
   */
  public DilatedNode node(String name) {
    List<DilatedNode> all = nodes();
    List<DilatedNode> found =
        all.stream().filter(node -> node.getMetadata().getName().equals(name)).toList();
    if (found.isEmpty()) {
      found = all.stream().filter(node -> node.getSpec().hostName().equals(name)).toList();
    }
    if (found.size() == 1) {
      return found.getFirst();
    }
    List<String> names =
        (found.isEmpty() ? all : found)
            .stream().map(node -> node.getMetadata().getName()).sorted().toList();
    throw new Refusal(
        found.isEmpty()
            ? "no node is called %s; there are: %s".formatted(name, String.join(", ", names))
            : "%s is ambiguous: %s".formatted(name, String.join(", ", names)));
  }

  public GuestExec exec(DilatedNode node) {
    return new GuestExec(
        directory(node.getMetadata().getNamespace(), node.getMetadata().getName()).execSocket(),
        DilationFactor.parse(node.getSpec().timeDilation().factor()));
  }

  /** Of a guest that is not dilated. */
  public GuestExec exec(String namespace, String name) {
    return new GuestExec(directory(namespace, name).execSocket(), DilationFactor.NONE);
  }

  public GuestDirectory directory(String namespace, String name) {
    return GuestDirectory.of(instance.directory(), namespace, name);
  }

  public String consoleTail(String namespace, String name, int lines) {
    List<String> tail = LogTail.of(directory(namespace, name).console(), lines);
    return tail.isEmpty() ? "  (nothing)" : "  " + String.join("\n  ", tail);
  }

  /** From now on the instance outlives this session. */
  public void keep() {
    ending.ifPresent(Ending::never);
  }

  @Override
  public void close() {
    client.close();
    ending.ifPresent(Ending::now);
  }
}
