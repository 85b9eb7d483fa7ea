package dev.diecast.standalone.prometheus;

import java.nio.file.Path;

/**
 * What Prometheus is told to scrape: an instance's daemon, with the labels that the chart's
 * PodMonitor would give it on a cluster, so that dashboards and alerts work unchanged.
 *
 * @param daemonPort of the daemon's /metrics, on 127.0.0.1
 * @param nodeName of this machine
 * @param rules directory of the chart's alert rules
 * @param intervalSeconds host time between scrapes, and between evaluations of the rules
 */
public record ScrapeConfiguration(
    int daemonPort, String nodeName, Path rules, int intervalSeconds) {

  /** The text of {@code prometheus.yml}. */
  public String text() {
    // JSON's strings are YAML's: quoted, whatever is in a path.
    return """
        # Written at each start of the instance. Labels are those of the chart's PodMonitor (charts/diecast/templates/monitoring.yaml).
        global:
          scrape_interval: %1$ds
          scrape_timeout: %1$ds
          evaluation_interval: %1$ds
        rule_files:
        - "%2$s/*.yaml"
        scrape_configs:
        - job_name: diecast-system-node/diecast-node-daemon
          metrics_path: /metrics
          honor_labels: true
          static_configs:
          - targets: ["127.0.0.1:%3$d"]
            labels:
              namespace: diecast-system-node
              pod: diecast-node-daemon-%4$s
              container: node-daemon
              endpoint: metrics
              host: "%4$s"
        """
        .formatted(
            intervalSeconds,
            rules.toString().replace("\\", "\\\\").replace("\"", "\\\""),
            daemonPort,
            nodeName);
  }
}
