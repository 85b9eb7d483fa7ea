package dev.diecast.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The chart's admission policy in a real server: what the daemon of node a may write, and what not.
 * All users here may do everything by RBAC, so that it is the policy that refuses.
 */
@EnabledIf(value = "thereIsANewerServer", disabledReason = NewerCrdServer.MISSING)
class AdmissionPolicyE2E {
  private static final String API = "/apis/diecast.dev/v1alpha1/";
  private static final String NODES = "namespaces/default/dilatednodes/";
  private static final String DAEMON_USER =
      "system:serviceaccount:" + Chart.DAEMON_NAMESPACE + ":" + Chart.DAEMON;
  private static final String CLAIM = "authentication.kubernetes.io/node-name";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path directory;
  private static ChartCluster cluster;
  private static NewerCrdServer server;

  /** Of the whole class: what is given up in the midst of its setting up is in no report. */
  static boolean thereIsANewerServer() {
    return NewerCrdServer.program().isPresent();
  }

  @BeforeAll
  static void install() throws Exception {
    cluster = ChartCluster.start(directory, "");
    server = NewerCrdServer.start(NewerCrdServer.program().orElseThrow(), cluster, directory);
    List<JsonNode> objects = Chart.render("");
    for (JsonNode crd : Chart.ofKind(objects, "CustomResourceDefinition")) {
      server.apply(crd.toString());
    }
    for (String kind : List.of("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")) {
      server
          .client()
          .raw(
              "/apis/admissionregistration.k8s.io/v1/"
                  + (kind.endsWith("y")
                      ? "validatingadmissionpolicies"
                      : "validatingadmissionpolicybindings"),
              "POST",
              Chart.find(objects, kind, Chart.DAEMON));
    }
    for (String user : List.of(DAEMON_USER, "system:serviceaccount:x:other")) {
      cluster.create(
          """
          {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: "all-%d"},
           roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin},
           subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: "%s"}]}
          """
              .formatted(user.length(), user));
    }
    for (String host : List.of("a", "b")) {
      assertThat(
              other(
                  "PATCH",
                  "dilationhosts/" + host,
                  "{metadata: {labels: {kubernetes.io/hostname: %s}, annotations: {k: v}}, spec: {}}"
                      .formatted(host)))
          .isEmpty();
      assertThat(other("PATCH", NODES + "on-" + host, node(host))).isEmpty();
    }
    // Policies are watched: from here on this one is in force.
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> !daemon("b", "DELETE", "dilationhosts/a?dryRun=All", "{}").isEmpty());
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private static String node(String host) {
    return """
        metadata: {labels: {diecast.dev/host: %s}}
        spec:
          model: m
          group: web
          index: 0
          host: %s
          timeDilation: {factor: "10", driver: GuestKernel, modelClockOrigin: "2026-11-22T00:00:00.000000Z"}
          tscKilohertz: 2500000
          machine: {cpus: 1, memory: 128Mi}
          vm: {image: diecast.dev/guests/base, instancetype: {name: small}}
        """
        .formatted(host, host);
  }

  private static final String CONDITION =
      "{status: {conditions: [{type: %s, status: 'False', reason: Measuring, message: x,"
          + " lastTransitionTime: '2026-11-22T00:00:00Z'}]}}";

