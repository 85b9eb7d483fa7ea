package dev.diecast.api.crd;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A real etcd and kube-apiserver on loopback, and where its binary is there, the CRD server of a
 * newer Kubernetes beside it. Ends what it started when closed.
 */
final class ApiServer implements AutoCloseable {

  private static final long READY_SECONDS = 120;

  private final Path binaries;
  private final Path directory;
  private final String token = UUID.randomUUID().toString();
  private final int port = freePort();
  private final int crdServerPort = freePort();
  private final Deque<Process> processes = new ArrayDeque<>();

  /** The directory of etcd and kube-apiserver, as users of envtest name it. */
  static Optional<Path> binaries() {
    return Optional.ofNullable(System.getenv("KUBEBUILDER_ASSETS"))
        .map(Path::of)
        .filter(path -> Files.isExecutable(path.resolve("kube-apiserver")));
  }

  /** Whether it can be started: a condition of tests. */
  static boolean isThere() {
    return binaries().isPresent();
  }

  ApiServer(Path binaries, Path directory) throws IOException, InterruptedException {
    this.binaries = binaries;
    this.directory = directory;
    int etcdPort = freePort();
    String etcd = "http://127.0.0.1:" + etcdPort;
    String peer = "http://127.0.0.1:" + freePort();
    try {
      start(
          "etcd",
          List.of(
              "--data-dir=" + directory.resolve("etcd"),
              "--listen-client-urls=" + etcd,
              "--advertise-client-urls=" + etcd,
              "--listen-peer-urls=" + peer,
              "--initial-advertise-peer-urls=" + peer,
              "--initial-cluster=default=" + peer));
      start("kube-apiserver", kubeApiServerArguments(etcd));
      awaitReady(port);
      if (hasCrdServer()) {
        start("apiextensions-apiserver", crdServerArguments(etcd));
        awaitReady(crdServerPort);
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      close();
      throw e;
    }
  }

  KubernetesClient client() {
    return client(port);
  }

  boolean hasCrdServer() {
    return Files.isExecutable(binaries.resolve("apiextensions-apiserver"));
  }

  /** Talks to the newer CRD server directly. */
  KubernetesClient crdServerClient() {
    return client(crdServerPort);
  }

  private List<String> kubeApiServerArguments(String etcd) throws IOException {
    Path tokens = directory.resolve("tokens.csv");
    Files.writeString(tokens, token + ",admin,admin,system:masters\n");
    KeyPair keys = rsaKeys();
    Path privateKey = pem("sa.key", "PRIVATE KEY", keys.getPrivate().getEncoded());
    Path publicKey = pem("sa.pub", "PUBLIC KEY", keys.getPublic().getEncoded());
    return List.of(
        "--etcd-servers=" + etcd,
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--secure-port=" + port,
        "--cert-dir=" + directory.resolve("pki"),
        "--token-auth-file=" + tokens,
        "--authorization-mode=AlwaysAllow",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--endpoint-reconciler-type=none",
        "--disable-admission-plugins=ServiceAccount",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-account-key-file=" + publicKey,
        "--service-account-signing-key-file=" + privateKey);
  }

  private List<String> crdServerArguments(String etcd) throws IOException {
    Path kubeconfig = directory.resolve("kubeconfig");
    Files.writeString(
        kubeconfig,
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: a, cluster: {server: "https://127.0.0.1:%d", insecure-skip-tls-verify: true}}]
        users: [{name: a, user: {token: %s}}]
        contexts: [{name: a, context: {cluster: a, user: a}}]
        current-context: a
        """
            .formatted(port, token));
    List<String> arguments = new ArrayList<>();
    for (String flag :
        List.of("--kubeconfig=", "--authentication-kubeconfig=", "--authorization-kubeconfig=")) {
      arguments.add(flag + kubeconfig);
    }
    arguments.addAll(
        List.of(
            "--etcd-servers=" + etcd,
            "--etcd-prefix=/registry-crd-server",
            "--bind-address=127.0.0.1",
            "--secure-port=" + crdServerPort,
            "--cert-dir=" + directory.resolve("pki-crd-server"),
            "--enable-priority-and-fairness=false",
            // The older server beside it has no such types to list.
            "--disable-admission-plugins=ValidatingAdmissionPolicy,MutatingAdmissionPolicy"));
    return arguments;
  }

  private void start(String name, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(binaries.resolve(name).toString());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve(name + ".log").toFile());
    builder.environment().putAll(Map.of("KUBE_FEATURE_WatchListClient", "false"));
    processes.push(builder.start());
  }

  private void awaitReady(int at) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
    try (KubernetesClient client = client(at)) {
      while (System.nanoTime() < deadline) {
        if (!processes.stream().allMatch(Process::isAlive)) {
          throw new IOException("a server ended; its log: " + logs());
        }
        if (isReady(client)) {
          return;
        }
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
    throw new IOException("not ready after " + READY_SECONDS + " s; logs: " + logs());
  }

  private static boolean isReady(KubernetesClient client) {
    try {
      return "ok".equals(client.raw("/readyz"));
    } catch (KubernetesClientException e) {
      return false;
    }
  }

  private KubernetesClient client(int at) {
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl("https://127.0.0.1:" + at)
            .withOauthToken(token)
            .withTrustCerts(true)
            .withRequestRetryBackoffLimit(0)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  private String logs() throws IOException {
    StringBuilder text = new StringBuilder();
    for (String name : List.of("etcd", "kube-apiserver", "apiextensions-apiserver")) {
      Path log = directory.resolve(name + ".log");
      if (Files.exists(log)) {
        List<String> lines = Files.readAllLines(log);
        lines
            .subList(Math.max(0, lines.size() - 5), lines.size())
            .forEach(line -> text.append('\n').append(name).append(": ").append(line));
      }
    }
    return text.toString();
  }

  private Path pem(String name, String type, byte[] content) throws IOException {
    String body = Base64.getMimeEncoder(64, "\n".getBytes()).encodeToString(content);
    return Files.writeString(
        directory.resolve(name),
        "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
  }

  private static KeyPair rsaKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    // Latest first: an API server without its etcd waits for it instead of ending.
    while (!processes.isEmpty()) {
      Process process = processes.pop();
      process.destroy();
      try {
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
