package dev.diecast.operator.it;

import static dev.diecast.operator.Fixtures.group;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.api.v1alpha1.NetworkSpec;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelSpec;
import dev.diecast.operator.Fixtures;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Models of 200 and 1,000 nodes with a network, against a real API server: what they cost the
 * operator for each node, that it then is silent, and that it may be killed at any moment. {@code
 * -Dscale.seed} repeats the moments of one run.
 */
@ExtendWith(ApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ScaleIT {

  private static final String MODEL = "m";
  private static final int SMALL = 200;
  private static final int LARGE = 1000;
  private static final int HOSTS = 25;
  private static final int KILLS = 20;
  private static final Duration CONVERGENCE = Duration.ofMinutes(8);
  private static final Duration SILENCE = Duration.ofSeconds(60);
  private static final Duration SILENCE_AFTER_KILLS = Duration.ofSeconds(20);

  /** Every object is reconciled again in a time of silence: silence is not for want of events. */
  private static final Map<String, String> OFTEN =
      Map.of(
          "quarkus.operator-sdk.controllers.scalemodel.max-reconciliation-interval",
          "15s",
          "quarkus.operator-sdk.controllers.dilatednode.max-reconciliation-interval",
          "15s");

  private ApiServer.Running api;
  private Cluster cluster;
  private WorkingCluster working;
  private OperatorProcess operator;
  private Map<String, JsonNode> undisturbed = Map.of();

  @BeforeAll
  void install(ApiServer.Running running) throws IOException {
    api = running;
    api.applyDefinitions();
    cluster = Cluster.create(api.client(), "scale");
    cluster.instancetype("small", 1, "128Mi");
    for (int i = 0; i < HOSTS; i++) {
      cluster.host("scale-w%02d".formatted(i), "8", "64Gi");
    }
    working = new WorkingCluster(api.client(), cluster);
    operator = OperatorProcess.startAsInChart(api, OFTEN).awaitReady();
  }

  @AfterEach
  void deleteModel() {
    long began = System.nanoTime();
    cluster.delete(MODEL);
    Awaitility.await("nothing is left of the model")
        .atMost(CONVERGENCE)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> OwnedObjects.of(api.client(), cluster).isEmpty());
    System.out.printf("deleted with all that it owned: %.1f s%n", seconds(began));
  }

  @AfterAll
  void stop() {
    if (operator != null) {
      operator.close();
    }
    if (working != null) {
      working.close();
    }
  }

  @Test
  @Order(1)
  void aThousandNodesCostNoMoreEachAndAreThenSilent() throws IOException {
    Cost small = cost(SMALL);
    deleteModel();
    Cost large = cost(LARGE);
    assertThat(large.allCalls()).as("calls for each node: %s", large).isLessThan(12);
    assertThat(large.allCalls())
        .as("calls for each node of %d beside those of %d: %s, %s", LARGE, SMALL, large, small)
        .isLessThan(1.25 * small.allCalls());
    assertThat(large.cpuMillis())
        .as("CPU for each node of %d beside those of %d", LARGE, SMALL)
        .isLessThan(2 * small.cpuMillis());
    undisturbed = OwnedObjects.of(api.client(), cluster).normalized();
    assertThat(undisturbed).hasSize(1 + 3 * LARGE + 1);
    requireDeafnessToMeasurements();
    requireSilence(SILENCE);
    assertThat(operator.peakMebibytes())
        .as("peak RSS in MiB, with an eighth of the chart's limit to spare")
        .isLessThan(OperatorProcess.CHART_LIMIT_MEBIBYTES * 7 / 8);
  }

  /**
   * What one node of a model has cost the operator.
   *
   * @param calls of the API, by what they are
   * @param cpuMillis of all its threads
   */
  private record Cost(Map<String, Double> calls, double cpuMillis) {

    double allCalls() {
      return sum(calls);
    }
  }

  private Cost cost(int nodes) throws IOException {
    long position = api.audit().position();
    long began = System.nanoTime();
    double cpuBefore = operator.cpuSeconds();
    cluster.apply(model(nodes));
    awaitConvergence(nodes);
    double took = seconds(began);
    double cpu = operator.cpuSeconds() - cpuBefore;
    Map<String, Double> calls = new TreeMap<>();
    api.audit().since(position).stream()
        .filter(AuditLog.Call::isOfOperator)
        .forEach(call -> calls.merge(call.what(), 1.0 / nodes, Double::sum));
    System.out.printf(
        "%d nodes on %d hosts: ready after %.1f s; the operator: %.2f calls for each node (%s), %.1f ms of CPU for each, peak RSS %d MiB%n",
        nodes, HOSTS, took, sum(calls), text(calls), cpu * 1000 / nodes, operator.peakMebibytes());
    return new Cost(calls, cpu * 1000 / nodes);
  }

  @Test
  @Order(2)
  void killedTwentyTimesItComesToTheSameEnd() throws IOException {
    assertThat(undisturbed).as("the end without kills: run the whole class").isNotEmpty();
    long seed = Long.getLong("scale.seed", System.nanoTime());
    System.out.println("moments of the kills: -Dscale.seed=" + seed);
    long position = api.audit().position();
    cluster.apply(model(LARGE));
    kill(new Random(seed));
    awaitConvergence(LARGE);

    OwnedObjects objects = OwnedObjects.of(api.client(), cluster);
    assertThat(objects.orphans()).isEmpty();
    Map<String, JsonNode> disturbed = objects.normalized();
    Map<String, JsonNode> others = new TreeMap<>(disturbed);
    others
        .entrySet()
        .removeIf(object -> object.getValue().equals(undisturbed.get(object.getKey())));
    assertThat(others.size()).as(() -> difference(others)).isZero();
    assertThat(disturbed).hasSameSizeAs(undisturbed);
    assertThat(cluster.nodes())
        .as("one T and one clock")
        .extracting(node -> node.getSpec().timeDilation())
        .containsOnly(cluster.model(MODEL).getStatus().timeDilation());
    requireEachMadeOnce(
        api.audit().since(position).stream()
            .filter(call -> call.isOfOperator() && call.writes())
            .toList());
    requireSilence(SILENCE_AFTER_KILLS);
  }

  /** A thing that is never taken away and is there at the end was made once, whoever was told. */
  private void requireEachMadeOnce(List<AuditLog.Call> writes) {
    assertThat(writes).as("none was taken away").noneMatch(call -> call.verb().equals("delete"));
    Map<String, Integer> due =
        Map.of("patch dilatednodes", LARGE, "patch virtualmachines", LARGE, "patch pipegraphs", 1);
    due.forEach(
        (what, number) -> {
          List<String> made = names(writes, what, call -> call.code() == 201);
          assertThat(made).as("%s: made once each", what).doesNotHaveDuplicates();
          Set<String> known = new HashSet<>(made);
          known.addAll(names(writes, what, AuditLog.Call::wasCutOff));
          assertThat(known).as("%s: made, or cut off while it was", what).hasSize(number);
          System.out.printf("%s: %d of %d answered%n", what, made.size(), number);
        });
  }

  private static List<String> names(
      List<AuditLog.Call> writes, String what, Predicate<AuditLog.Call> which) {
    return writes.stream()
        .filter(call -> call.what().equals(what))
        .filter(which)
        .map(AuditLog.Call::name)
        .toList();
  }

  /** The first few, as they are and as they should be. */
  private String difference(Map<String, JsonNode> others) {
    return others.entrySet().stream()
        .limit(1)
        .map(
            o ->
                "%s is%n%s%nnot%n%s"
                    .formatted(o.getKey(), o.getValue(), undisturbed.get(o.getKey())))
        .collect(
            Collectors.joining(System.lineSeparator(), "unlike without kills, among them ", ""));
  }

  /** At 20 moments, drawn from how far the work has come, so that none falls behind its end. */
  private void kill(Random random) throws IOException {
    int[] moments = random.ints(KILLS, 0, 3 * LARGE * 9 / 10).sorted().toArray();
    for (int moment : moments) {
      Awaitility.await("progress " + moment)
          .atMost(CONVERGENCE)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> working.progress() >= moment);
      sleep(random.nextInt(500));
      operator.kill();
      int progress = working.progress();
      assertThat(progress).as("work was left at the kill").isLessThan(3 * LARGE);
      System.out.printf("killed at %d of %d%n", progress, 3 * LARGE);
      operator = OperatorProcess.startAsInChart(api, OFTEN);
    }
  }

  private void awaitConvergence(int nodes) {
    long[] said = {System.nanoTime()};
    Awaitility.await(nodes + " nodes are ready")
        .atMost(CONVERGENCE)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              if (seconds(said[0]) > 10) {
                said[0] = System.nanoTime();
                System.out.printf("  %d of %d steps%n", working.progress(), 3 * nodes);
              }
              return working.progress() == 3 * nodes
                  && List.of("Ready", "Faithful").stream()
                      .allMatch(type -> cluster.condition(MODEL, type).startsWith("True/"));
            });
  }

  /** Daemons write what they measure every few seconds, which is nothing for the operator to do. */
  private void requireDeafnessToMeasurements() throws IOException {
    sleep(2000);
    long position = api.audit().position();
    double cpuBefore = operator.cpuSeconds();
    working.measureAll();
    sleep(2000);
    List<AuditLog.Call> calls = api.audit().since(position);
    assertThat(calls.stream().filter(call -> call.what().equals("patch dilatednodes/status")))
        .as("the daemons' reports")
        .hasSize(LARGE);
    assertThat(calls.stream().filter(AuditLog.Call::isOfOperator)).isEmpty();
    System.out.printf(
        "a measurement of every node: no call by the operator, %.2f ms of CPU for each%n",
        (operator.cpuSeconds() - cpuBefore) * 1000 / LARGE);
  }

  private void requireSilence(Duration time) throws IOException {
    // An answer to the last event is still due.
    sleep(2000);
    long position = api.audit().position();
    sleep(time.toMillis());
    List<AuditLog.Call> calls = api.audit().since(position);
    assertThat(calls.stream().filter(AuditLog.Call::writes)).as("writes by anybody").isEmpty();
    System.out.printf(
        "silent for %d s: no write by anybody, %d reads by the operator, peak RSS %d MiB%n",
        time.toSeconds(),
        calls.stream().filter(AuditLog.Call::isOfOperator).count(),
        operator.peakMebibytes());
  }

  private static ScaleModel model(int nodes) {
    ScaleModel model =
        Fixtures.model(
            MODEL,
            "10",
            group("web", nodes * 4 / 10),
            group("db", nodes * 3 / 10),
            group("cache", nodes * 2 / 10),
            group("client", nodes / 10));
    NetworkSpec network =
        Serialization.unmarshal(
            "topology: {generate: \"ring:20\"}\ndistillation: {mode: WalkIn, hops: 1}",
            NetworkSpec.class);
    ScaleModelSpec spec = model.getSpec();
    model.setSpec(new ScaleModelSpec(spec.timeDilation(), spec.hosts(), spec.groups(), network));
    return model;
  }

  private static String text(Map<String, Double> calls) {
    return calls.entrySet().stream()
        .map(call -> "%s %.3f".formatted(call.getKey(), call.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static double sum(Map<String, Double> calls) {
    return calls.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static void sleep(long millis) {
    Awaitility.await()
        .pollDelay(Duration.ofMillis(millis))
        .atMost(Duration.ofMinutes(5))
        .until(() -> true);
  }
}