  @Test
  void aDaemonWritesWhatIsItsNodes() throws Exception {
    assertThat(
            daemon(
                "a",
                "PATCH",
                "dilationhosts/a",
                "{metadata: {labels: {kubernetes.io/hostname: a}}, spec: {}}"))
        .isEmpty();
    assertThat(daemon("a", "PATCH", "dilationhosts/a/status", CONDITION.formatted("Overloaded")))
        .isEmpty();
    assertThat(daemon("a", "PATCH", NODES + "on-a/status", CONDITION.formatted("Capped")))
        .isEmpty();
    assertThat(
            daemon(
                "c",
                "PATCH",
                "dilationhosts/c",
                "{metadata: {labels: {kubernetes.io/hostname: c}}, spec: {}}"))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          another's host            | PATCH  | dilationhosts/b        | {metadata: {labels: {kubernetes.io/hostname: b}}, spec: {}} | may not write DilationHost b
          another's host, posing    | PATCH  | dilationhosts/b        | {metadata: {labels: {kubernetes.io/hostname: a}}, spec: {}} | may not write DilationHost b
          another's new host        | PATCH  | dilationhosts/d        | {metadata: {labels: {kubernetes.io/hostname: d}}, spec: {}} | may not write DilationHost d
          another's host's status   | PATCH  | dilationhosts/b/status | CONDITION                                                  | may not write DilationHost b
          another's node's status   | PATCH  | namespaces/default/dilatednodes/on-b/status | CONDITION                             | placed on b
          a node's spec             | PATCH  | namespaces/default/dilatednodes/on-a | {spec: {host: b}}                            | nothing else
          a node's label            | PATCH  | namespaces/default/dilatednodes/on-a | {metadata: {labels: {diecast.dev/host: b}}}  | nothing else
          another's node's label    | PATCH  | namespaces/default/dilatednodes/on-b | {metadata: {labels: {diecast.dev/host: a}}}  | nothing else
          another's node's finalizer| PATCH  | namespaces/default/dilatednodes/on-b | {metadata: {finalizers: [x/y]}}              | nothing else
          a new node                | PATCH  | namespaces/default/dilatednodes/new  | NODE                                         | nothing else
          a node's end              | DELETE | namespaces/default/dilatednodes/on-a | {}                                           | deletes nothing
          all nodes' end            | DELETE | namespaces/default/dilatednodes      | {}                                           | deletes nothing
          its host's end            | DELETE | dilationhosts/a        | {}                                                         | deletes nothing
          its host's spec           | PATCH  | dilationhosts/a        | {metadata: {labels: {kubernetes.io/hostname: a}}, spec: {unschedulable: true}} | administrator's
          its host's other label    | PATCH  | dilationhosts/a        | {metadata: {labels: {kubernetes.io/hostname: a, pool: fast}}, spec: {}}        | labels
          its host's name           | PATCH  | dilationhosts/a        | {metadata: {labels: {kubernetes.io/hostname: b}}, spec: {}}                    | labels
          its host's annotation     | PATCH  | dilationhosts/a        | {metadata: {labels: {kubernetes.io/hostname: a}, annotations: {x: y}}, spec: {}} | annotations
          its host's finalizer      | PATCH  | dilationhosts/a        | {metadata: {labels: {kubernetes.io/hostname: a}, finalizers: [x/y]}, spec: {}}  | finalizers
          a model                   | PATCH  | namespaces/default/scalemodels/m | {spec: {timeDilation: {factor: '10'}, groups: [{name: w, replicas: 1, machine: {cpus: 1, memory: 1Gi}, vm: {image: x, instancetype: {name: y}}}]}} | nothing else
          """)
  void whatIsNotItsOwnIsRefused(
      String attempt, String method, String path, String body, String message) throws Exception {
    String sent =
        switch (body) {
          case "CONDITION" -> CONDITION.formatted("Capped");
          case "NODE" -> node("a");
          default -> body;
        };
    assertThat(daemon("a", method, path, sent)).as(attempt).contains(message);
  }

  @Test
  void aTokenWithoutItsNodeIsWorthNothing() throws Exception {
    String label = "{metadata: {labels: {kubernetes.io/hostname: a}}, spec: {}}";
    assertThat(send(DAEMON_USER, Map.of(), "PATCH", "dilationhosts/a", label))
        .contains("names no node");
    assertThat(
            send(
                DAEMON_USER,
                Map.of("x", "a"),
                "PATCH",
                "dilationhosts/a/status",
                CONDITION.formatted("Ready")))
        .contains("names no node");
    assertThat(send(DAEMON_USER, Map.of(CLAIM, ""), "PATCH", "dilationhosts/a", label))
        .contains("names no node");
  }

  @Test
  void othersAreNotTouched() throws Exception {
    assertThat(other("PATCH", "dilationhosts/b", "{spec: {unschedulable: true}}")).isEmpty();
    assertThat(other("PATCH", NODES + "on-b/status", CONDITION.formatted("Provisioned"))).isEmpty();
  }

  private static String daemon(String node, String method, String path, String body)
      throws Exception {
    return send(DAEMON_USER, Map.of(CLAIM, node), method, path, body);
  }

  private static String other(String method, String path, String body) throws Exception {
    return send("system:serviceaccount:x:other", Map.of(), method, path, body);
  }

  /**
   * As that user, by server-side apply.
   *
   * @param body YAML
   * @return the server's message where it refuses, else empty
   */
  private static String send(
      String user, Map<String, String> extra, String method, String path, String body)
      throws Exception {
    JsonNode object = Chart.objects(body).getFirst();
    if (method.equals("PATCH")) {
      String[] parts = path.replace("/status", "").split("/");
      var fields = (com.fasterxml.jackson.databind.node.ObjectNode) object;
      fields.put("apiVersion", "diecast.dev/v1alpha1");
      fields.put("kind", kind(parts[parts.length - 2]));
      fields.withObject("/metadata").put("name", parts[parts.length - 1]);
    }
    String manager = "?fieldManager=" + Integer.toHexString(user.hashCode()) + "&force=true";
    HttpRequest.Builder request =
        server
            .client()
            .getHttpClient()
            .newHttpRequestBuilder()
            .uri(URI.create(server.url() + API + path + (method.equals("PATCH") ? manager : "")))
            .header("Impersonate-User", user)
            .method(
                method,
                method.equals("PATCH") ? "application/apply-patch+yaml" : "application/json",
                method.equals("PATCH") ? object.toString() : "");
    extra.forEach(
        (key, value) ->
            request.header(
                "Impersonate-Extra-" + URLEncoder.encode(key, StandardCharsets.UTF_8), value));
    HttpResponse<String> response =
        server
            .client()
            .getHttpClient()
            .sendAsync(request.build(), String.class)
            .get(60, TimeUnit.SECONDS);
    return response.isSuccessful() ? "" : message(response.body());
  }

  private static String message(String body) throws IOException {
    return JSON.readTree(body).path("message").asText(body);
  }

  private static String kind(String plural) {
    return switch (plural) {
      case "dilationhosts" -> "DilationHost";
      case "dilatednodes" -> "DilatedNode";
      case "scalemodels" -> "ScaleModel";
      default -> throw new IllegalArgumentException(plural);
    };
  }
}
