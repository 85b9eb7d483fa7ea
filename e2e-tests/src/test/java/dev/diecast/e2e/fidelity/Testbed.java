package dev.diecast.e2e.fidelity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.PipeGraph;
import dev.diecast.api.v1alpha1.PipeGraphSpec;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.e2e.Diecast;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;

/**
 * A model that is kept busy: processors by a-0 and b-0, pipes by b-1 and a-1, disks by a-1. c-0 is
 * idle.
 */
final class Testbed {
  static final Duration PATIENCE = Duration.ofMinutes(5);
  static final String MODEL = "fidelity";

  private static final String YAML =
      """
      apiVersion: instancetype.kubevirt.io/v1beta1
      kind: VirtualMachineClusterInstancetype
      metadata: {name: fidelity-1cpu}
      spec: {cpu: {guest: 1}, memory: {guest: 128Mi}}
      ---
      apiVersion: diecast.dev/v1alpha1
      kind: ScaleModel
      metadata: {name: fidelity}
      spec:
        timeDilation: {factor: "5"}
        groups:
        - name: a
          replicas: 2
          machine:
            cpus: 1
            memory: 128Mi
            disks:
            - {name: data, capacity: 64Mi, readBytesPerSecond: 40M, writeBytesPerSecond: 40M}
            - {name: log, capacity: 16Mi, writeLatencyMicros: 2000}
          vm: {instancetype: {name: fidelity-1cpu}, image: "diecast.dev/guests/base:bookworm"}
        - name: b
          replicas: 2
          machine: {cpus: 1, memory: 128Mi}
          vm: {instancetype: {name: fidelity-1cpu}, image: "diecast.dev/guests/base:bookworm"}
        - name: c
          replicas: 1
          machine: {cpus: 1, memory: 128Mi}
          vm: {instancetype: {name: fidelity-1cpu}, image: "diecast.dev/guests/base:bookworm"}
        network:
          topology:
            links:
            - {from: left, to: right, bitsPerSecond: 10M, delayMicros: 10000}
          accessLink: {bitsPerSecond: 100M, delayMicros: 0}
          attachments:
          - {group: a, nodes: [left]}
          - {group: b, nodes: [right]}
          - {group: c, nodes: [right]}
      """;

  private static final String LOOP = "while :; do diecast-loop 600000; done";
  private static final String PING = "while :; do ping -q -i 0.01 -c 60000 a-1; done";
  private static final String WRITE =
      """
      for d in /sys/block/vd*; do
        [ "$(cat $d/serial)" = data ] && while :; do dd if=/dev/zero of=/dev/${d##*/} bs=64k count=512 oflag=direct; done
      done""";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Diecast diecast;
  private final KubernetesClient client;

  private Testbed(Diecast diecast, KubernetesClient client) {
    this.diecast = diecast;
    this.client = client;
  }

  /** Boots the model, and begins what keeps it busy. */
  static Testbed up(String instance, Path directory) throws IOException, InterruptedException {
    Diecast diecast = new Diecast(instance);
    Diecast.Result up =
        diecast.run("up", Files.writeString(directory.resolve("model.yaml"), YAML).toString());
    assertThat(up.exit()).as(up.all()).isZero();
    KubernetesClient client =
        new KubernetesClientBuilder()
            .withConfig(
                Config.fromKubeconfig(diecast.stateDirectory().resolve("kubeconfig").toFile()))
            .build();
    Testbed testbed = new Testbed(diecast, client);
    testbed.awaitFaithful();
    testbed.inBackground("a-0", LOOP);
    testbed.inBackground("b-0", LOOP);
    testbed.inBackground("a-1", WRITE);
    testbed.inBackground("b-1", PING);
    return testbed;
  }

  private void inBackground(String node, String script) throws IOException, InterruptedException {
    guest(
        node,
        "setsid sh -c '%s' </dev/null >/dev/null 2>&1 &".formatted(script.replace('\n', ' ')));
  }

  /** Runs a script in a guest. */
  void guest(String node, String script) throws IOException, InterruptedException {
    Diecast.Result done = diecast.run("exec", node, "--", "sh", "-c", script);
    assertThat(done.exit()).as(script + ": " + done.all()).isZero();
  }

  Diecast diecast() {
    return diecast;
  }

