package dev.diecast.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.diecast.standalone.supervisor.SupervisorConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The chart's dashboards and rules in a real Prometheus that scrapes a real run: three guests at T
 * = 10 on a network.
 */
class DashboardsE2E {
  private static final Diecast DIECAST = new Diecast("e2e-dashboards");
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Path RULES = Diecast.home().resolve("charts/diecast/rules/diecast.yaml");
  private static final Pattern METRIC = Pattern.compile("diecast_[a-z0-9_]+");

  /** Queries that rightly find nothing in this run, and why. */
  private static final Map<String, String> EMPTY =
      Map.of(
          "DieCast: a network / Packets between hosts, per host second / A",
          "one host has no peer",
          "DieCast: a network / Silence of other hosts / A",
          "one host has no peer");

  private static final String MODEL = Models.twoSides("seen", 1);

  @TempDir static Path directory;
  private static PrometheusApi prometheus;

  @BeforeAll
  static void up() throws Exception {
    Diecast.Result up = DIECAST.run("up", Models.file(directory, MODEL).toString(), "--prometheus");
    assertThat(up.exit()).as(up.all()).isZero();
    Matcher address =
        Pattern.compile("Prometheus answers at (http://127[.]\\S+)").matcher(up.err());
    assertThat(address.find()).as(up.all()).isTrue();
    prometheus = new PrometheusApi(address.group(1));
    // Frames, so that there is lateness.
    Diecast.Result ping = DIECAST.run("exec", "a-0", "--", "ping", "-c", "3", "b-0");
    assertThat(ping.exit()).as(ping.all()).isZero();
  }

  @AfterAll
  static void down() throws Exception {
    DIECAST.run("down");
    assertThat(DIECAST.leftovers()).isEmpty();
  }

  @Test
  void everyPanelShowsSomething() throws IOException {
    List<Dashboard> dashboards = Dashboard.all();
    assertThat(dashboards.stream().flatMap(d -> d.raw().stream()).map(Dashboard.Query::panel))
        .as("panels that are said to be empty")
        .containsAll(EMPTY.keySet());
    await("data in every panel")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(() -> assertThat(silent(dashboards)).isSubsetOf(EMPTY.keySet()));
    assertThat(silent(dashboards))
        .as("what is said to be empty is")
        .containsExactlyInAnyOrderElementsOf(EMPTY.keySet());
    System.out.printf(
        "DashboardsE2E: %d queries have data, %d have none for a reason%n",
        dashboards.stream().mapToInt(d -> d.raw().size()).sum() - EMPTY.size(), EMPTY.size());
  }

  private static List<String> silent(List<Dashboard> dashboards) {
    return dashboards.stream()
        .flatMap(dashboard -> dashboard.queries(prometheus).stream())
        .filter(query -> !prometheus.hasData(query.expression()))
        .map(Dashboard.Query::panel)
        .toList();
  }

  /** No vCPU gets half as much again as its cap, and idle ones count as served. */
  @Test
  void idleMachinesAreNotSaidToGetMoreThanIsDue() {
    String ratio =
        "sum(increase(diecast_cpu_delivered_seconds_total[1m])) / sum(increase(diecast_cpu_due_seconds_total[1m]))";
    await().atMost(PATIENCE).until(() -> prometheus.hasData(ratio));
    assertThat(prometheus.query(ratio).get(0).at("/value/1").asDouble()).isBetween(0.0, 1.5);
  }

  /** A scrape's own label of that name would hide the model's, as it does without honorLabels. */
  @Test
  void aSeriesNamespaceIsItsModels() throws IOException {
    for (Dashboard dashboard : Dashboard.all()) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(dashboard.variables(prometheus).getOrDefault("namespace", "default"))
                      .as(dashboard.json().path("title").asText())
                      .isEqualTo("default"));
    }
    assertThat(prometheus.labelValues("exported_namespace", "")).isEmpty();
    assertThat(
            prometheus.hasData(
                "diecast_vms{job=\"diecast-system-node/diecast-node-daemon\",endpoint=\"metrics\",container=\"node-daemon\",host!=\"\"}"))
        .isTrue();
  }

  @Test
  void allRulesAreLoadedAndEvaluated() throws Exception {
    Set<String> wanted = new HashSet<>();
    JsonNode file = new ObjectMapper(new YAMLFactory()).readTree(RULES.toFile());
    file.path("groups")
        .forEach(group -> group.path("rules").forEach(r -> wanted.add(r.path("alert").asText())));
    await("an evaluation of every rule")
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              Set<String> healthy = new HashSet<>();
              for (JsonNode group : prometheus.get("rules").path("groups")) {
                for (JsonNode rule : group.path("rules")) {
                  assertThat(rule.path("lastError").asText()).as("%s", rule).isEmpty();
                  if (rule.path("health").asText().equals("ok")) {
                    healthy.add(rule.path("name").asText());
                  }
                }
              }
              assertThat(healthy).isEqualTo(wanted).isNotEmpty();
            });
  }

  @Test
  void promtoolAcceptsTheRules() throws Exception {
    String promtool =
        SupervisorConfiguration.read(DIECAST.stateDirectory().resolve("configuration.json"))
            .prometheus()
            .installation()
            .promtool();
    Process check =
        new ProcessBuilder(promtool, "check", "rules", "--lint-fatal", RULES.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(check.getInputStream().readAllBytes());
    assertThat(check.waitFor()).as(said).isZero();
  }

  @Test
  void everyMetricThatIsAskedForIsScrapedOrOnThePage() throws IOException {
    String page = Files.readString(Diecast.home().resolve("docs/reference/metrics.md"));
    Stream<String> panels =
        Dashboard.all().stream().flatMap(d -> d.raw().stream()).map(Dashboard.Query::expression);
    Set<String> asked =
        Stream.concat(panels, Files.readString(RULES).lines())
            .flatMap(text -> METRIC.matcher(text).results().map(found -> found.group()))
            .collect(Collectors.toCollection(TreeSet::new));
    await("what is scraped")
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              Set<String> scraped = new HashSet<>(prometheus.labelValues("__name__", ""));
              assertThat(asked)
                  .isNotEmpty()
                  .allMatch(name -> scraped.contains(name) || page.contains("| `" + name + "` |"));
            });
  }
}
