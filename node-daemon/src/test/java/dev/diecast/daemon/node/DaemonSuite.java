package dev.diecast.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.daemon.Settings;
import dev.diecast.daemon.cgroup.CgroupHierarchy;
import dev.diecast.daemon.status.Conditions;
import dev.diecast.daemon.support.ApiServer;
import dev.diecast.daemon.support.HostCgroup;
import dev.diecast.daemon.support.VcpuProcess;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A daemon, a real API server, and real processes in real cgroups; needs root. */
@ExtendWith(ApiServer.IsThere.class)
abstract class DaemonSuite {
  static final String NODE = "it-node";
  static ApiServer server;
  static KubernetesClient client;

  @TempDir Path state;
  HostCgroup cgroup;
  Daemon daemon;
  final Deque<VcpuProcess> vms = new ArrayDeque<>();

  @BeforeAll
  static void startServer(@TempDir Path directory) throws IOException {
    server = new ApiServer(ApiServer.binaries().orElseThrow(), directory);
    client = server.client();
    for (String plural : List.of("dilatednodes", "dilationhosts", "pipegraphs")) {
      try (InputStream crd =
          DaemonSuite.class.getResourceAsStream("/diecast/" + plural + ".diecast.dev.yaml")) {
        client.load(crd).create();
      }
    }
    Awaitility.await()
        .ignoreExceptions()
        .until(() -> client.resources(DilatedNode.class).inAnyNamespace().list() != null);
  }

  @AfterAll
  static void stopServer() {
    if (server != null) {
      client.close();
      server.close();
    }
  }

  @BeforeEach
  void makeCgroup() throws IOException {
    cgroup = HostCgroup.create();
  }

  @AfterEach
  void stop() throws IOException {
    if (daemon != null) {
      daemon.close();
    }
    vms.forEach(VcpuProcess::close);
    client.resources(DilatedNode.class).inAnyNamespace().delete();
    cgroup.close();
  }

  /** The hierarchy by which disks are throttled. */
  Optional<CgroupHierarchy> io() {
    return Optional.empty();
  }

  void start(String... properties) throws Exception {
    daemon = daemonOf(NODE, state, properties);
  }

  /** A daemon of a host of that name. */
  Daemon daemonOf(String node, Path directory, String... properties) throws Exception {
    Map<String, String> given = new java.util.HashMap<>();
    given.put("NODE_NAME", node);
    given.put("diecast.state-directory", directory.toString());
    given.put("diecast.interval", "0.2s");
    for (int i = 0; i < properties.length; i += 2) {
      given.put(properties[i], properties[i + 1]);
    }
    Settings settings = Settings.read(name -> Optional.ofNullable(given.get(name)));
    return Daemon.start(
        settings, client, new Daemon.Hierarchies(Optional.of(cgroup.asHierarchy()), io()));
  }

  void restart(String... properties) throws Exception {
    daemon.close();
    start(properties);
  }

  static ConditionFactory eventually() {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions();
  }

  static DilatedNode node(String name, String factor, int cpus, String speed) {
    return node(
        name, factor, "{cpus: %d, relativeSpeed: \"%s\", memory: 128Mi}".formatted(cpus, speed));
  }

  /**
   * @param machine YAML
   */
  static DilatedNode node(String name, String factor, String machine) {
    GenericKubernetesResource node =
        io.fabric8.kubernetes.client.utils.Serialization.unmarshal(
            """
            apiVersion: diecast.dev/v1alpha1
            kind: DilatedNode
            metadata:
              name: %s
              namespace: default
              labels: {%s: %s}
            spec:
              model: m
              group: web
              index: 0
              host: %s
              timeDilation:
                factor: "%s"
                driver: GuestKernel
                modelClockOrigin: "2026-11-22T00:00:00.000000Z"
              tscKilohertz: 2500000
              machine: %s
              vm: {image: diecast.dev/guests/base, instancetype: {name: small}}
            """
                .formatted(name, Api.LABEL_HOST, NODE, NODE, factor, machine),
            GenericKubernetesResource.class);
    client.resource(node).create();
    return get(name);
  }

  static DilatedNode get(String name) {
    return client.resources(DilatedNode.class).inNamespace("default").withName(name).get();
  }

  VcpuProcess vm(DilatedNode node, int vcpus) throws IOException {
    VcpuProcess vm = VcpuProcess.start(vcpus, 0, node.getMetadata().getUid());
    vms.add(vm);
    cgroup.add(vm.pid());
    return vm;
  }

  static Condition condition(String name, String type) {
    return Conditions.find(get(name).getStatus().conditions(), type).orElseThrow();
  }

  static void awaitCondition(String name, String type, String status, String reason) {
    eventually()
        .untilAsserted(
            () -> {
              Condition condition = condition(name, type);
              assertThat(condition.getStatus() + " " + condition.getReason())
                  .isEqualTo(status + " " + reason);
            });
  }

  Path child(DilatedNode node, int number) {
    return cgroup.directory().resolve("diecast-vcpu-" + node.getMetadata().getUid() + "-" + number);
  }

  int records() throws IOException {
    try (var files = Files.list(state.resolve("vms"))) {
      return (int) files.count();
    }
  }
}
