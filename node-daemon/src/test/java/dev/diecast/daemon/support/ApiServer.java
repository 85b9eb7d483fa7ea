package dev.diecast.daemon.support;

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
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A real etcd and kube-apiserver on loopback; the API server may be stopped and started again. */
public final class ApiServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private final Path binaries;
  private final Path directory;
  private final String token = UUID.randomUUID().toString();
  private final int port = freePort();
  private final String etcdUrl = "http://127.0.0.1:" + freePort();
  private final Process etcd;
  private Process server;

  /** The directory of etcd and kube-apiserver, as users of envtest name it. */
  public static Optional<Path> binaries() {
    return Optional.ofNullable(System.getenv("KUBEBUILDER_ASSETS"))
        .map(Path::of)
        .filter(path -> Files.isExecutable(path.resolve("kube-apiserver")));
  }

  /**
   * For classes of tests that need one. Not an assumption before all tests: what is given up there
   * is in no report, and so not counted.
   */
  public static final class IsThere implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return binaries().isPresent()
          ? ConditionEvaluationResult.enabled("there are its binaries")
          : ConditionEvaluationResult.disabled(
              "SKIPPED: KUBEBUILDER_ASSETS names no directory with etcd and kube-apiserver");
    }
  }

  public ApiServer(Path binaries, Path directory) throws IOException {
    this.binaries = binaries;
    this.directory = directory;
    String peer = "http://127.0.0.1:" + freePort();
    this.etcd =
        start(
            "etcd",
            List.of(
                "--data-dir=" + directory.resolve("etcd"),
                "--listen-client-urls=" + etcdUrl,
                "--advertise-client-urls=" + etcdUrl,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer));
    try {
      writeKeys();
      startServer();
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  public void startServer() throws IOException {
    server =
        start(
            "kube-apiserver",
            List.of(
                "--etcd-servers=" + etcdUrl,
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--secure-port=" + port,
                "--cert-dir=" + directory.resolve("pki"),
                "--token-auth-file=" + directory.resolve("tokens.csv"),
                "--authorization-mode=AlwaysAllow",
                "--service-cluster-ip-range=10.0.0.0/24",
                "--endpoint-reconciler-type=none",
                "--disable-admission-plugins=ServiceAccount",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + directory.resolve("sa.pub"),
                "--service-account-signing-key-file=" + directory.resolve("sa.key")));
    try (KubernetesClient client = client()) {
      Awaitility.await()
          .atMost(PATIENCE)
          .ignoreException(KubernetesClientException.class)
          .until(() -> "ok".equals(client.raw("/readyz")));
    }
  }

  public void stopServer() {
    stop(server);
  }

  public KubernetesClient client() {
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl("https://127.0.0.1:" + port)
            .withOauthToken(token)
            .withTrustCerts(true)
            .withRequestRetryBackoffLimit(0)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  private Process start(String name, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(binaries.resolve(name).toString()));
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve(name + ".log").toFile()))
        .start();
  }

  private void writeKeys() throws IOException {
    Files.writeString(directory.resolve("tokens.csv"), token + ",admin,admin,system:masters\n");
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      KeyPair keys = generator.generateKeyPair();
      pem("sa.key", "PRIVATE KEY", keys.getPrivate().getEncoded());
      pem("sa.pub", "PUBLIC KEY", keys.getPublic().getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void pem(String name, String type, byte[] content) throws IOException {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    Files.writeString(
        directory.resolve(name),
        "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void stop(Process process) {
    if (process == null) {
      return;
    }
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

  @Override
  public void close() {
    stop(server);
    stop(etcd);
  }
}
