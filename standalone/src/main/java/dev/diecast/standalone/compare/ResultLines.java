package dev.diecast.standalone.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The project's own format: JSON lines, each one result (docs/reference/results.md). */
final class ResultLines {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ResultLines() {}

  /**
   * @throws IllegalArgumentException naming the line, what is wrong with it and the mend
   */
  static List<Series> read(String text) {
    List<Series> series = new ArrayList<>();
    Map<String, List<Double>> latencies = new LinkedHashMap<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (!line.isBlank()) {
        try {
          read(JSON.readTree(line), series, latencies);
        } catch (JsonProcessingException e) {
          throw new IllegalArgumentException(
              "line %d is no JSON: %s".formatted(number, e.getOriginalMessage()), e);
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException("line %d: %s".formatted(number, e.getMessage()), e);
        }
      }
    }
    latencies.forEach(
        (name, values) ->
            series.add(
                new Series.Latency(
                    name,
                    new Distribution.Samples(
                        values.stream().mapToDouble(Double::doubleValue).toArray()))));
    return series;
  }

  private static void read(
      JsonNode line, List<Series> series, Map<String, List<Double>> latencies) {
    String name = line.path("series").asText("");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("has no series: name what the result is of");
    }
    switch (line.path("result").asText("")) {
      case "throughput" ->
          series.add(
              new Series.Throughput(name, number(line, "value"), line.path("unit").asText("1/s")));
      case "cpu" -> series.add(new Series.Cpu(name, number(line, "share")));
      case "latency" ->
          latencies.computeIfAbsent(name, _ -> new ArrayList<>()).add(number(line, "seconds"));
      default ->
          throw new IllegalArgumentException(
              "result is \"%s\": write throughput, latency or cpu"
                  .formatted(line.path("result").asText("")));
    }
  }

  private static double number(JsonNode line, String field) {
    JsonNode value = line.path(field);
    if (!value.isNumber() || !(value.asDouble() >= 0)) {
      throw new IllegalArgumentException(
          "%s is %s: write a number that is not negative"
              .formatted(field, value.isMissingNode() ? "missing" : value));
    }
    return value.asDouble();
  }
}
