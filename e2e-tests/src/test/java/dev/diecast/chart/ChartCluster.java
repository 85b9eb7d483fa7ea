package dev.diecast.chart;

import com.fasterxml.jackson.databind.JsonNode;
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
  private final Path directory;
  private final AuditedApiServer audited;
  private final ControlPlane controlPlane;
  private final KubernetesClient client;

  /** Kinds of the chart that this server is too old for. */
  private final Set<String> notServed = new TreeSet<>();

  private ChartCluster(Path directory, AuditedApiServer audited, ControlPlane controlPlane) {
    this.directory = directory;
    this.audited = audited;
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
    AuditedApiServer audited = AuditedApiServer.make(given.directory(), directory);
    ControlPlane controlPlane =
        ControlPlane.start(
            new ControlPlaneBinaries(audited.programs(), given.apiServerMinorVersion()),
            directory.resolve("cluster"),
            0,
            Map.of(),
            _ -> {});
    ChartCluster cluster = new ChartCluster(directory, audited, controlPlane);
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

  private static Config patient(Config config) {
    config.setRequestTimeout(120_000);
    return config;
  }

  private void install(List<JsonNode> objects) {
    notServed.addAll(install(client, objects));
  }

  /**
   * Creates these objects of a release, save CRDs and hooks, and the namespace that Helm would
   * make.
   *
   * @return kinds that this server is too old for
   */
  static Set<String> install(KubernetesClient client, List<JsonNode> objects) {
    Set<String> notServed = new TreeSet<>();
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
    return notServed;
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
    return Files.writeString(
        directory.resolve(serviceAccount + ".kubeconfig"),
        kubeconfig(client, namespace, serviceAccount));
  }

  static String kubeconfig(KubernetesClient client, String namespace, String serviceAccount) {
    Config config = client.getConfiguration();
    return """
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "%s", certificate-authority-data: %s}}]
        users: [{name: u, user: {token: %s}}]
        contexts: [{name: c, context: {cluster: c, user: u}}]
        current-context: c
        """
        .formatted(
            config.getMasterUrl(),
            config.getCaCertData(),
            token(client, namespace, serviceAccount));
  }

  private static String token(KubernetesClient client, String namespace, String serviceAccount) {
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
    Files.writeString(volume.resolve("token"), token(client, namespace, serviceAccount));
    Files.writeString(volume.resolve("namespace"), namespace);
    String authority = Config.fromKubeconfig(controlPlane.kubeconfig().toFile()).getCaCertData();
    Files.write(volume.resolve("ca.crt"), Base64.getDecoder().decode(authority));
    return volume;
  }

  /** Of the API server, on loopback. */
  public int apiPort() {
    return controlPlane.apiPort();
  }

  /** Requests of the chart's service accounts so far. */
  List<AuditedApiServer.Call> calls() throws IOException {
    return audited.calls();
  }

  @Override
  public void close() {
    client.close();
    controlPlane.close();
  }
}
