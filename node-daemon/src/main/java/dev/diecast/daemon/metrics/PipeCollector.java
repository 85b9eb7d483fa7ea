package dev.diecast.daemon.metrics;

import dev.diecast.core.pipe.PipeCounters;
import dev.diecast.daemon.network.PipeTraffic;
import dev.diecast.daemon.network.model.ModelKey;
import dev.diecast.daemon.network.model.NamedPipe;
import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What has gone through single pipes, asked when scraped. */
final class PipeCollector extends Collector {
  private static final double NANOS = 1e9;

  private final Supplier<Map<ModelKey, List<NamedPipe>>> pipes;

  PipeCollector(Supplier<Map<ModelKey, List<NamedPipe>>> pipes) {
    this.pipes = pipes;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    Scrape scrape = new Scrape();
    pipes.get().forEach((model, named) -> named.forEach(pipe -> scrape.add(model, pipe)));
    return scrape.families();
  }

  /** Of one time that it was asked: two may ask at once. */
  private static final class Scrape {
    private final CounterMetricFamily frames = Metric.PIPE_FRAMES.counter();
    private final CounterMetricFamily drops = Metric.PIPE_DROPS.counter();
    private final GaugeMetricFamily propagation = Metric.PIPE_PROPAGATION.gauge();
    private final GaugeMetricFamily delay = Metric.PIPE_DELAY.gauge();

    List<MetricFamilySamples> families() {
      return List.of(frames, drops, propagation, delay);
    }

    private void add(ModelKey model, NamedPipe pipe) {
      PipeTraffic traffic = pipe.traffic();
      PipeCounters counters = traffic.counters();
      frames.addMetric(labels(model, pipe), counters.leftPackets());
      drops.addMetric(labels(model, pipe, "loss"), counters.lossDrops());
      drops.addMetric(labels(model, pipe, "queue"), counters.queueDrops());
      drops.addMetric(labels(model, pipe, "down"), counters.downDrops());
      propagation.addMetric(labels(model, pipe), traffic.propagationNanos() / NANOS);
      for (PipeTraffic.Quantile quantile : traffic.delays()) {
        delay.addMetric(labels(model, pipe, share(quantile.share())), quantile.nanos() / NANOS);
      }
    }
  }

  /** 0 and 1 without a fraction, as Prometheus writes them. */
  private static String share(double share) {
    return share == Math.rint(share) ? Long.toString(Math.round(share)) : Double.toString(share);
  }

  private static List<String> labels(ModelKey model, NamedPipe pipe, String... more) {
    List<String> labels = new ArrayList<>(List.of(model.namespace(), model.name(), pipe.name()));
    labels.addAll(Arrays.asList(more));
    return labels;
  }
}
