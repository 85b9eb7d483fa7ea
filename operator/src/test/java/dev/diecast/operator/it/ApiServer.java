package dev.diecast.operator.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A real etcd, kube-apiserver and kube-controller-manager on loopback, new for each class of tests:
 * one of them wants to see a server without our CRDs. Their binaries are in the directory that
 * {@code KUBEBUILDER_ASSETS} names, as envtest users know it; where it is not set the tests are
 * skipped, and say so.
 */
final class ApiServer implements ExecutionCondition, BeforeAllCallback, ParameterResolver {

  private static final String ASSETS = "KUBEBUILDER_ASSETS";
  private static final Duration START_LIMIT = Duration.ofMinutes(2);

  /** Of whole classes: what is given up in the midst of their setting up is in no report. */
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    String assets = System.getenv(ASSETS);
    return assets != null && Files.isExecutable(Path.of(assets, "kube-apiserver"))
        ? ConditionEvaluationResult.enabled("there is a control plane")
        : ConditionEvaluationResult.disabled(
            "SKIPPED: %s must name a directory with etcd, kube-apiserver and kube-controller-manager; it is %s"
                .formatted(ASSETS, assets));
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    running(context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Running.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return running(context);
  }

  private static Running running(ExtensionContext context) {
    // Found by its methods too: stores ask those above them.
    return context
        .getStore(ExtensionContext.Namespace.create(ApiServer.class))
        .computeIfAbsent(
            Running.class, _ -> Running.start(Path.of(System.getenv(ASSETS))), Running.class);
  }

  /** The servers at work. */
  static final class Running implements AutoCloseable {

    private final Path directory;
    private final Deque<Process> processes = new ArrayDeque<>();
    private final Config config;
    private final KubernetesClient client;
    private final Path kubeconfig;
    private final AuditLog audit;
    private List<String> apiServerCommand;
    private Process apiServer;

    private Running(Path directory, int port, String token) throws IOException {
      this.directory = directory;
      this.config =
          new ConfigBuilder(Config.empty())
              .withMasterUrl("https://127.0.0.1:" + port)
              .withTrustCerts(true)
              .withOauthToken(token)
              .withUserAgent("tests")
              .build();
      this.client = new KubernetesClientBuilder().withConfig(config).build();
      this.kubeconfig = directory.resolve("kubeconfig");
      this.audit = AuditLog.in(directory);
      Files.writeString(
          kubeconfig,
          """
          apiVersion: v1
          kind: Config
          clusters:
          - name: it
            cluster: {server: "https://127.0.0.1:%d", insecure-skip-tls-verify: true}
          users:
          - name: it
            user: {token: "%s"}
          contexts:
          - name: it
            context: {cluster: it, user: it}
          current-context: it
          """
              .formatted(port, token));
    }

    KubernetesClient client() {
      return client;
    }

    Path kubeconfig() {
      return kubeconfig;
    }

    AuditLog audit() {
      return audit;
    }

    Path directory() {
      return directory;
    }

