package dev.diecast.daemon.node;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.daemon.metrics.DaemonMetrics;
import dev.diecast.daemon.status.Conditions;
import dev.diecast.daemon.status.ServerSideApply;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Writes the daemon's part of each DilatedNode's status by server-side apply. What matters is
 * written within {@link #SOON} of the write before, counters alone at most every {@link #SELDOM},
 * and on a host with many nodes more seldom, so that the API server is not written to more often.
 */
final class StatusWriter {
  private static final Logger LOG = Logger.getLogger(StatusWriter.class);
  static final Duration SOON = Duration.ofSeconds(1);
  static final Duration SELDOM = Duration.ofSeconds(10);

  /** For each node of the host: at most so many writes of counters alone. */
  static final Duration SPREAD = Duration.ofMillis(400);

  private static final Set<String> OWN =
      Set.of(
          NodeStatus.CAPPED,
          DiskReport.THROTTLED,
          NodeStatus.NETWORKED,
          NodeStatus.DILATED,
          NodeStatus.FAITHFUL);

  private final KubernetesClient client;
  private final long clockTolerancePpm;
  private final DaemonMetrics metrics;
  private final Map<String, Written> written = new HashMap<>();
  private boolean reachable = true;

  record Written(DilatedNodeStatus status, Instant at) {}

  StatusWriter(KubernetesClient client, long clockTolerancePpm, DaemonMetrics metrics) {
    this.client = client;
    this.clockTolerancePpm = clockTolerancePpm;
    this.metrics = metrics;
  }

  /**
   * Writes what is due. Stops at the first sign that the API server is not there: the rest is due
   * still when it is back.
   *
   * @param nodes as the API server has them, for the times of their conditions
   */
  void write(Collection<NodeView> views, Map<String, DilatedNode> nodes, Instant now) {
    written.keySet().retainAll(nodes.keySet());
    for (NodeView view : views) {
      DilatedNode node = nodes.get(view.vm().uid());
      if (node == null || view.generation() < 0) {
        continue;
      }
      Optional<Written> before = Optional.ofNullable(written.get(view.vm().uid()));
      List<Condition> conditions =
          before.map(w -> w.status.conditions()).orElseGet(() -> ownConditions(node));
      DilatedNodeStatus status = NodeStatus.of(view, clockTolerancePpm, conditions, now);
      if (isDue(before, status, now, nodes.size()) && !write(node, status, now)) {
        return;
      }
    }
  }

  private static List<Condition> ownConditions(DilatedNode node) {
    return node.getStatus() == null
        ? List.of()
        : node.getStatus().conditions().stream()
            .filter(c -> OWN.contains(c.getType()))
            .collect(Collectors.toList());
  }

  /**
   * @param nodes of the host
   */
  static boolean isDue(Optional<Written> before, DilatedNodeStatus status, Instant now, int nodes) {
    if (before.isEmpty()) {
      return true;
    }
    Duration since = Duration.between(before.get().at, now);
    Duration wait = matters(before.get().status, status) ? SOON : seldom(nodes);
    return !status.equals(before.get().status) && since.compareTo(wait) >= 0;
  }

  private static Duration seldom(int nodes) {
    Duration spread = SPREAD.multipliedBy(nodes);
    return spread.compareTo(SELDOM) > 0 ? spread : SELDOM;
  }

  private static boolean matters(DilatedNodeStatus before, DilatedNodeStatus now) {
    return !Objects.equals(before.appliedGeneration(), now.appliedGeneration())
        || !Objects.equals(before.cpu().quotaMicros(), now.cpu().quotaMicros())
        || !Objects.equals(before.cpu().periodMicros(), now.cpu().periodMicros())
        || !Objects.equals(
            before.fidelity().unfaithfulIntervals(), now.fidelity().unfaithfulIntervals())
        || !DiskReport.sameButCounters(before.disks(), now.disks())
        || !Conditions.sameButWording(before.conditions(), now.conditions());
  }

  /** Whether to go on with the next. */
  private boolean write(DilatedNode node, DilatedNodeStatus status, Instant now) {
    DilatedNode own = new DilatedNode();
    own.setMetadata(
        new ObjectMetaBuilder()
            .withName(node.getMetadata().getName())
            .withNamespace(node.getMetadata().getNamespace())
            .withUid(node.getMetadata().getUid()) // never another object of the same name
            .build());
    own.setStatus(status);
    try {
      client.resource(own).subresource("status").patch(ServerSideApply.OWN);
      written.put(node.getMetadata().getUid(), new Written(status, now));
      metrics.statusWritten(true);
      if (!reachable) {
        reachable = true;
        LOG.info("the API server takes statuses again");
      }
      return true;
    } catch (KubernetesClientException e) {
      metrics.statusWritten(false);
      final int notFound = 404;
      final int conflict = 409;
      if (e.getCode() == notFound || e.getCode() == conflict) {
        return true; // it has just been deleted, and perhaps made anew
      }
      if (reachable) {
        reachable = false;
        LOG.warnf(
            "the status of %s/%s cannot be written: %s",
            node.getMetadata().getNamespace(), node.getMetadata().getName(), e.getMessage());
      }
      return e.getCode() != 0;
    }
  }
}
