package dev.diecast.daemon.metrics;

import dev.diecast.daemon.network.EngineTotals;
import dev.diecast.daemon.network.model.ModelKey;
import dev.diecast.daemon.network.model.ModelReport;
import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What the pipe engines have done, asked when scraped; one engine for each model. */
final class NetworkCollector extends Collector {
  private static final double MICROS = 1e6;

  private final Supplier<Map<ModelKey, ModelReport>> reports;

  private final GaugeMetricFamily attached = gauge(Metric.NETWORK_NODES);
  private final GaugeMetricFamily pipes = gauge(Metric.NETWORK_PIPES);
  private final GaugeMetricFamily lateness = gauge(Metric.NETWORK_LATENESS);
  private final CounterMetricFamily frames = counter(Metric.NETWORK_FRAMES);
  private final CounterMetricFamily drops = counter(Metric.NETWORK_DROPS);

  NetworkCollector(Supplier<Map<ModelKey, ModelReport>> reports) {
    this.reports = reports;
  }

  private static GaugeMetricFamily gauge(Metric metric) {
    return new GaugeMetricFamily(metric.family(), metric.help(), metric.labels());
  }

  private static CounterMetricFamily counter(Metric metric) {
    return new CounterMetricFamily(metric.family(), metric.help(), metric.labels());
  }

  @Override
  public synchronized List<MetricFamilySamples> collect() {
    List<MetricFamilySamples> families = List.of(attached, pipes, lateness, frames, drops);
    families.forEach(family -> family.samples.clear());
    reports.get().forEach(this::add);
    return families;
  }

  private void add(ModelKey model, ModelReport report) {
    EngineTotals engine = report.engine();
    attached.addMetric(labels(model), report.attached());
    pipes.addMetric(labels(model), engine.pipes());
    lateness.addMetric(labels(model, "0.5"), engine.deliveryLateness().p50Micros() / MICROS);
    lateness.addMetric(labels(model, "0.99"), engine.deliveryLateness().p99Micros() / MICROS);
    lateness.addMetric(labels(model, "1"), engine.deliveryLateness().maxMicros() / MICROS);
    frames.addMetric(labels(model, "in"), engine.ports().receivedFrames());
    frames.addMetric(labels(model, "out"), engine.ports().sentFrames());
    drops.addMetric(labels(model, "loss"), engine.lossDrops());
    drops.addMetric(labels(model, "queue"), engine.queueDrops());
    drops.addMetric(labels(model, "down"), engine.downDrops());
    drops.addMetric(
        labels(model, "overload"),
        engine.scheduler().doorDropsFull() + engine.scheduler().doorDropsLate());
    drops.addMetric(
        labels(model, "unreachable"),
        engine.door().unreachable() + engine.door().unknownDestination() + engine.undeliverable());
    drops.addMetric(labels(model, "receiver"), engine.ports().receiverDrops());
    drops.addMetric(
        labels(model, "malformed"), engine.door().malformed() + engine.ports().oversizedFrames());
  }

  private static List<String> labels(ModelKey model) {
    return List.of(model.namespace(), model.name());
  }

  private static List<String> labels(ModelKey model, String third) {
    return List.of(model.namespace(), model.name(), third);
  }
}
