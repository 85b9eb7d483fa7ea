package dev.diecast.chart;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * The CRD server of a newer Kubernetes behind an old control plane, with its
 * ValidatingAdmissionPolicy at work on custom resources. It looks for policies at the API server in
 * front, which has no such type: so they are custom resources of the newer server, and the group is
 * routed back to it.
 */
final class NewerCrdServer implements AutoCloseable {
  /** Said of what is skipped where there is none. */
  static final String MISSING =
      "SKIPPED: KUBEBUILDER_ASSETS has no apiextensions-apiserver (of 1.30 or newer)";

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String ANYTHING =
      "{type: object, x-kubernetes-preserve-unknown-fields: true}";
  private static final String SELECTOR =
      "{type: object, x-kubernetes-preserve-unknown-fields: true, default: {}}";

  /** With the defaults that the real type has. */
  private static final String POLICY =
      """
      {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {spec: {type: object,
       x-kubernetes-preserve-unknown-fields: true, properties: {failurePolicy: {type: string, default: Fail},
       matchConstraints: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {
       matchPolicy: {type: string, default: Equivalent}, namespaceSelector: %s, objectSelector: %s}}}}}}
      """
          .formatted(SELECTOR, SELECTOR)
          .replace("\n", " ");

  private final Path program;
  private final ChartCluster front;
  private final Path directory;
  private final int port;
  private final KubernetesClient client;
  private Process process;

  /** Where it is, among the binaries of the control plane that users of envtest name. */
  static Optional<Path> program() {
    return Optional.ofNullable(System.getenv("KUBEBUILDER_ASSETS"))
        .map(assets -> Path.of(assets, "apiextensions-apiserver"))
        .filter(Files::isExecutable);
  }

  private NewerCrdServer(Path program, ChartCluster front, Path directory) throws IOException {
    this.program = program;
    this.front = front;
    this.directory = directory;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = socket.getLocalPort();
    }
    Config config = Config.fromKubeconfig(front.adminKubeconfig().toFile());
    this.client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(config)
                    .withMasterUrl("https://127.0.0.1:" + port)
                    .withTrustCerts(true)
                    .build())
            .build();
  }

  static NewerCrdServer start(Path program, ChartCluster front, Path directory) throws IOException {
    NewerCrdServer server = new NewerCrdServer(program, front, directory);
    try {
      server.run("ValidatingAdmissionPolicy,MutatingAdmissionPolicy");
      server.holdPolicies();
      server.end();
      // Its plug-in begins only where it can list policies.
      server.run("MutatingAdmissionPolicy");
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  KubernetesClient client() {
    return client;
  }

  String url() {
    return "https://127.0.0.1:" + port;
  }

  private void run(String disabled) throws IOException {
    Path cluster = directory.resolve("cluster");
    int etcd =
        new ObjectMapper().readTree(cluster.resolve("ports.json").toFile()).path("etcd").asInt();
    ProcessBuilder builder =
        new ProcessBuilder(
            program.toString(),
            "--etcd-servers=https://127.0.0.1:" + etcd,
            "--etcd-cafile=" + cluster.resolve("pki/etcd-ca.crt"),
            "--etcd-certfile=" + cluster.resolve("pki/etcd-client.crt"),
            "--etcd-keyfile=" + cluster.resolve("pki/etcd-client.key"),
            "--etcd-prefix=/registry-newer",
            "--bind-address=127.0.0.1",
            "--secure-port=" + port,
            "--cert-dir=" + directory.resolve("newer-pki"),
            "--kubeconfig=" + front.adminKubeconfig(),
            "--authentication-kubeconfig=" + front.adminKubeconfig(),
            "--authorization-kubeconfig=" + front.adminKubeconfig(),
            "--enable-priority-and-fairness=false",
            "--disable-admission-plugins=" + disabled);
    builder.environment().put("KUBE_FEATURE_WatchListClient", "false");
    builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("newer.log").toFile()));
    process = builder.start();
    Awaitility.await("the newer CRD server, see " + directory.resolve("newer.log"))
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new IllegalStateException(log());
              }
              return "ok".equals(client.raw("/readyz"));
            });
  }

  String log() throws IOException {
    List<String> lines = Files.readAllLines(directory.resolve("newer.log"));
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
  }

  private void holdPolicies() {
    crd("validatingadmissionpolicies", "ValidatingAdmissionPolicy", POLICY);
    crd("validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", ANYTHING);
    crd("validatingwebhookconfigurations", "ValidatingWebhookConfiguration", ANYTHING);
    crd("mutatingwebhookconfigurations", "MutatingWebhookConfiguration", ANYTHING);
    front.create(
        """
        {apiVersion: v1, kind: Service, metadata: {name: newer, namespace: kube-system},
         spec: {type: ExternalName, externalName: localhost, ports: [{port: %d}]}}
        """
            .formatted(port));
    front
        .client()
        .genericKubernetesResources("apiregistration.k8s.io/v1", "APIService")
        .withName("v1.admissionregistration.k8s.io")
        .edit(
            service -> {
              Object spec = service.getAdditionalProperties().get("spec");
              @SuppressWarnings("unchecked")
              var fields = (java.util.Map<String, Object>) spec;
              fields.put("insecureSkipTLSVerify", true);
              fields.put(
                  "service",
                  java.util.Map.of("name", "newer", "namespace", "kube-system", "port", port));
              return service;
            });
    Awaitility.await("policies in front")
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () ->
                front
                    .client()
                    .raw("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies")
                    .contains("items"));
  }

  private void crd(String plural, String kind, String schema) {
    apply(
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: %s.admissionregistration.k8s.io
          annotations: {api-approved.kubernetes.io: "unapproved, of a test"}
        spec:
          group: admissionregistration.k8s.io
          scope: Cluster
          names: {plural: %s, singular: %s, kind: %s}
          versions:
          - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: %s}}
        """
            .formatted(
                plural, plural, kind.toLowerCase(java.util.Locale.ROOT), kind, schema.strip()));
  }

  /** A CRD, and waits until it is served. */
  void apply(String crd) {
    var object = Chart.objects(crd).getFirst();
    client.raw("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "POST", object);
    String served =
        "/apis/"
            + object.at("/spec/group").asText()
            + "/"
            + object.at("/spec/versions/0/name").asText()
            + "/"
            + object.at("/spec/names/plural").asText();
    Awaitility.await(served)
        .atMost(PATIENCE)
        .ignoreException(KubernetesClientException.class)
        .until(() -> client.raw(served) != null);
  }

  private void end() {
    process.destroy();
    process.onExit().completeOnTimeout(process, 15, TimeUnit.SECONDS).join();
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    client.close();
    if (process != null) {
      end();
    }
  }
}