  DilatedNode node(String node) {
    return client
        .resources(DilatedNode.class)
        .inNamespace("default")
        .withName(MODEL + "-" + node)
        .get();
  }

  String uid(String node) {
    return node(node).getMetadata().getUid();
  }

  /** What the model's condition says: status and reason. */
  String faithful() {
    return condition(
        client
            .resources(ScaleModel.class)
            .inNamespace("default")
            .withName(MODEL)
            .get()
            .getStatus()
            .conditions());
  }

  private static String condition(List<Condition> conditions) {
    return conditions.stream()
        .filter(condition -> condition.getType().equals("Faithful"))
        .map(condition -> condition.getStatus() + "/" + condition.getReason())
        .findFirst()
        .orElse("none");
  }

  /**
   * Makes a PipeGraph of the model after the newest, the first link of which is another.
   *
   * @param attribute of a pipe, as PipeGraphs call it
   * @param wrong from what it is, 0 where it is not said
   */
  void forge(String attribute, LongUnaryOperator wrong) throws IOException {
    PipeGraph newest =
        client.resources(PipeGraph.class).inNamespace("default").list().getItems().stream()
            .max(Comparator.comparingLong(graph -> graph.getSpec().revision()))
            .orElseThrow();
    long revision = newest.getSpec().revision() + 1;
    ObjectNode spec = (ObjectNode) JSON.readTree(Serialization.asJson(newest.getSpec()));
    spec.put("revision", revision).remove("lastTrustedRevision");
    ObjectNode pipe = (ObjectNode) spec.path("links").path(0).path("forward");
    pipe.put(attribute, wrong.applyAsLong(pipe.path(attribute).asLong()));
    PipeGraph forged = new PipeGraph();
    forged.setMetadata(
        new ObjectMetaBuilder()
            .withName("forged-" + revision)
            .withNamespace("default")
            .withLabels(newest.getMetadata().getLabels())
            .withAnnotations(newest.getMetadata().getAnnotations())
            .withOwnerReferences(newest.getMetadata().getOwnerReferences())
            .build());
    forged.setSpec(Serialization.unmarshal(spec.toString(), PipeGraphSpec.class));
    try {
      client.resource(forged).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      // The operator has not replaced the one before yet.
    }
  }

  void awaitFaithful() {
    await("a faithful model")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(faithful()).isEqualTo("True/Faithful"));
  }

  /** The cgroup of a node's vCPU. */
  Path vcpu(String node) throws IOException {
    return cgroup("diecast-vcpu-" + uid(node) + "-0");
  }

  /** The shallowest cgroup of that name, in whatever hierarchy. */
  Path cgroup(String name) throws IOException {
    try (Stream<Path> found =
        Files.find(
            Path.of("/sys/fs/cgroup"),
            12,
            (path, attributes) ->
                attributes.isDirectory() && path.getFileName().toString().equals(name))) {
      return found
          .min(Comparator.comparing(Path::getNameCount))
          .orElseThrow(() -> new IOException("no cgroup " + name));
    }
  }

  long qemu(String node) throws IOException {
    return diecast.pidOf("-uuid\0" + uid(node));
  }

  List<Long> qemus() throws IOException {
    return List.of(qemu("a-0"), qemu("a-1"), qemu("b-0"), qemu("b-1"), qemu("c-0"));
  }

  /** The server of a disk with a latency floor. */
  long diskServer(String node, String disk) throws IOException {
    return diecast.pidOf("diecast-" + uid(node) + "-" + disk);
  }

  long daemon() throws IOException {
    return diecast.pidOf("node-daemon/target/");
  }

  long operator() throws IOException {
    return diecast.pidOf("operator/target/");
  }

  /** A signal to processes of ours, by kill(1): Java sends but two. */
  static void signal(String signal, List<Long> pids) throws IOException, InterruptedException {
    List<String> command =
        Stream.concat(Stream.of("kill", "-" + signal), pids.stream().map(String::valueOf)).toList();
    if (new ProcessBuilder(command).start().waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " failed");
    }
  }

  static void pause(double seconds) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(Math.round(seconds * 1000));
  }

  /** Ends it; nothing may be left. */
  void down() throws IOException, InterruptedException {
    client.close();
    diecast.run("down");
    assertThat(diecast.leftovers()).isEmpty();
  }
}
