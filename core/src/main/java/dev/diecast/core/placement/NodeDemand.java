package dev.diecast.core.placement;

import java.util.Objects;
import java.util.Optional;

/**
 * What one node needs of its host.
 *
 * @param name unique among the nodes
 * @param demand host frame, with the measured overhead of a node; an absent resource is 0
 * @param pinnedHost where the node already runs: it stays there as long as it fits
 */
public record NodeDemand(String name, ResourceVector demand, Optional<String> pinnedHost) {
  public NodeDemand {
    Objects.requireNonNull(name);
    Objects.requireNonNull(demand);
    Objects.requireNonNull(pinnedHost);
    demand
        .amounts()
        .forEach(
            (resource, amount) -> {
              if (amount.signum() < 0) {
                throw new IllegalArgumentException(
                    "node %s demands %s of %s: a demand is never negative"
                        .formatted(name, resource.format(amount), resource.displayName()));
              }
            });
  }
}
