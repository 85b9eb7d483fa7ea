package dev.diecast.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.daemon.network.model.ModelKey;
import dev.diecast.daemon.network.model.ModelReport;
import dev.diecast.daemon.network.model.NamedPipe;
import dev.diecast.daemon.node.NodeView;
import dev.diecast.daemon.overload.HostOverload;
import io.prometheus.client.Collector.MetricFamilySamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every metric that is registered is on the page, and nothing else is. */
class MetricsPageTest {
  private static final Path PAGE = Path.of("../docs/reference/metrics.md");
  private static final String MEND =
      "run: mvn -pl node-daemon -am test -Dtest=MetricsPageTest -Dmetrics.write"
          + " -Dsurefire.failIfNoSpecifiedTests=false (then commit the page)";

  private static final String HEAD =
      """
      # Metrics of the node daemon

      Written by `MetricsPageTest` from what the daemon registers; do not edit. The daemon serves them in Prometheus' text format at `/metrics`.

      """;

  private static final String PER_NODE =
      """

      ## One series for each node or pipe

      There only where the daemon is told `diecast.metrics.per-node=true` (`DIECAST_METRICS_PER_NODE`): a host with many VMs would else have many series.

      """;

  private static final String RULES =
      """

      ## What to ask

      * Delivered over due CPU of a host: `rate(diecast_cpu_delivered_seconds_total[1m]) / rate(diecast_cpu_due_seconds_total[1m])`.
      * A run is not what it should be: `sum by (reason) (diecast_vms_unfaithful) > 0`; it was not: `increase(diecast_unfaithful_intervals_total[1h]) > 0`.
      * A host is packed too full: `diecast_host_cpu_promised_cores > diecast_host_cpu_capacity_cores`.
      * Somebody else writes our cgroups: `sum by (kind) (increase(diecast_drift_repairs_total[10m])) > 0`.

      Reasons are those of the condition Faithful (docs/architecture.md).
      """;

  private static String page() {
    StringBuilder page = new StringBuilder(HEAD);
    table(page, false);
    page.append(PER_NODE);
    table(page, true);
    return page.append(RULES).toString();
  }

  private static void table(StringBuilder page, boolean perNode) {
    page.append("| metric | type | unit | labels | meaning |\n|---|---|---|---|---|\n");
    Arrays.stream(Metric.values())
        .filter(metric -> metric.isPerNode() == perNode)
        .forEach(
            metric ->
                page.append(
                    "| `%s` | %s | %s | %s | %s |%n"
                        .formatted(
                            metric.queried(),
                            metric.type(),
                            metric.unit(),
                            metric.labels().stream()
                                .map(label -> "`" + label + "`")
                                .collect(Collectors.joining(", ")),
                            metric.meaning())));
  }

  @Test
  void thePageIsThatOfTheMetrics() throws IOException {
    if (System.getProperty("metrics.write") != null) {
      Files.writeString(PAGE, page());
    }
    assertThat(Files.readString(PAGE))
        .as("docs/reference/metrics.md differs; %s", MEND)
        .isEqualTo(page());
  }

  private static Watched nothing() {
    return new Watched() {
      @Override
      public Collection<NodeView> views() {
        return List.of();
      }

      @Override
      public HostOverload overload() {
        return HostOverload.IDLE;
      }

      @Override
      public Map<ModelKey, ModelReport> networks() {
        return Map.of();
      }

      @Override
      public Map<ModelKey, List<NamedPipe>> busiestPipes(int most) {
        return Map.of();
      }
    };
  }

  private static Set<String> registered(boolean perNode) {
    DaemonMetrics metrics = new DaemonMetrics();
    metrics.watch(nothing(), perNode);
    return Collections.list(metrics.registry().metricFamilySamples()).stream()
        .map(family -> family.name + " " + type(family))
        .collect(Collectors.toSet());
  }

  private static String type(MetricFamilySamples family) {
    return family.type.name().toLowerCase(java.util.Locale.ROOT);
  }

  @Test
  void everyMetricIsRegisteredAndNoOther() {
    assertThat(registered(true))
        .isEqualTo(
            Arrays.stream(Metric.values())
                .map(metric -> metric.family() + " " + metric.type())
                .collect(Collectors.toSet()));
  }

  @Test
  void noSeriesOfASingleNodeUnlessAskedFor() {
    assertThat(registered(false))
        .isEqualTo(
            Arrays.stream(Metric.values())
                .filter(metric -> !metric.isPerNode())
                .map(metric -> metric.family() + " " + metric.type())
                .collect(Collectors.toSet()));
  }
}
