package dev.diecast.daemon.metrics;

import dev.diecast.daemon.network.EngineTotals;
import dev.diecast.daemon.network.PeerCounters;
import dev.diecast.daemon.network.model.ModelKey;
import dev.diecast.daemon.network.model.ModelReport;
import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What the pipe engines have done, asked when scraped; one engine for each model. */
final class NetworkCollector extends Collector {
  private static final double MICROS = 1e6;
  private static final double NANOS = 1e9;

  private final Supplier<Map<ModelKey, ModelReport>> reports;

  NetworkCollector(Supplier<Map<ModelKey, ModelReport>> reports) {
    this.reports = reports;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    Scrape scrape = new Scrape();
    reports.get().forEach(scrape::add);
    return scrape.families();
  }

  /** Of one time that it was asked: two may ask at once. */
  private static final class Scrape {
    private final GaugeMetricFamily attached = Metric.NETWORK_NODES.gauge();
    private final GaugeMetricFamily pipes = Metric.NETWORK_PIPES.gauge();
    private final GaugeMetricFamily lateness = Metric.NETWORK_LATENESS.gauge();
    private final CounterMetricFamily frames = Metric.NETWORK_FRAMES.counter();
    private final CounterMetricFamily drops = Metric.NETWORK_DROPS.counter();
    private final CounterMetricFamily peerPackets = Metric.NETWORK_PEER_PACKETS.counter();
    private final GaugeMetricFamily peerSilence = Metric.NETWORK_PEER_SILENCE.gauge();
    private final CounterMetricFamily refused = Metric.NETWORK_REFUSED.counter();

    List<MetricFamilySamples> families() {
      return List.of(attached, pipes, lateness, frames, drops, peerPackets, peerSilence, refused);
    }

    private void add(ModelKey model, ModelReport report) {
      attached.addMetric(labels(model), report.attached());
      pipes.addMetric(labels(model), report.engine().pipes());
      add(model, report.engine());
      drops.addMetric(
          labels(model, "unsent"),
          report.peers().values().stream().mapToLong(PeerCounters::sendDrops).sum());
      report.peers().forEach((host, peer) -> add(model, host, peer));
    }

    private void add(ModelKey model, EngineTotals engine) {
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
          engine.door().unreachable()
              + engine.door().unknownDestination()
              + engine.undeliverable());
      drops.addMetric(labels(model, "receiver"), engine.ports().receiverDrops());
      drops.addMetric(
          labels(model, "malformed"), engine.door().malformed() + engine.ports().oversizedFrames());
      refused.addMetric(labels(model, "foreign"), engine.link().foreignDatagrams());
      refused.addMetric(labels(model, "forged"), engine.link().forgedDatagrams());
      refused.addMetric(labels(model, "repeated"), engine.link().repeatedDatagrams());
    }

    private void add(ModelKey model, String host, PeerCounters peer) {
      List<String> labels = labels(model, host);
      peerPackets.addMetric(with(labels, "out"), peer.sentPackets());
      peerPackets.addMetric(with(labels, "in"), peer.receivedPackets());
      peerSilence.addMetric(labels, peer.silentNanos() / NANOS);
    }
  }

  private static List<String> with(List<String> labels, String last) {
    return Stream.concat(labels.stream(), Stream.of(last)).toList();
  }

  private static List<String> labels(ModelKey model) {
    return List.of(model.namespace(), model.name());
  }

  private static List<String> labels(ModelKey model, String third) {
    return List.of(model.namespace(), model.name(), third);
  }
}
