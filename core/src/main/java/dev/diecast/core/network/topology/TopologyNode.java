package dev.diecast.core.network.topology;

import java.util.Objects;
import java.util.Optional;

/**
 * A node (router, point of presence) of a topology.
 *
 * @param index from 0 in the order of the topology
 * @param id unique in the topology
 * @param label for people; several nodes may share it; the id where the topology has none
 */
public record TopologyNode(
    int index, String id, String label, NodeKind kind, Optional<GeoPoint> location) {

  public TopologyNode {
    Objects.requireNonNull(id);
    Objects.requireNonNull(label);
    Objects.requireNonNull(kind);
    Objects.requireNonNull(location);
  }

  /** Id and label where they differ. */
  @Override
  public String toString() {
    return id.equals(label) ? id : id + " (" + label + ")";
  }
}
