package dev.diecast.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.api.v1alpha1.DilationHost;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Operator and daemon under the chart's service accounts, against a real API server that writes
 * down every request: nothing is refused, and every right is made use of. Then without rights.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RightsE2E {
  private static final String NODE = "rights-node";
  private static final Duration PATIENCE = Duration.ofMinutes(6);

  /** JOSDK asks whether it has this right before it begins, and then patches. */
  private static final String LEASE_UPDATE = "update coordination.k8s.io/leases";

  @TempDir static Path directory;
  private static ChartCluster cluster;
  private static List<JsonNode> objects;
  private static Part operator;
  private static Part daemon;

  @BeforeAll
  static void install() throws Exception {
    objects = Chart.render("");
    cluster = ChartCluster.start(directory, "");
    operator = operator();
    daemon = daemon();
  }

  @AfterAll
  static void stop() {
    for (Part part : Stream.of(operator, daemon).filter(Objects::nonNull).toList()) {
      part.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private static Part operator() throws Exception {
    return Part.start(
        "operator",
        cluster.kubeconfig(Chart.NAMESPACE, Chart.OPERATOR),
        directory,
        List.of(),
        Map.of(
            "DIECAST_LEADER_ELECTION_NAMESPACE",
            Chart.NAMESPACE,
            "DIECAST_LEADER_ELECTION_IDENTITY",
            "pod-" + System.nanoTime()));
  }

  /** With no more capabilities than its container has. */
  private static Part daemon() throws Exception {
    Path state = Files.createDirectories(directory.resolve("state"));
    return Part.start(
        "node-daemon",
        cluster.kubeconfig(Chart.DAEMON_NAMESPACE, Chart.DAEMON),
        directory,
        Capabilities.only(Capabilities.ofChart(objects)),
        Map.of("NODE_NAME", NODE, "DIECAST_STATE_DIRECTORY", state.toString()));
  }

  @Test
  @Order(1)
  void theReleaseIsTakenByTheServer() {
    // policy/v1 came with 1.21, ValidatingAdmissionPolicy with 1.30.
    assertThat(cluster.notServed())
        .isSubsetOf(
            "PodDisruptionBudget", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding");
  }

  @Test
  @Order(2)
  void aModelConvergesAndNothingIsRefused() throws Exception {
    operator.awaitReady();
    daemon.awaitReady();
    Service service = new Service(cluster.client(), "rights", PATIENCE);
    service.await(
        "host",
        () ->
            cluster.client().resources(DilationHost.class).withName(NODE).get().getStatus()
                != null);
    service.runAll();
    List<AuditedApiServer.Call> refused =
        cluster.calls().stream().filter(AuditedApiServer.Call::refused).toList();
    assertThat(refused).isEmpty();
    for (Part part : List.of(operator, daemon)) {
      assertThat(part.log()).doesNotContainIgnoringCase("forbidden").doesNotContain(" 403");
    }
  }

  @Test
  @Order(5)
  void withoutUpdateOfLeasesTheOperatorEnds() throws Exception {
    cluster
        .client()
        .rbac()
        .roles()
        .inNamespace(Chart.NAMESPACE)
        .withName(Chart.OPERATOR)
        .edit(
            role -> {
              role.getRules().forEach(rule -> rule.getVerbs().remove("update"));
              return role;
            });
    operator.close();
    try (Part without = operator()) {
      assertThat(without.awaitEnd(PATIENCE)).isTrue();
      assertThat(without.log()).contains("the reconcilers cannot start");
    }
  }

  /** {@code verb group/resource} of all rules of all roles of that name. */
  private static Set<String> granted(String account) {
    Set<String> rights = new TreeSet<>();
    for (JsonNode role : objects) {
      if (!role.at("/metadata/name").asText().equals(account)
          || !Set.of("Role", "ClusterRole").contains(role.path("kind").asText())) {
        continue;
      }
      for (JsonNode rule : role.path("rules")) {
        for (JsonNode group : rule.path("apiGroups")) {
          for (JsonNode resource : rule.path("resources")) {
            for (JsonNode verb : rule.path("verbs")) {
              assertThat(List.of(verb.asText(), group.asText(), resource.asText()))
                  .doesNotContain("*");
              rights.add(verb.asText() + " " + group.asText() + "/" + resource.asText());
            }
          }
        }
      }
    }
    return rights;
  }

  @Test
  @Order(4)
  void withoutARightTheWorkIsRefusedAndSeen() throws Exception {
    List<Removal> removals = new ArrayList<>();
    removals.add(new Removal(Chart.OPERATOR, "scalemodels/finalizers", "update"));
    removals.add(new Removal(Chart.OPERATOR, "dilatednodes/finalizers", "update"));
    removals.add(new Removal(Chart.OPERATOR, "virtualmachines", "patch"));
    removals.add(new Removal(Chart.DAEMON, "dilatednodes/status", "patch"));
    for (int i = 0; i < removals.size(); i++) {
      removals.get(i).isSeen(new Service(cluster.client(), "without-" + i, PATIENCE));
    }
  }

  @Test
  @Order(6)
  void everyRightIsMadeUseOf() throws Exception {
    // A watch is in the log when it ends.
    operator.close();
    daemon.close();
    for (String account : List.of(Chart.OPERATOR, Chart.DAEMON)) {
      Set<String> used = new TreeSet<>();
      cluster.calls().stream()
          .filter(call -> call.user().equals(account))
          .filter(call -> !call.refused())
          .map(AuditedApiServer.Call::right)
          // Every service account may ask what it may do (system:basic-user).
          .filter(right -> !right.contains("selfsubjectrulesreviews"))
          .forEach(used::add);
      Set<String> granted = granted(account);
      // Asked for in the course of another request, so that no log tells: see below.
      granted.removeIf(right -> right.endsWith("/finalizers"));
      granted.remove(LEASE_UPDATE);
      assertThat(used)
          .as("rights of %s that were used, and those granted", account)
          .isEqualTo(granted);
    }
  }

  /** A right that is taken away while all runs, and given back. */
  private record Removal(String account, String resource, String verb) {
    void isSeen(Service service) throws Exception {
      ClusterRole role = cluster.client().rbac().clusterRoles().withName(account).get();
      int before = refused();
      cluster
          .client()
          .rbac()
          .clusterRoles()
          .withName(account)
          .edit(
              edited -> {
                edited.setRules(edited.getRules().stream().flatMap(this::without).toList());
                return edited;
              });
      try {
        service.prepare();
        service.topology("9ms");
        service.model("10", 1);
        service.await(this + " is refused", () -> refused() > before);
        assertThat(service.daemonReports(2, "Networked")).as("%s", this).isFalse();
      } finally {
        cluster
            .client()
            .rbac()
            .clusterRoles()
            .withName(account)
            .edit(
                edited -> {
                  edited.setRules(role.getRules());
                  return edited;
                });
      }
      service.await("after all", () -> service.daemonReports(2, "Networked"));
      service.deleteModel();
    }

    private Stream<PolicyRule> without(PolicyRule rule) {
      if (!rule.getResources().contains(resource)) {
        return Stream.of(rule);
      }
      PolicyRule others = new PolicyRuleBuilder(rule).removeFromResources(resource).build();
      PolicyRule rest =
          new PolicyRuleBuilder(rule).withResources(resource).removeFromVerbs(verb).build();
      return Stream.of(others, rest)
          .filter(kept -> !kept.getResources().isEmpty() && !kept.getVerbs().isEmpty());
    }

    private int refused() throws Exception {
      return (int)
          cluster.calls().stream()
              .filter(call -> call.user().equals(account))
              .filter(AuditedApiServer.Call::refused)
              .count();
    }
  }
}
