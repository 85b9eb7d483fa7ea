package dev.diecast.operator.network;

import dev.diecast.api.v1alpha1.PipeGraph;
import java.util.Collection;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * UDP ports by which the engines of one model's hosts hand packets over: one for each model, the
 * same on all hosts. From {@value #FIRST} on, so that a firewall can let a range through.
 */
final class PeerPorts {
  static final int FIRST = 6490;
  private static final int MOST = 1000;

  private PeerPorts() {}

  /**
   * That which a model has, else the first that no other has.
   *
   * @param own PipeGraphs of the model
   * @param all of all models
   */
  static int of(Collection<PipeGraph> own, Collection<PipeGraph> all) {
    Set<Integer> taken =
        all.stream()
            .filter(graph -> !own.contains(graph))
            .map(graph -> graph.getSpec().peerPort())
            .filter(Objects::nonNull)
            .collect(Collectors.toSet());
    return own.stream()
        .map(graph -> graph.getSpec().peerPort())
        .filter(Objects::nonNull)
        .findFirst()
        .or(
            () ->
                IntStream.range(FIRST, FIRST + MOST)
                    .boxed()
                    .filter(port -> !taken.contains(port))
                    .findFirst())
        .orElseThrow(
            () -> new IllegalStateException(MOST + " models have networks on several hosts"));
  }
}
