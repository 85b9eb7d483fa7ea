package dev.diecast.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.e2e.Diecast;
import dev.diecast.e2e.Models;
import dev.diecast.standalone.controlplane.ControlPlaneBinaries;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real guests, whose operator and daemon have the rights of the chart's service accounts and no
 * others.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GuestsUnderChartE2E {
  private static final Duration PATIENCE = Duration.ofMinutes(6);
  private static final Set<String> RIGHTS =
      Set.of(
          "Namespace",
          "ServiceAccount",
          "Role",
          "RoleBinding",
          "ClusterRole",
          "ClusterRoleBinding");

  @TempDir static Path directory;
  private static Diecast diecast;
  private static AuditedApiServer server;
  private static KubernetesClient client;

  @BeforeAll
  static void up() throws Exception {
    Path given =
        ControlPlaneBinaries.locate(directory.resolve("cache"), System.err::println).directory();
    server = AuditedApiServer.make(given, directory);
    diecast =
        new Diecast(
            "e2e-chart",
            Map.of(ControlPlaneBinaries.ASSETS_VARIABLE, server.programs().toString()));
    Diecast.Result up = diecast.run("up");
    assertThat(up.exit()).as(up.all()).isZero();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                Config.fromKubeconfig(diecast.stateDirectory().resolve("kubeconfig").toFile()))
            .build();
    ChartCluster.install(
        client,
        Chart.render("").stream()
            .filter(object -> RIGHTS.contains(object.path("kind").asText()))
            .toList());
    become("operator", "operator/target/", Chart.NAMESPACE, Chart.OPERATOR);
    become("daemon", "node-daemon/target/", Chart.DAEMON_NAMESPACE, Chart.DAEMON);
  }

  /** The supervisor starts it anew, with what its kubeconfig says by then. */
  private static void become(String part, String program, String namespace, String account)
      throws Exception {
    Files.writeString(
        diecast.stateDirectory().resolve(part + ".kubeconfig"),
        ChartCluster.kubeconfig(client, namespace, account));
    long before = diecast.pidOf(program);
    ProcessHandle.of(before).orElseThrow().destroy();
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> diecast.pidOf(program) != before);
  }

  @AfterAll
  static void down() throws Exception {
    if (client != null) {
      client.close();
    }
    diecast.run("down");
    assertThat(diecast.leftovers()).isEmpty();
  }

  @Test
  @Order(1)
  void aModelWithANetworkBecomesReady() throws Exception {
    Diecast.Result up =
        diecast.run("up", Models.file(directory, Models.twoSides("chart", 1)).toString());
    assertThat(up.exit()).as(up.all()).isZero();
    Diecast.Result ping = diecast.run("exec", "a-0", "--", "ping", "-c", "3", "b-0");
    assertThat(ping.out()).as(ping.all()).contains(" 0% packet loss");
  }

  @Test
  @Order(2)
  void itsClocksAreTrueAndItsCapsHold() throws Exception {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(3))
        .untilAsserted(
            () -> {
              JsonNode nodes = diecast.run("status", "-o", "json").json().at("/models/0/nodes");
              assertThat(nodes).hasSize(3);
              for (JsonNode node : nodes) {
                assertThat(Math.abs(node.at("/clock/ppm").asDouble(1e9)))
                    .as(node.toPrettyString())
                    .isLessThan(200);
              }
            });
    assertThat(
            client
                .genericKubernetesResources("diecast.dev/v1alpha1", "DilatedNode")
                .inNamespace("default")
                .list()
                .getItems())
        .allSatisfy(
            node ->
                assertThat(node.<Integer>get("status", "cpu", "quotaMicros"))
                    .as(node.getMetadata().getName())
                    .isPositive());
  }

  @Test
  @Order(3)
  void nothingWasRefused() throws Exception {
    // By both: what they were permitted is on the log, too.
    assertThat(server.calls().stream().map(AuditedApiServer.Call::user))
        .contains(Chart.OPERATOR, Chart.DAEMON);
    assertThat(refused()).isEmpty();
    for (String part : List.of("operator", "daemon")) {
      assertThat(Files.readString(diecast.stateDirectory().resolve("logs/" + part + ".log")))
          .doesNotContainIgnoringCase("forbidden");
    }
  }

  /** That nothing was refused says something only if something would be. */
  @Test
  @Order(4)
  void withoutItsBindingTheDaemonIsRefused() throws Exception {
    client.rbac().clusterRoleBindings().withName(Chart.DAEMON).delete();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(refused()).anyMatch(c -> c.user().equals(Chart.DAEMON)));
  }

  private static List<AuditedApiServer.Call> refused() throws IOException {
    return server.calls().stream()
        .filter(call -> call.code() == HttpURLConnection.HTTP_FORBIDDEN)
        .toList();
  }
}
