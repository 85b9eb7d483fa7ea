package dev.diecast.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.standalone.controlplane.ControlPlane;
import dev.diecast.standalone.controlplane.ControlPlaneBinaries;
import dev.diecast.standalone.controlplane.CustomResourceDefinitions;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A real API server with a release of the chart in it. It writes down every request of a service
 * account (an audit log), and checks blockOwnerDeletion as stricter clusters do.
 */
public final class ChartCluster implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;
  private final ControlPlane controlPlane;
  private final KubernetesClient client;

  /** Kinds of the chart that this server is too old for. */
  private final Set<String> notServed = new TreeSet<>();

  private ChartCluster(Path directory, ControlPlane controlPlane) {
    this.directory = directory;
    this.controlPlane = controlPlane;
    this.client =
        new KubernetesClientBuilder()
            .withConfig(patient(Config.fromKubeconfig(controlPlane.kubeconfig().toFile())))
            .build();
  }

  /**
   * @param values of the release, YAML
   */
  public static ChartCluster start(Path directory, String values) throws IOException {
    ControlPlaneBinaries given =
        ControlPlaneBinaries.locate(directory.resolve("cache"), System.err::println);
    Path binaries = audited(given.directory(), directory);
    ControlPlane controlPlane =
        ControlPlane.start(
            new ControlPlaneBinaries(binaries, given.apiServerMinorVersion()),
            directory.resolve("cluster"),
            0,
            Map.of(),
            _ -> {});
    ChartCluster cluster = new ChartCluster(directory, controlPlane);
    try {
      // KubeVirt's too; that ours are the chart's, ChartTest says.
      CustomResourceDefinitions.apply(cluster.client, _ -> {});
      cluster.install(Chart.render(values));
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /** The same programs, of which the API server takes these flags besides. */
  private static Path audited(Path given, Path directory) throws IOException {
    Path binaries = Files.createDirectories(directory.resolve("programs"));
    for (String program : ControlPlaneBinaries.PROGRAMS) {
      Files.createSymbolicLink(binaries.resolve(program), given.resolve(program));
    }
    Path policy =
        Files.writeString(
            directory.resolve("audit-policy.yaml"),
            """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived]
            rules:
            - {level: Metadata, userGroups: ["system:serviceaccounts:%s", "system:serviceaccounts:%s"]}
            - {level: None}
            """
                .formatted(Chart.NAMESPACE, Chart.DAEMON_NAMESPACE));
    Path server = binaries.resolve("kube-apiserver");
    Files.delete(server);
    Files.writeString(
        server,
        """
        #!/bin/sh
        exec %s "$@" --audit-policy-file=%s --audit-log-path=%s --enable-admission-plugins=OwnerReferencesPermissionEnforcement %s
        """
            .formatted(
                given.resolve("kube-apiserver"),
                policy,
                directory.resolve("audit.log"),
                String.join(" ", FrontProxy.make(directory).flags())));
    Files.setPosixFilePermissions(server, PosixFilePermissions.fromString("rwxr-xr-x"));
    return binaries;
  }

  private static Config patient(Config config) {
    config.setRequestTimeout(120_000);
    return config;
  }

  private void install(List<JsonNode> objects) {
    client
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(Chart.NAMESPACE)
                .endMetadata()
                .build())
        .create();
    for (JsonNode object : objects) {
      boolean hook = object.at("/metadata/annotations").has("helm.sh/hook");
      if (object.path("kind").asText().equals("CustomResourceDefinition") || hook) {
        continue;
      }
      try {
        client.resource(generic(object)).create();
      } catch (KubernetesClientException e) {
        if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
          throw e;
        }
        notServed.add(object.path("kind").asText());
      }
    }
  }

  static GenericKubernetesResource generic(JsonNode object) {
    return Serialization.unmarshal(object.toString(), GenericKubernetesResource.class);
  }

  public KubernetesClient client() {
    return client;
  }

  Path adminKubeconfig() {
    return controlPlane.kubeconfig();
  }

  void create(String yaml) {
    client.resource(generic(Chart.objects(yaml).getFirst())).create();
  }

  Set<String> notServed() {
    return notServed;
  }

  /** A kubeconfig with a token of a service account, as a pod has one. */
  Path kubeconfig(String namespace, String serviceAccount) throws IOException {
    String token = token(namespace, serviceAccount);
    Config config = Config.fromKubeconfig(controlPlane.kubeconfig().toFile());
    return Files.writeString(
        directory.resolve(serviceAccount + ".kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "%s", certificate-authority-data: %s}}]
        users: [{name: u, user: {token: %s}}]
        contexts: [{name: c, context: {cluster: c, user: u}}]
        current-context: c
        """
            .formatted(config.getMasterUrl(), config.getCaCertData(), token));
  }

  private String token(String namespace, String serviceAccount) {
    return client
        .serviceAccounts()
        .inNamespace(namespace)
        .withName(serviceAccount)
        .tokenRequest(
            new TokenRequestBuilder().withNewSpec().withExpirationSeconds(7200L).endSpec().build())
        .getStatus()
        .getToken();
  }

  /**
   * A directory with what kubelet mounts into every container of a service account's pods: token,
   * certificate of the API server's authority, namespace.
   */
  public Path serviceAccountVolume(String namespace, String serviceAccount) throws IOException {
    Path volume = Files.createDirectories(directory.resolve(serviceAccount + "-volume"));
    Files.writeString(volume.resolve("token"), token(namespace, serviceAccount));
    Files.writeString(volume.resolve("namespace"), namespace);
    String authority = Config.fromKubeconfig(controlPlane.kubeconfig().toFile()).getCaCertData();
    Files.write(volume.resolve("ca.crt"), Base64.getDecoder().decode(authority));
    return volume;
  }

  /** Of the API server, on loopback. */
  public int apiPort() {
    return controlPlane.apiPort();
  }

  /**
   * A request of a service account.
   *
   * @param right {@code verb group/resource}, as a rule would grant it
   * @param code HTTP status
   */
  record Call(String user, String right, int code, String uri) {}

  /** All so far. */
  List<Call> calls() throws IOException {
    List<Call> calls = new ArrayList<>();
    for (String line : Files.readAllLines(directory.resolve("audit.log"))) {
      if (!line.endsWith("}")) {
        continue; // the last one, half written
      }
      JsonNode event = JSON.readTree(line);
      JsonNode object = event.path("objectRef");
      if (object.isMissingNode()) {
        continue;
      }
      String sub = object.path("subresource").asText();
      String of =
          object.path("apiGroup").asText()
              + "/"
              + object.path("resource").asText()
              + (sub.isEmpty() ? "" : "/" + sub);
      String user = event.at("/user/username").asText();
      user = user.substring(user.lastIndexOf(':') + 1);
      int code = event.at("/responseStatus/code").asInt();
      String uri = event.path("requestURI").asText();
      calls.add(new Call(user, event.path("verb").asText() + " " + of, code, uri));
      if (event.path("verb").asText().equals("patch") && code == HttpURLConnection.HTTP_CREATED) {
        // Server-side apply of what is not there: the server asks for this right too.
        calls.add(new Call(user, "create " + of, code, uri));
      }
    }
    return calls;
  }

  @Override
  public void close() {
    client.close();
    controlPlane.close();
  }
}
