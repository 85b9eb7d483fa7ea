package dev.diecast.core.network.attach;

import dev.diecast.core.network.PipeAttributes;
import java.util.Objects;

/**
 * A node of the service (VN in ModelNet) and the access link by which it hangs on the topology.
 *
 * @param index from 0 over all groups
 * @param ordinal from 0 within its group
 * @param router index of the topology's node it is attached to
 * @param up from the node to the topology
 * @param down from the topology to the node
 */
public record VirtualNode(
    int index, String group, int ordinal, int router, PipeAttributes up, PipeAttributes down) {

  public VirtualNode {
    Objects.requireNonNull(group);
    Objects.requireNonNull(up);
    Objects.requireNonNull(down);
  }

  /** As its VM is called within the model: {@code web-3}. */
  public String name() {
    return group + "-" + ordinal;
  }
}
