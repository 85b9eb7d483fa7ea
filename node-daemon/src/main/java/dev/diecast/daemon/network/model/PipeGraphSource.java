package dev.diecast.daemon.network.model;

import dev.diecast.api.v1alpha1.PipeGraph;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Supplier;

/** PipeGraphs as they are known at the moment. */
@FunctionalInterface
public interface PipeGraphSource {
  Collection<PipeGraph> all();

  /** Why they cannot be known, and the mend; empty where they are. */
  default Optional<String> trouble() {
    return Optional.empty();
  }

  /**
   * @param trouble why they cannot be known, if so
   */
  static PipeGraphSource of(
      Supplier<Collection<PipeGraph>> all, Supplier<Optional<String>> trouble) {
    return new PipeGraphSource() {
      @Override
      public Collection<PipeGraph> all() {
        return all.get();
      }

      @Override
      public Optional<String> trouble() {
        return trouble.get();
      }
    };
  }

  /** Of a model's graphs the one that holds: that of the greatest revision. */
  default Optional<PipeGraph> newest(ModelKey model) {
    return all().stream()
        .filter(graph -> graph.getSpec().model().equals(model.name()))
        .filter(graph -> graph.getMetadata().getNamespace().equals(model.namespace()))
        .max(Comparator.comparingLong(graph -> graph.getSpec().revision()));
  }
}
