package dev.diecast.standalone.compare;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What fio ({@code --output-format=json}) and iperf3 ({@code -J}) print. */
final class ToolJson {
  private static final double NANOS = 1e9;

  private ToolJson() {}

  /** Empty where it is of neither. */
  static Optional<List<Series>> read(String name, JsonNode json) {
    if (json.has("fio version")) {
      return Optional.of(fio(name, json));
    }
    return json.has("start") && json.has("end") && json.has("intervals")
        ? Optional.of(List.of(iperf(name, json)))
        : Optional.empty();
  }

  private static List<Series> fio(String name, JsonNode json) {
    List<Series> series = new ArrayList<>();
    for (JsonNode job : json.path("jobs")) {
      for (String direction : List.of("read", "write")) {
        JsonNode side = job.path(direction);
        if (side.path("total_ios").asLong() > 0) {
          String full = name + "/" + job.path("jobname").asText("job") + "/" + direction;
          series.add(new Series.Throughput(full, side.path("iops").asDouble(), "operations/s"));
          latency(side.path("clat_ns"))
              .ifPresent(latency -> series.add(new Series.Latency(full, latency)));
        }
      }
    }
    return series;
  }

  private static Optional<Distribution> latency(JsonNode nanos) {
    TreeMap<Double, Double> quantiles = new TreeMap<>();
    for (Map.Entry<String, JsonNode> quantile : nanos.path("percentile").properties()) {
      quantiles.put(
          Double.parseDouble(quantile.getKey()) / 100, quantile.getValue().asDouble() / NANOS);
    }
    return quantiles.size() < 2
        ? Optional.empty()
        : Optional.of(new Distribution.Curve(quantiles, nanos.path("N").asLong()));
  }

  private static Series iperf(String name, JsonNode json) {
    JsonNode end = json.path("end");
    JsonNode sum = end.has("sum_received") ? end.path("sum_received") : end.path("sum");
    if (!sum.has("bits_per_second")) {
      throw new IllegalArgumentException(
          "iperf3 says no rate: " + json.path("error").asText("its output ends early"));
    }
    return new Series.Throughput(name, sum.path("bits_per_second").asDouble(), "bit/s");
  }
}
