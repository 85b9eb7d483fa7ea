package dev.diecast.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectImageResponse;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.chart.Chart;
import dev.diecast.chart.ChartCluster;
import dev.diecast.chart.Part;
import dev.diecast.chart.Service;
import dev.diecast.standalone.SetupException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.ToStringConsumer;

/**
 * The images of operator and daemon, built as a user builds them and started as the chart says,
 * against a real API server: they reconcile a model, are confined, and end in time.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ContainerE2E {
  private static final String NODE = "containers-node";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** 128 + SIGTERM: the JVM's exit code where it ended in order. */
  private static final long TERMINATED = 143;

  /** A Lease that is not released lasts 30 s. */
  private static final Duration TAKEOVER = Duration.ofSeconds(12);

  @TempDir static Path directory;
  private static Optional<String> unobtainable = Optional.empty();
  private static DockerEngine engine;
  private static ChartCluster cluster;
  private static ChartContainer operatorOfChart;
  private static ChartContainer daemonOfChart;
  private static GenericContainer<?> operator;
  private static GenericContainer<?> standby;
  private static GenericContainer<?> daemon;

  @BeforeAll
  static void build() throws Exception {
    try {
      engine = DockerEngine.obtain();
      System.out.println("containers: engine: " + engine.description());
      Images.importBase(engine, directory.resolve("base.tar"));
    } catch (DockerEngine.Unobtainable | SetupException e) {
      unobtainable = Optional.of("SKIPPED: operator and daemon in containers: " + e.getMessage());
      System.err.println(unobtainable.get());
      return;
    }
    ChosenEngine.is(engine);
    List<JsonNode> objects = Chart.render("");
    operatorOfChart = workload(objects, "Deployment", Chart.OPERATOR);
    daemonOfChart = workload(objects, "DaemonSet", Chart.DAEMON);
    Images.build(engine, List.of(operatorOfChart.image(), daemonOfChart.image()));
    cluster = ChartCluster.start(directory, "");
  }

  /** Each by itself: what is given up before all tests is in no report, and so not counted. */
  @BeforeEach
  void anEngineIsThere() {
    Assumptions.assumeTrue(unobtainable.isEmpty(), () -> unobtainable.orElseThrow());
  }

  private static ChartContainer workload(List<JsonNode> objects, String kind, String name)
      throws Exception {
    Path state = Files.createDirectories(directory.resolve("state"));
    return ChartContainer.of(
        objects,
        kind,
        name,
        Map.of(
            "metadata.namespace", Chart.NAMESPACE,
            "metadata.name", "pod-1",
            "spec.nodeName", NODE,
            "status.podIP", "127.0.0.1",
            "status.hostIP", "127.0.0.1"),
        Map.of("/var/lib/diecast", state));
  }

  @AfterAll
  static void end() {
    Stream.of(operator, standby, daemon).filter(Objects::nonNull).forEach(GenericContainer::stop);
    if (cluster != null) {
      cluster.close();
    }
    if (engine != null) {
      Images.remove(engine);
      engine.close();
    }
  }

  /** Started once it is ready, with what that took on the log. */
  private static GenericContainer<?> start(
      ChartContainer workload, String namespace, String account, Map<String, String> more)
      throws Exception {
    int port = Part.freePort();
    Map<String, String> environment = new HashMap<>(Map.of("JDK_JAVA_OPTIONS", ""));
    environment.putAll(more);
    environment.put("KUBERNETES_SERVICE_HOST", "127.0.0.1");
    environment.put("KUBERNETES_SERVICE_PORT", Integer.toString(cluster.apiPort()));
    environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
    environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
    ToStringConsumer log = new ToStringConsumer();
    GenericContainer<?> container =
        workload
            .container(cluster.serviceAccountVolume(namespace, account), environment)
            .withLogConsumer(log)
            .waitingFor(new Ready(port));
    long begin = System.nanoTime();
    try {
      container.start();
    } catch (RuntimeException e) {
      throw new IllegalStateException("it said: " + log.toUtf8String(), e);
    }
    System.out.printf(
        "containers: %s ready after %.1f s %s%n", account, (System.nanoTime() - begin) / 1e9, more);
    return container;
  }

  @Test
  @Order(1)
  void theImagesAreAsTheContainerfilesSay() {
    DockerClient docker = DockerClientFactory.instance().client();
    long base = docker.inspectImageCmd(Images.BASE).exec().getSize();
    for (ChartContainer workload : List.of(operatorOfChart, daemonOfChart)) {
      InspectImageResponse image = docker.inspectImageCmd(workload.image()).exec();
      System.out.printf(
          "containers: %s has %.0f MB over the base's %.0f MB%n",
          workload.image(), (image.getSize() - base) / 1e6, base / 1e6);
      assertThat(image.getConfig().getEntrypoint()).containsExactly("/opt/diecast/run");
      assertThat(image.getConfig().getUser())
          .isEqualTo(workload == operatorOfChart ? "65532:65532" : "0:0");
    }
  }

  @Test
  @Order(2)
  void theDaemonWritesItsHost() throws Exception {
    daemon = start(daemonOfChart, Chart.DAEMON_NAMESPACE, Chart.DAEMON, Map.of());
    new Service(cluster.client(), "none", PATIENCE).await("host", () -> host().getStatus() != null);
    assertThat(host().getStatus().capacity().cpu()).isNotNull();
    assertThat(host().getStatus().conditions())
        .as("conditions of the host")
        .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  /** In the host's cgroup namespace too the JVM finds its container's limit, and not all memory. */
  @Test
  @Order(3)
  void theDaemonsHeapIsAPartOfItsLimit() throws Exception {
    String flags =
        run(
            daemon,
            "/usr/bin/nsenter",
            "--target=1",
            "--cgroup",
            "--",
            BaseImage.JAVA_HOME + "/bin/java",
            "-XX:+PrintFlagsFinal",
            "-version");
    long heap =
        flags
            .lines()
            .filter(line -> line.contains(" MaxHeapSize "))
            .map(line -> line.split("=")[1].strip().split("\\s")[0])
            .mapToLong(Long::parseLong)
            .findFirst()
            .orElseThrow();
    assertThat(heap).isLessThan(daemonOfChart.memoryLimitBytes());
  }

  private static DilationHost host() {
    return cluster.client().resources(DilationHost.class).withName(NODE).get();
  }

  @Test
  @Order(4)
  void aModelConverges() throws Exception {
    operator = start(operatorOfChart, Chart.NAMESPACE, Chart.OPERATOR, identity("pod-1"));
    Service service = new Service(cluster.client(), "containers", PATIENCE);
    service.prepare();
    service.topology("9ms");
    service.model("10", 2);
    service.await("placed", () -> service.is("Placed", "True"));
    service.await("machines", () -> service.machines("virtualmachines").size() == 3);
    service.virtControllers("Running");
    service.await("provisioned", () -> service.is("Provisioned", "True"));
    service.await("the daemon has looked", () -> service.daemonReports(3, "Networked"));
  }

  private static Map<String, String> identity(String pod) {
    return Map.of("DIECAST_LEADER_ELECTION_IDENTITY", pod);
  }

  @Test
  @Order(5)
  void eachIsOneProcessThatIsConfined() throws Exception {
    for (GenericContainer<?> container : List.of(operator, daemon)) {
      assertThat(run(container, "cat", "/proc/" + pid(container) + "/status"))
          .contains("Name:\tjava", "NoNewPrivs:\t1", "Seccomp:\t2");
    }
    assertThat(run(operator, "cat", "/proc/1/status"))
        .contains("Uid:\t65532\t65532\t65532\t65532", "CapEff:\t0000000000000000");
    // bash is ours, which looks.
    String names = "for f in /proc/[0-9]*/comm; do read -r name < $f && echo $name; done";
    assertThat(run(operator, "bash", "-c", names).lines())
        .containsExactlyInAnyOrder("java", "bash");
    assertThat(operator.execInContainer("bash", "-c", "echo > /opt/diecast/x").getExitCode())
        .as("its root can be written")
        .isNotZero();
  }

  @Test
  @Order(6)
  void theOperatorsClassCacheIsUsed() throws Exception {
    assertThat(run(operator, "cat", "/proc/1/maps")).contains("/opt/diecast/app.aot");
  }

  /** The lease is given back, so the second replica, started without the cache, need not wait. */
  @Test
  @Order(7)
  void onSigtermTheOperatorEndsAndTheOtherReplicaWorks() throws Exception {
    Map<String, String> second = new HashMap<>(identity("pod-2"));
    second.put("JDK_JAVA_OPTIONS", "-XX:AOTMode=off");
    standby = start(operatorOfChart, Chart.NAMESPACE, Chart.OPERATOR, second);
    assertThat(run(standby, "cat", "/proc/1/maps")).doesNotContain("app.aot");
    assertThat(holder()).isEqualTo("pod-1");
    terminate(operator, operatorOfChart);
    long begin = System.nanoTime();
    new Service(cluster.client(), "containers", TAKEOVER)
        .await("the second works", () -> holder().equals("pod-2"));
    System.out.printf(
        "containers: the other replica works after %.1f s%n", (System.nanoTime() - begin) / 1e9);
  }

  @Test
  @Order(8)
  void onSigtermTheDaemonEnds() {
    terminate(daemon, daemonOfChart);
  }

  /** Of its first process, as the container sees it. */
  private static long pid(GenericContainer<?> container) {
    return container == daemon ? container.getContainerInfo().getState().getPidLong() : 1;
  }

  private static String holder() {
    return cluster
        .client()
        .leases()
        .inNamespace(Chart.NAMESPACE)
        .withName("diecast-operator")
        .get()
        .getSpec()
        .getHolderIdentity();
  }

  /** As kubelet: SIGTERM, and SIGKILL when the time of grace is over. */
  private static void terminate(GenericContainer<?> container, ChartContainer workload) {
    DockerClient docker = DockerClientFactory.instance().client();
    String id = container.getContainerId();
    long begin = System.nanoTime();
    docker.stopContainerCmd(id).withTimeout(workload.gracePeriodSeconds()).exec();
    System.out.printf(
        "containers: %s ended %.1f s after SIGTERM%n",
        workload.image(), (System.nanoTime() - begin) / 1e9);
    assertThat(docker.inspectContainerCmd(id).exec().getState().getExitCodeLong())
        .as("exit code; log: %s", container.getLogs())
        .isEqualTo(TERMINATED);
  }

  private static String run(GenericContainer<?> container, String... command) throws Exception {
    ExecResult result = container.execInContainer(command);
    assertThat(result.getExitCode()).as("%s", result).isZero();
    return result.getStdout();
  }
}
