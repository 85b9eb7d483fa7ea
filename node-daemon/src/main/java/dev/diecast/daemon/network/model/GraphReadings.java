package dev.diecast.daemon.network.model;

import dev.diecast.api.v1alpha1.PipeGraph;
import dev.diecast.core.DilationFactor;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What PipeGraphs come to. Each is distilled once, however often it is asked for: one that is
 * refused is looked at in every round, and one that is large takes seconds.
 */
final class GraphReadings {
  private final Map<ModelKey, Reading> last = new HashMap<>();

  /** A PipeGraph never changes: another network is another object. */
  private record Asked(
      String name, Optional<String> uid, long revision, DilationFactor factor, int mtuBytes) {}

  private record Reading(
      Asked asked, Optional<ModelEngine.Now> now, Optional<RuntimeException> refusal) {}

  /**
   * @throws RuntimeException where no network can be made of it, each time the same one
   */
  ModelEngine.Now read(ModelKey model, PipeGraph graph, DilationFactor factor, int mtuBytes) {
    Asked asked =
        new Asked(
            graph.getMetadata().getName(),
            Optional.ofNullable(graph.getMetadata().getUid()),
            graph.getSpec().revision(),
            factor,
            mtuBytes);
    Reading reading = last.get(model);
    if (reading == null || !reading.asked.equals(asked)) {
      reading = read(asked, graph);
      last.put(model, reading);
    }
    if (reading.refusal.isPresent()) {
      throw reading.refusal.get();
    }
    return reading.now.orElseThrow();
  }

  private static Reading read(Asked asked, PipeGraph graph) {
    try {
      ModelEngine.Now now = ModelEngine.read(graph, asked.factor, asked.mtuBytes);
      return new Reading(asked, Optional.of(now), Optional.empty());
    } catch (RuntimeException e) {
      return new Reading(asked, Optional.empty(), Optional.of(e));
    }
  }

  /** Forgets all other models. */
  void keep(Set<ModelKey> models) {
    last.keySet().retainAll(models);
  }
}
