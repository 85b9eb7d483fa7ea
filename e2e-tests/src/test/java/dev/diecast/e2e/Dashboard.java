package dev.diecast.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A dashboard of the chart, and what its queries are once Grafana has put values in. */
record Dashboard(JsonNode json) {
  private static final Pattern LABEL_VALUES =
      Pattern.compile("label_values\\((?<selector>.*),\\s*(?<label>\\w+)\\)");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{?(\\w+)}?");

  /**
   * One query of a panel.
   *
   * @param panel title of dashboard and panel, and the query's letter: {@code node.json / CPU / A}
   */
  record Query(String panel, String expression) {}

  static List<Dashboard> all() throws IOException {
    List<Dashboard> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(Diecast.home().resolve("charts/diecast/dashboards"))) {
      for (Path file : files.sorted().toList()) {
        all.add(new Dashboard(new ObjectMapper().readTree(file.toFile())));
      }
    }
    return all;
  }

  /** As they stand in the file. */
  List<Query> raw() {
    List<Query> queries = new ArrayList<>();
    for (JsonNode panel : json.path("panels")) {
      for (JsonNode target : panel.path("targets")) {
        queries.add(
            new Query(
                "%s / %s / %s"
                    .formatted(
                        json.path("title").asText(),
                        panel.path("title").asText(),
                        target.path("refId").asText()),
                target.path("expr").asText()));
      }
    }
    return queries;
  }

  /** With the values that a Grafana finds in that Prometheus, and chooses at first. */
  List<Query> queries(PrometheusApi prometheus) {
    Map<String, String> values = variables(prometheus);
    return raw().stream()
        .map(query -> new Query(query.panel(), filled(query.expression(), values)))
        .toList();
  }

  /** Of every variable, in order: later ones may ask by earlier ones. */
  Map<String, String> variables(PrometheusApi prometheus) {
    Map<String, String> values = new HashMap<>();
    // Four scrapes, as Grafana has it, at the chart's interval of 15 s.
    values.put("__rate_interval", "1m");
    for (JsonNode variable : json.at("/templating/list")) {
      switch (variable.path("type").asText()) {
        case "datasource" -> {} // no query has it
        case "textbox" ->
            values.put(variable.path("name").asText(), variable.path("query").asText());
        case "query" ->
            values.put(variable.path("name").asText(), chosen(variable, values, prometheus));
        default -> throw new IllegalStateException("unknown kind of variable: " + variable);
      }
    }
    return values;
  }

  private static String chosen(
      JsonNode variable, Map<String, String> values, PrometheusApi prometheus) {
    String query = filled(variable.at("/query/query").asText(), values);
    Matcher parts = LABEL_VALUES.matcher(query);
    if (!parts.matches()) {
      throw new IllegalStateException("unknown kind of query: " + query);
    }
    List<String> found = prometheus.labelValues(parts.group("label"), parts.group("selector"));
    if (found.isEmpty()) {
      throw new AssertionError("nothing to choose from: " + query);
    }
    if (!variable.path("includeAll").asBoolean()) {
      return found.getFirst();
    }
    return variable.path("allValue").isTextual()
        ? variable.path("allValue").asText()
        : String.join("|", found);
  }

  private static String filled(String text, Map<String, String> values) {
    return VARIABLE
        .matcher(text)
        .replaceAll(
            match -> {
              String value = values.get(match.group(1));
              if (value == null) {
                throw new AssertionError("no variable " + match.group() + " for " + text);
              }
              return Matcher.quoteReplacement(value);
            });
  }
}
