package dev.diecast.daemon.network.model;

import dev.diecast.api.v1alpha1.PipeGraph;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** PipeGraphs as they are known at the moment. */
@FunctionalInterface
public interface PipeGraphSource {
  Collection<PipeGraph> all();

  /** Of a model's graphs the one that holds: that of the greatest revision. */
  default Optional<PipeGraph> newest(ModelKey model) {
    return all().stream()
        .filter(graph -> graph.getSpec().model().equals(model.name()))
        .filter(graph -> graph.getMetadata().getNamespace().equals(model.namespace()))
        .max(Comparator.comparingLong(graph -> graph.getSpec().revision()));
  }
}
