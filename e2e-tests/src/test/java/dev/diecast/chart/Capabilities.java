package dev.diecast.chart;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Capabilities of the daemon's container, and a process that has no others. */
final class Capabilities {
  private Capabilities() {}

  static List<String> ofChart(List<JsonNode> objects) {
    List<String> added = new ArrayList<>();
    Chart.find(objects, "DaemonSet", Chart.DAEMON)
        .at("/spec/template/spec/containers/0/securityContext/capabilities/add")
        .forEach(name -> added.add(name.asText()));
    return added;
  }

  /** What runs a program as root with these alone, as a container runtime would. */
  static List<String> only(List<String> names) {
    String set =
        names.stream()
            .map(name -> ",+" + name.toLowerCase(Locale.ROOT))
            .collect(Collectors.joining("", "-all", ""));
    return List.of("setpriv", "--bounding-set", set, "--inh-caps", "-all", "--no-new-privs", "--");
  }
}
