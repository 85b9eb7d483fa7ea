package dev.diecast.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.e2e.Diecast;
import dev.diecast.e2e.ModelLife;
import dev.diecast.standalone.controlplane.ControlPlaneBinaries;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * A model of real guests through its life, under the rights of the chart's service accounts and the
 * capabilities of its daemon's container, and no others.
 */
class GuestsUnderChartE2E extends ModelLife {
  private static final Set<String> RIGHTS =
      Set.of(
          "Namespace",
          "ServiceAccount",
          "Role",
          "RoleBinding",
          "ClusterRole",
          "ClusterRoleBinding");

  private AuditedApiServer server;
  private KubernetesClient client;

  @Override
  protected Diecast start() throws Exception {
    Path given =
        ControlPlaneBinaries.locate(directory.resolve("cache"), System.err::println).directory();
    server = AuditedApiServer.make(given, directory);
    List<JsonNode> objects = Chart.render("");
    diecast =
        new Diecast(
            "e2e-chart",
            Map.of(ControlPlaneBinaries.ASSETS_VARIABLE, server.programs().toString()),
            Capabilities.only(Capabilities.ofChart(objects)));
    Diecast.Result up = diecast.run("up");
    assertThat(up.exit()).as(up.all()).isZero();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                Config.fromKubeconfig(diecast.stateDirectory().resolve("kubeconfig").toFile()))
            .build();
    ChartCluster.install(
        client,
        objects.stream().filter(object -> RIGHTS.contains(object.path("kind").asText())).toList());
    become("operator", "operator/target/", Chart.NAMESPACE, Chart.OPERATOR);
    become("daemon", "node-daemon/target/", Chart.DAEMON_NAMESPACE, Chart.DAEMON);
    return diecast;
  }

  /** The supervisor starts it anew, with what its kubeconfig says by then. */
  private void become(String part, String program, String namespace, String account)
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

  @Override
  protected String model() {
    return super.model()
        + """
          network:
            topology:
              links:
              - {from: left, to: right, bitsPerSecond: 10M, delayMicros: 1000}
        """;
  }

  @AfterAll
  void close() {
    if (client != null) {
      client.close();
    }
  }

  @Test
  @Order(20)
  void itsNetworkWorks() throws Exception {
    Diecast.Result ping = diecast.run("exec", "web-0", "--", "ping", "-c", "3", "web-1");
    assertThat(ping.out()).as(ping.all()).contains(" 0% packet loss");
  }

  @Test
  @Order(21)
  void nothingWasRefused() throws Exception {
    // By both: what they were permitted is on the log, too.
    assertThat(server.calls().stream().map(AuditedApiServer.Call::user))
        .contains(Chart.OPERATOR, Chart.DAEMON);
    assertThat(AuditedApiServer.lackedRight(server.calls())).isEmpty();
    // Nor did one of them ask as nobody, which the log has no line of.
    for (String part : List.of("operator", "daemon")) {
      Path log = diecast.stateDirectory().resolve("logs").resolve(part + ".log");
      assertThat(log).content().doesNotContain("system:anonymous");
    }
  }

  /** That nothing was refused says something only if something would be. */
  @Test
  @Order(22)
  void withoutItsBindingTheDaemonIsRefused() throws Exception {
    ClusterRoleBinding binding = client.rbac().clusterRoleBindings().withName(Chart.DAEMON).get();
    client.resource(binding).delete();
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(AuditedApiServer.lackedRight(server.calls()))
                    .anyMatch(call -> call.user().equals(Chart.DAEMON)));
    binding.getMetadata().setResourceVersion(null);
    client.resource(binding).create();
    awaitReady();
  }
}
