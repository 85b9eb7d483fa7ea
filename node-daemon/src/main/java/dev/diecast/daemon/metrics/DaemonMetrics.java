package dev.diecast.daemon.metrics;

import dev.diecast.core.fidelity.Cause;
import dev.diecast.core.fidelity.CpuDelivery;
import dev.diecast.daemon.cgroup.CgroupOperation;
import dev.diecast.daemon.cgroup.Drift;
import dev.diecast.daemon.cpu.CpuReading;
import dev.diecast.daemon.dilation.ClockOperation;
import dev.diecast.daemon.node.NodeView;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Histogram;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What the daemon counts, and the endpoint's text; {@link Metric} says what each means. */
public final class DaemonMetrics {
  private static final double NANOS = 1e9;
  private static final String THROTTLE_CHANGED = "ThrottleChanged";

  /** Of a model: pipes may be as many as the square of the nodes. */
  private static final int MOST_PIPES = 200;

  private static final double[] SECONDS = {
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2
  };

  private final CollectorRegistry registry = new CollectorRegistry();
  private final Counter driftRepairs = counter(Metric.DRIFT_REPAIRS);
  private final Counter orphans = counter(Metric.ORPHANS_CLEANED);
  private final Counter clockSteps = counter(Metric.CLOCK_UNEVEN);
  private final Counter operations = counter(Metric.CGROUP_OPERATIONS);
  private final Counter clockOperations = counter(Metric.CLOCK_OPERATIONS);
  private final Counter statusWrites = counter(Metric.STATUS_WRITES);
  private final Counter intervals = counter(Metric.UNFAITHFUL_INTERVALS);
  private final Counter due = counter(Metric.CPU_DUE);
  private final Counter delivered = counter(Metric.CPU_DELIVERED);
  private final Counter throttled = counter(Metric.CPU_THROTTLED);
  private final Counter runDelay = counter(Metric.CPU_RUN_DELAY);
  private final Histogram capSeconds = histogram(Metric.APPLY);
  private final Histogram throttleSeconds = histogram(Metric.THROTTLE);
  private final Histogram roundSeconds = histogram(Metric.ROUND);
  private Map<String, NodeView> last = new HashMap<>();

  public DaemonMetrics() {
    for (Cause cause : Cause.values()) {
      intervals.labels(cause.name());
    }
    for (Drift kind : Drift.values()) {
      driftRepairs.labels(kind.name());
    }
    driftRepairs.labels(THROTTLE_CHANGED);
    // A series that begins with its first failure never increases: nobody would be alarmed by it.
    statusWrites.labels("written");
    statusWrites.labels("failed");
    for (Class<?> operation : ClockOperation.class.getPermittedSubclasses()) {
      clockOperations.labels(operation.getSimpleName());
    }
  }

  private Counter counter(Metric metric) {
    return Counter.build(metric.family(), metric.help())
        .labelNames(metric.labels().toArray(String[]::new))
        .register(registry);
  }

  private Histogram histogram(Metric metric) {
    return Histogram.build(metric.family(), metric.help()).buckets(SECONDS).register(registry);
  }

  /** Adds what is read from the nodes' state when asked. */
  public void watch(Watched watched, boolean perNode) {
    new StateCollector(watched, perNode).register(registry);
    new NetworkCollector(watched::networks).register(registry);
    if (perNode) {
      new DiskCollector(watched::views).register(registry);
      new PipeCollector(() -> watched.busiestPipes(MOST_PIPES)).register(registry);
    }
  }

  /** Somebody else had changed the throttle of a VM's disks. */
  public void throttleDriftRepaired() {
    driftRepairs.labels(THROTTLE_CHANGED).inc();
  }

  public void driftRepaired(Set<Drift> drift) {
    drift.forEach(kind -> driftRepairs.labels(kind.name()).inc());
  }

  public void orphansCleaned(int count) {
    orphans.inc(count);
  }

  public void clockUneven() {
    clockSteps.inc();
  }

  public void applied(CgroupOperation operation) {
    operations.labels(operation.getClass().getSimpleName()).inc();
  }

  /** What was done to a guest's clock through the host's module. */
  public void applied(ClockOperation operation) {
    clockOperations.labels(operation.getClass().getSimpleName()).inc();
  }

  public void statusWritten(boolean success) {
    statusWrites.labels(success ? "written" : "failed").inc();
  }

  public void capTook(long nanos) {
    capSeconds.observe(nanos / NANOS);
  }

  /**
   * Counts what one round has found. Only growth counts, so that the sums go on growing when a VM
   * comes or goes.
   */
  public void roundDone(Collection<NodeView> views, long nanos) {
    roundSeconds.observe(nanos / NANOS);
    Map<String, NodeView> now = new HashMap<>();
    for (NodeView view : views) {
      now.put(view.vm().uid(), view);
      NodeView before = last.get(view.vm().uid());
      if (before != null) {
        count(before, view);
      }
    }
    last = now;
  }

  private void count(NodeView before, NodeView now) {
    int known = before.fidelity().history().count();
    now.fidelity().history().intervals().stream()
        .skip(
            Math.max(
                0,
                now.fidelity().history().intervals().size()
                    - (now.fidelity().history().count() - known)))
        .forEach(interval -> intervals.labels(interval.cause().name()).inc());
    if (before.cpu().isPresent() && now.cpu().isPresent()) {
      CpuReading from = before.cpu().get();
      CpuReading to = now.cpu().get();
      inc(delivered, to.usageNanos() - from.usageNanos());
      inc(throttled, to.throttling().nanos() - from.throttling().nanos());
      inc(runDelay, to.runDelayNanos() - from.runDelayNanos());
      inc(due, to.sinceLast().values().stream().mapToLong(CpuDelivery::owedNanos).sum());
    }
  }

  /** A VM that has been started anew counts from 0. */
  private static void inc(Counter counter, long nanos) {
    if (nanos > 0) {
      counter.inc(nanos / NANOS);
    }
  }

  public void throttleTook(long nanos) {
    throttleSeconds.observe(nanos / NANOS);
  }

  /** All metrics in Prometheus' text format. */
  public String text() {
    StringWriter text = new StringWriter();
    try {
      TextFormat.write004(text, registry.metricFamilySamples());
    } catch (IOException e) {
      throw new IllegalStateException("a string cannot refuse to be written to", e);
    }
    return text.toString();
  }

  CollectorRegistry registry() {
    return registry;
  }
}
