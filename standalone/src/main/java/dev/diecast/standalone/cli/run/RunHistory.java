package dev.diecast.standalone.cli.run;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.standalone.cli.session.ModelWatch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the daemons publish of a model's nodes while it is measured, read on a thread of its own.
 */
final class RunHistory implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofSeconds(2);

  /** Points of one node: enough for an hour. */
  private static final int MOST = 2000;

  private final Map<String, List<Point>> points = new TreeMap<>();
  private final Thread thread;

  /**
   * What one status said.
   *
   * @param at host time of the reading
   * @param offsetMicros guest wall clock less model clock, guest microseconds
   * @param deliveredPercent CPU delivered over due of the worst vCPU
   */
  record Point(Instant at, long offsetMicros, long offsetErrorMicros, int deliveredPercent) {}

  RunHistory(ModelWatch watch) {
    thread = Thread.ofVirtual().name("run history").start(() -> follow(watch));
  }

  private void follow(ModelWatch watch) {
    try {
      while (true) {
        watch.snapshot().ifPresent(snapshot -> snapshot.nodes().forEach(this::add));
        Thread.sleep(INTERVAL);
      }
    } catch (InterruptedException e) {
      // closed
    } catch (IllegalStateException e) {
      // the model is gone, and the run will say so
    }
  }

  private void add(DilatedNode node) {
    DilatedNodeStatus status = node.getStatus();
    if (status == null
        || status.clock() == null
        || status.clock().offsetMicros() == null
        || status.clock().measuredAt() == null) {
      return;
    }
    Integer delivered = status.fidelity() == null ? null : status.fidelity().deliveredPercent();
    Point point =
        new Point(
            Instant.parse(status.clock().measuredAt()),
            status.clock().offsetMicros(),
            status.clock().offsetErrorMicros(),
            delivered == null ? 100 : delivered);
    synchronized (points) {
      List<Point> own =
          points.computeIfAbsent(node.getMetadata().getName(), _ -> new ArrayList<>());
      if (own.size() < MOST && (own.isEmpty() || !own.getLast().at().equals(point.at()))) {
        own.add(point);
      }
    }
  }

  /** By node. */
  Map<String, List<Point>> points() {
    synchronized (points) {
      Map<String, List<Point>> copy = new TreeMap<>();
      points.forEach((node, own) -> copy.put(node, List.copyOf(own)));
      return copy;
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
