package dev.diecast.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Dashboards and rules ask for metrics and labels that there are, and rules lead somewhere. */
class DashboardsTest {
  private static final Path CHART = Path.of("../charts/diecast");
  private static final Path RULES = CHART.resolve("rules/diecast.yaml");
  private static final Pattern SELECTOR = Pattern.compile("(diecast_[a-z0-9_]+)(?:\\{([^}]*)\\})?");
  private static final Pattern LABEL = Pattern.compile("([a-z]+)\\s*(?:=~|!~|!=|=)");
  private static final Pattern GROUPING = Pattern.compile("by \\(([^)]*)\\)");

  /** Of every series that Prometheus scrapes. */
  private static final Set<String> OF_ALL = Set.of("instance", "job", "le");

  private static List<JsonNode> dashboards() throws IOException {
    ObjectMapper json = new ObjectMapper();
    try (Stream<Path> files = Files.list(CHART.resolve("dashboards"))) {
      List<Path> all = files.filter(f -> f.toString().endsWith(".json")).sorted().toList();
      List<JsonNode> dashboards = new java.util.ArrayList<>();
      for (Path file : all) {
        dashboards.add(json.readTree(file.toFile()));
      }
      return dashboards;
    }
  }

  private static Optional<Metric> metric(String name) {
    return Arrays.stream(Metric.values())
        .filter(
            metric ->
                metric.queried().equals(name)
                    || metric.type() == Metric.Type.histogram
                        && name.matches(metric.family() + "_(bucket|sum|count)"))
        .findFirst();
  }

  private static void assertAsksForWhatThereIs(String expression) {
    Matcher selector = SELECTOR.matcher(expression);
    Set<String> known = new HashSet<>(OF_ALL);
    int found = 0;
    while (selector.find()) {
      found++;
      Optional<Metric> metric = metric(selector.group(1));
      assertThat(metric).as("%s in %s", selector.group(1), expression).isPresent();
      known.addAll(metric.get().labels());
      Matcher label = LABEL.matcher(Optional.ofNullable(selector.group(2)).orElse(""));
      while (label.find()) {
        assertThat(label.group(1))
            .as(expression)
            .satisfiesAnyOf(
                l -> assertThat(OF_ALL).contains(l),
                l -> assertThat(metric.get().labels()).contains(l));
      }
    }
    assertThat(found).as(expression).isPositive();
    Matcher grouping = GROUPING.matcher(expression);
    while (grouping.find()) {
      assertThat(known).as(expression).contains(grouping.group(1).split(",\\s*"));
    }
  }

  @Test
  void everyPanelAsksForWhatThereIs() throws IOException {
    Set<String> names = new HashSet<>();
    for (JsonNode dashboard : dashboards()) {
      assertThat(names.add(dashboard.path("uid").asText())).as("uid is its own").isTrue();
      assertThat(dashboard.path("panels")).as(dashboard.path("title").asText()).isNotEmpty();
      for (JsonNode panel : dashboard.path("panels")) {
        assertThat(panel.path("description").asText()).as("says what is seen").isNotEmpty();
        assertThat(panel.path("targets")).isNotEmpty();
        for (JsonNode target : panel.path("targets")) {
          assertAsksForWhatThereIs(target.path("expr").asText());
        }
      }
    }
    assertThat(names).hasSizeGreaterThanOrEqualTo(4);
  }

  @Test
  void everyRuleAsksForWhatThereIsAndHasItsRunbook() throws IOException {
    String rules = Files.readString(RULES);
    String runbook = Files.readString(Path.of("../docs/runbook.md"));
    Matcher rule =
        Pattern.compile("alert: (\\w+)\\s+expr: '([^']*)'(.*?)(?=- alert|\\z)", Pattern.DOTALL)
            .matcher(rules);
    int count = 0;
    while (rule.find()) {
      count++;
      assertAsksForWhatThereIs(rule.group(2));
      String name = rule.group(1);
      assertThat(rule.group(3))
          .contains("runbook_url: docs/runbook.md#" + name.toLowerCase(java.util.Locale.ROOT));
      assertThat(runbook).contains("\n## " + name + "\n");
    }
    assertThat(count).isEqualTo(rules.split("- alert:", -1).length - 1).isPositive();
  }

  /** The increase of a series that begins with what it counts is nothing. */
  @Test
  void whatRulesWaitForIsThereBeforeItHappens() throws IOException {
    String scrape = new DaemonMetrics().text();
    Matcher increase =
        Pattern.compile("increase\\((diecast_[a-z_]+)(?:\\{([^}]*)\\})?\\[")
            .matcher(Files.readString(RULES));
    int count = 0;
    while (increase.find()) {
      count++;
      String labels = Optional.ofNullable(increase.group(2)).orElse("");
      assertThat(scrape.lines())
          .as(increase.group())
          .anyMatch(line -> line.startsWith(increase.group(1) + "{") && line.contains(labels));
    }
    assertThat(count).isPositive();
  }
}
