package dev.diecast.operator;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.operator.plan.Claims;
import dev.diecast.operator.plan.DesiredNodes;
import dev.diecast.operator.plan.PlanOutcome;
import dev.diecast.operator.plan.PlanRequest;
import dev.diecast.operator.plan.Planner;
import dev.diecast.operator.store.CachedStore;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Plans a model and writes its DilatedNodes.
 *
 * <p>One model at a time, and from what the API server has, not from a cache: two models planned
 * together, or on stale sight of one another, would take the same room.
 */
@ApplicationScoped
public class Placing {

  private static final Logger LOG = Logger.getLogger("dev.diecast.operator");
  private static final int PROGRESS_EVERY = 100;

  private final KubernetesClient client;
  private final ReentrantLock planning = new ReentrantLock();

  public Placing(KubernetesClient client) {
    this.client = client;
  }

  /** What became of it. */
  sealed interface Outcome {

    /** Planned, and the nodes are as planned. */
    record Placed(PlanOutcome.Planned plan, List<DilatedNode> nodes) implements Outcome {}

    /** No plan; the nodes that there are were left as they were. */
    record Refused(PlanOutcome.Refused refusal, List<DilatedNode> nodes) implements Outcome {}

    /** A node's name belongs to another model. */
    record NameTaken(String message, List<DilatedNode> nodes) implements Outcome {}

    /** Nodes of a deleted model of the same name are not gone yet. */
    record Waiting(String message) implements Outcome {}
  }

  Outcome place(ScaleModel model, CachedStore<DilatedNode> store) {
    planning.lock();
    try {
      return placeAlone(model, store);
    } finally {
      planning.unlock();
    }
  }

  private Outcome placeAlone(ScaleModel model, CachedStore<DilatedNode> store) {
    List<DilatedNode> all = client.resources(DilatedNode.class).inAnyNamespace().list().getItems();
    return switch (Claims.of(model, all)) {
      case Claims.Waiting waiting -> new Outcome.Waiting(waiting.message());
      case Claims.NameTaken taken -> new Outcome.NameTaken(taken.message(), taken.own());
      case Claims.Clear clear -> plan(model, clear, store);
    };
  }

  private Outcome plan(ScaleModel model, Claims.Clear claims, CachedStore<DilatedNode> store) {
    List<DilationHost> hosts = client.resources(DilationHost.class).list().getItems();
    PlanRequest request = PlanRequest.of(model, hosts, claims, Clock.systemUTC().instant());
    return switch (Planner.plan(request)) {
      case PlanOutcome.Refused refused -> new Outcome.Refused(refused, claims.own());
      case PlanOutcome.Planned planned ->
          new Outcome.Placed(planned, write(model, planned, claims.own(), store));
    };
  }

  private static List<DilatedNode> write(
      ScaleModel model,
      PlanOutcome.Planned plan,
      List<DilatedNode> own,
      CachedStore<DilatedNode> store) {
    Map<String, DilatedNode> surplus = new HashMap<>();
    own.forEach(node -> surplus.put(node.getMetadata().getName(), node));
    List<DilatedNode> nodes = new ArrayList<>();
    int written = 0;
    for (PlanOutcome.PlacedNode place : plan.nodes()) {
      DilatedNode desired = DesiredNodes.desired(model, plan.timeDilation(), place);
      DilatedNode existing = surplus.remove(place.name());
      if (existing != null && DesiredNodes.matches(existing, desired)) {
        nodes.add(existing);
        continue;
      }
      nodes.add(store.apply(desired));
      if (++written % PROGRESS_EVERY == 0) {
        LOG.infof(
            "%s/%s: %d of %d DilatedNodes written",
            model.getMetadata().getNamespace(),
            model.getMetadata().getName(),
            nodes.size(),
            plan.nodes().size());
      }
    }
    surplus.values().forEach(store::delete);
    return nodes;
  }
}