    static Running start(Path binaries) {
      try {
        Path directory = Files.createTempDirectory("diecast-operator-it");
        int etcd = freePort();
        int etcdPeer = freePort();
        int api = freePort();
        int controllers = freePort();
        String token = UUID.randomUUID().toString();
        Running running = new Running(directory, api, token);
        try {
          running.startEtcd(binaries, etcd, etcdPeer);
          running.startApiServer(binaries, etcd, api, token);
          running.startControllerManager(binaries, controllers);
        } catch (RuntimeException | IOException | GeneralSecurityException failed) {
          running.close();
          throw failed;
        }
        return running;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    private void startEtcd(Path binaries, int port, int peerPort) throws IOException {
      run(
          List.of(
              binaries.resolve("etcd").toString(),
              "--data-dir=" + directory.resolve("etcd"),
              "--listen-client-urls=http://127.0.0.1:" + port,
              "--advertise-client-urls=http://127.0.0.1:" + port,
              "--listen-peer-urls=http://127.0.0.1:" + peerPort,
              "--initial-advertise-peer-urls=http://127.0.0.1:" + peerPort,
              "--initial-cluster=default=http://127.0.0.1:" + peerPort));
    }

    private void startApiServer(Path binaries, int etcdPort, int port, String token)
        throws IOException, GeneralSecurityException {
      Path tokens =
          Files.writeString(
              directory.resolve("tokens.csv"), token + ",admin,admin,system:masters\n");
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      KeyPair pair = generator.generateKeyPair();
      Path signing = pem("sa.key", "PRIVATE KEY", pair.getPrivate());
      Path verifying = pem("sa.pub", "PUBLIC KEY", pair.getPublic());
      apiServerCommand =
          new ArrayList<>(
              List.of(
                  binaries.resolve("kube-apiserver").toString(),
                  "--etcd-servers=http://127.0.0.1:" + etcdPort,
                  "--bind-address=127.0.0.1",
                  "--advertise-address=127.0.0.1",
                  "--secure-port=" + port,
                  "--cert-dir=" + directory.resolve("certificates"),
                  "--token-auth-file=" + tokens,
                  "--authorization-mode=RBAC",
                  "--service-cluster-ip-range=10.0.0.0/24",
                  "--endpoint-reconciler-type=none",
                  "--service-account-issuer=https://kubernetes.default.svc",
                  "--service-account-key-file=" + verifying,
                  "--service-account-signing-key-file=" + signing));
      apiServerCommand.addAll(audit.flags());
      apiServer = run(apiServerCommand);
      awaitApiServer();
    }

    private void awaitApiServer() {
      Awaitility.await("kube-apiserver, see " + directory)
          .atMost(START_LIMIT)
          .ignoreExceptions()
          .until(() -> "ok".equals(client.raw("/readyz")));
    }

    /** The API server dies; what it has stored stays. */
    void killApiServer() {
      apiServer.destroyForcibly();
      apiServer.onExit().join();
      processes.remove(apiServer);
    }

    /** And is back at the same address. */
    void restartApiServer() throws IOException {
      apiServer = run(apiServerCommand);
      awaitApiServer();
    }

    private void startControllerManager(Path binaries, int port) throws IOException {
      run(
          List.of(
              binaries.resolve("kube-controller-manager").toString(),
              "--kubeconfig=" + kubeconfig,
              "--bind-address=127.0.0.1",
              "--secure-port=" + port,
              "--cert-dir=" + directory.resolve("certificates-controllers"),
              "--leader-elect=false",
              // Its own limit of 20 requests/s would be what a deletion of a large model waits for.
              "--kube-api-qps=1000",
              "--kube-api-burst=2000",
              "--controllers=garbagecollector,namespace"));
    }

    private Process run(List<String> command) throws IOException {
      String name = Path.of(command.getFirst()).getFileName().toString();
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(directory.resolve(name + ".log").toFile()))
              .start();
      processes.push(process);
      return process;
    }

    private Path pem(String name, String type, Key key) throws IOException {
      String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
      return Files.writeString(
          directory.resolve(name),
          "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
    }

    /** Every CRD of the module crds: ours and KubeVirt's. */
    void applyDefinitions() throws IOException {
      for (String name : definitions()) {
        try (InputStream yaml = ApiServer.class.getResourceAsStream(name)) {
          JsonNode definition = Serialization.unmarshal(yaml, JsonNode.class);
          acceptable(definition, name.contains("/dilatednodes."));
          client.raw("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "POST", definition);
        }
      }
      for (String served :
          List.of("diecast.dev/v1alpha1", "kubevirt.io/v1", "instancetype.kubevirt.io/v1beta1")) {
        Awaitility.await(served)
            .atMost(START_LIMIT)
            .until(() -> client.getApiResources(served) != null);
      }
    }

    private static List<String> definitions() {
      return List.of(
          "/diecast/scalemodels.diecast.dev.yaml",
          "/diecast/dilatednodes.diecast.dev.yaml",
          "/diecast/dilationhosts.diecast.dev.yaml",
          "/diecast/pipegraphs.diecast.dev.yaml",
          "/kubevirt/virtualmachines.kubevirt.io.yaml",
          "/kubevirt/virtualmachineinstances.kubevirt.io.yaml",
          "/kubevirt/virtualmachineinstancetypes.instancetype.kubevirt.io.yaml",
          "/kubevirt/virtualmachineclusterinstancetypes.instancetype.kubevirt.io.yaml",
          "/kubevirt/virtualmachinepreferences.instancetype.kubevirt.io.yaml",
          "/kubevirt/virtualmachineclusterpreferences.instancetype.kubevirt.io.yaml");
    }

    /**
     * What a server of 1.20 takes. It reads a default of "" as null and refuses it. And it cannot
     * use a schema with x-kubernetes-int-or-string for server-side apply ("error building openapi
     * models ... invalid property: anyOf" in its log): lists then have one owner each, and the
     * daemon and the operator would take each other's conditions of a DilatedNode away. Only they
     * write DilatedNodes, with quantities as texts.
     */
    private static void acceptable(JsonNode node, boolean quantitiesAreTexts) {
      if (node instanceof ObjectNode object) {
        if (quantitiesAreTexts && object.path("x-kubernetes-int-or-string").asBoolean()) {
          object.remove(List.of("anyOf", "x-kubernetes-int-or-string"));
          object.put("type", "string");
        }
        if (object.path("default").isTextual() && object.path("default").asText().isEmpty()) {
          object.remove("default");
        }
      }
      if (node instanceof ObjectNode || node instanceof ArrayNode) {
        node.forEach(child -> acceptable(child, quantitiesAreTexts));
      }
    }

    /** Free now; taken a moment later by the server that is given it. */
    static int freePort() throws IOException {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      }
    }

    @Override
    public void close() {
      client.close();
      List<Process> ending = new ArrayList<>(processes);
      ending.forEach(Process::destroy);
      for (Process process : ending) {
        process
            .onExit()
            .completeOnTimeout(process, 10, java.util.concurrent.TimeUnit.SECONDS)
            .join();
        process.destroyForcibly();
      }
      try (Stream<Path> files = Files.walk(directory)) {
        files.sorted(java.util.Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      } catch (IOException e) {
        System.err.println("left behind: " + directory + ": " + e.getMessage());
      }
    }
  }
}
