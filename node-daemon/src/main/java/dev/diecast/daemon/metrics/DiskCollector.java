package dev.diecast.daemon.metrics;

import dev.diecast.core.disk.DiskRate;
import dev.diecast.daemon.disk.DiskCounters;
import dev.diecast.daemon.disk.DiskDue;
import dev.diecast.daemon.disk.ThrottleOutcome;
import dev.diecast.daemon.node.NodeTarget;
import dev.diecast.daemon.node.NodeView;
import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Due and delivered of each node's disks together, host frame: two series a node and metric. */
final class DiskCollector extends Collector {
  private static final List<String> LABELS = List.of("namespace", "node", "direction");
  private static final String READ = "read";
  private static final String WRITE = "write";

  private final Supplier<Collection<NodeView>> views;

  DiskCollector(Supplier<Collection<NodeView>> views) {
    this.views = views;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    GaugeMetricFamily dueBytes =
        new GaugeMetricFamily(
            "diecast_disk_due_bytes_per_second",
            "What T gives the node's disks together, of those with a limit (bytes per host second).",
            LABELS);
    GaugeMetricFamily dueOperations =
        new GaugeMetricFamily(
            "diecast_disk_due_operations_per_second",
            "What T gives the node's disks together, of those with a limit (operations per host"
                + " second).",
            LABELS);
    CounterMetricFamily bytes =
        new CounterMetricFamily(
            "diecast_disk_delivered_bytes",
            "Bytes that block devices read and wrote for the node (bytes).",
            LABELS);
    CounterMetricFamily operations =
        new CounterMetricFamily(
            "diecast_disk_delivered_operations",
            "Operations of block devices for the node (count).",
            LABELS);
    GaugeMetricFamily problems =
        new GaugeMetricFamily(
            "diecast_disk_problems",
            "Reasons for which the node's disks are not as they are due (count).",
            List.of("namespace", "node"));
    for (NodeView view : views.get()) {
      due(view, dueBytes, DiskRate.READ_BYTES, DiskRate.WRITE_BYTES);
      due(view, dueOperations, DiskRate.READ_OPERATIONS, DiskRate.WRITE_OPERATIONS);
      if (view.disks().orElse(null) instanceof ThrottleOutcome.Throttled throttled) {
        Collection<DiskCounters> counters = throttled.delivered().values();
        add(view, bytes, READ, counters.stream().mapToLong(DiskCounters::readBytes).sum());
        add(view, bytes, WRITE, counters.stream().mapToLong(DiskCounters::writtenBytes).sum());
        add(view, operations, READ, counters.stream().mapToLong(DiskCounters::reads).sum());
        add(view, operations, WRITE, counters.stream().mapToLong(DiskCounters::writes).sum());
        problems.addMetric(
            List.of(view.vm().namespace(), view.vm().name()), throttled.problems().size());
      }
    }
    return List.of(dueBytes, dueOperations, bytes, operations, problems);
  }

  private static void due(NodeView view, GaugeMetricFamily family, DiskRate read, DiskRate write) {
    limits(view, read).ifPresent(v -> family.addMetric(labels(view, READ), v));
    limits(view, write).ifPresent(v -> family.addMetric(labels(view, WRITE), v));
  }

  private static OptionalLong limits(NodeView view, DiskRate rate) {
    Stream<DiskDue> disks =
        view.target().map(NodeTarget::disks).stream().flatMap(target -> target.disks().stream());
    return disks.flatMapToLong(disk -> disk.throttle().limit(rate).stream()).reduce(Long::sum);
  }

  private static void add(NodeView view, CounterMetricFamily family, String direction, long value) {
    family.addMetric(labels(view, direction), value);
  }

  private static List<String> labels(NodeView view, String direction) {
    return List.of(view.vm().namespace(), view.vm().name(), direction);
  }
}
