package dev.diecast.daemon.metrics;

import dev.diecast.core.fidelity.Cause;
import dev.diecast.core.fidelity.CpuDelivery;
import dev.diecast.core.fidelity.HostCpu;
import dev.diecast.core.time.ClockEstimate;
import dev.diecast.daemon.clock.ClockState;
import dev.diecast.daemon.node.NodeView;
import dev.diecast.daemon.overload.HostOverload;
import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads the state of host and nodes when asked, so that a node that is gone has no series. */
final class StateCollector extends Collector {
  private static final double NANOS = 1e9;

  private final Watched watched;
  private final boolean perNode;

  StateCollector(Watched watched, boolean perNode) {
    this.watched = watched;
    this.perNode = perNode;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    Collection<NodeView> nodes = watched.views();
    List<MetricFamilySamples> families = new ArrayList<>();
    families.add(gauge(Metric.VMS, nodes.size()));
    families.add(gauge(Metric.CPU_DUE_CORES, dueCores(nodes)));
    families.add(unfaithful(watched.overload()));
    families.addAll(host(watched.overload().cpu()));
    families.addAll(clocks(nodes));
    if (perNode) {
      families.addAll(eachNode(nodes));
      families.add(unfaithfulNodes(nodes));
    }
    return families;
  }

  private static double dueCores(Collection<NodeView> nodes) {
    return nodes.stream()
        .flatMap(view -> view.target().stream())
        .mapToDouble(target -> target.due().toDouble())
        .sum();
  }

  private static GaugeMetricFamily unfaithful(HostOverload overload) {
    GaugeMetricFamily family = Metric.VMS_UNFAITHFUL.gauge();
    for (Cause cause : Cause.values()) {
      family.addMetric(List.of(cause.name()), overload.unfaithful().getOrDefault(cause, 0));
    }
    return family;
  }

  private static List<MetricFamilySamples> host(HostCpu cpu) {
    double length = Math.max(1, cpu.lengthNanos());
    GaugeMetricFamily pressure = Metric.HOST_PRESSURE.gauge();
    if (cpu.pressureNanos() >= 0) {
      pressure.addMetric(List.of(), cpu.pressureNanos() / length);
    }
    return List.of(
        gauge(Metric.HOST_CAPACITY, cpu.cpus()),
        gauge(Metric.HOST_PROMISED, cpu.promisedNanos() / length),
        gauge(Metric.HOST_OWN, cpu.ownNanos() / length),
        gauge(Metric.HOST_OTHERS, cpu.otherNanos() / length),
        gauge(Metric.HOST_STOLEN, cpu.stealNanos() / length),
        pressure);
  }

  private static List<MetricFamilySamples> clocks(Collection<NodeView> nodes) {
    List<Double> deviations =
        nodes.stream()
            .flatMap(view -> estimate(view).stream())
            .map(e -> Math.abs(e.ratePpm()) + e.rateErrorPpm())
            .toList();
    GaugeMetricFamily worst = Metric.CLOCK_WORST.gauge();
    deviations.stream()
        .max(Comparator.naturalOrder())
        .ifPresent(ppm -> worst.addMetric(List.of(), ppm));
    return List.of(gauge(Metric.CLOCKS_MEASURED, deviations.size()), worst);
  }

  private static List<MetricFamilySamples> eachNode(Collection<NodeView> nodes) {
    return List.of(
        gauge(nodes, Metric.NODE_DUE_CORES, view -> view.target().map(t -> t.due().toDouble())),
        counter(nodes, Metric.NODE_DELIVERED, view -> view.cpu().map(c -> c.usageNanos() / NANOS)),
        counter(
            nodes,
            Metric.NODE_THROTTLED,
            view -> view.cpu().map(c -> c.throttling().nanos() / NANOS)),
        counter(
            nodes, Metric.NODE_RUN_DELAY, view -> view.cpu().map(c -> c.runDelayNanos() / NANOS)),
        gauge(nodes, Metric.NODE_RATIO, StateCollector::ratio),
        gauge(nodes, Metric.NODE_CLOCK_RATE, view -> estimate(view).map(ClockEstimate::ratePpm)),
        gauge(
            nodes,
            Metric.NODE_CLOCK_ERROR,
            view -> estimate(view).map(ClockEstimate::rateErrorPpm)),
        gauge(
            nodes,
            Metric.NODE_CLOCK_OFFSET,
            view -> estimate(view).map(e -> e.offsetNanos() / NANOS)),
        gauge(
            nodes,
            Metric.NODE_AGENT,
            view -> view.clock().map(c -> c.unreachable().isEmpty() ? 1.0 : 0.0)));
  }

  private static GaugeMetricFamily unfaithfulNodes(Collection<NodeView> nodes) {
    GaugeMetricFamily family = Metric.NODE_UNFAITHFUL.gauge();
    for (NodeView view : nodes) {
      view.fidelity()
          .bad()
          .ifPresent(
              bad ->
                  family.addMetric(
                      List.of(view.vm().namespace(), view.vm().name(), bad.cause().name()), 1));
    }
    return family;
  }

  private static Optional<Double> ratio(NodeView view) {
    return view.cpu().stream()
        .flatMap(cpu -> cpu.recent().values().stream())
        .map(CpuDelivery::delivered)
        .max(Comparator.comparingDouble(delivered -> Math.abs(delivered - 1)));
  }

  private static Optional<ClockEstimate> estimate(NodeView view) {
    return view.clock().map(ClockState::fit).flatMap(fit -> fit.toEstimate());
  }

  private static GaugeMetricFamily gauge(Metric metric, double value) {
    return new GaugeMetricFamily(metric.family(), metric.help(), value);
  }

  private static GaugeMetricFamily gauge(
      Collection<NodeView> nodes, Metric metric, Function<NodeView, Optional<Double>> value) {
    GaugeMetricFamily family = metric.gauge();
    nodes.forEach(n -> value.apply(n).ifPresent(v -> family.addMetric(labels(n), v)));
    return family;
  }

  private static CounterMetricFamily counter(
      Collection<NodeView> nodes, Metric metric, Function<NodeView, Optional<Double>> value) {
    CounterMetricFamily family = metric.counter();
    nodes.forEach(n -> value.apply(n).ifPresent(v -> family.addMetric(labels(n), v)));
    return family;
  }

  private static List<String> labels(NodeView view) {
    return List.of(view.vm().namespace(), view.vm().name());
  }
}
