package dev.diecast.core.network.distill;

/**
 * How many unidirectional pipes a distilled network has; a link of the topology is two.
 *
 * @param access between virtual nodes and the topology
 * @param preserved those of the topology's links that are emulated
 * @param mesh those that stand for collapsed paths
 */
public record PipeCounts(long access, long preserved, long mesh) {

  /**
   * Memory of a pipe in an engine while no packet is in it, bytes: its attributes, its queue's and
   * its scheduler's bookkeeping.
   */
  public static final int BYTES_PER_PIPE = 256;

  public long directed() {
    return access + preserved + mesh;
  }

  /** As ModelNet counts: both directions together are one. */
  public long undirected() {
    return directed() / 2;
  }

  /** If every pipe is held at once; packets in them come on top. */
  public long estimatedBytes() {
    return directed() * BYTES_PER_PIPE;
  }
}
