package dev.diecast.core.pipe;

/** Where packets go whose next pipe another scheduler has. */
@FunctionalInterface
public interface Handover {
  /**
   * Passes a packet on; its descriptor is the scheduler's again when this returns.
   *
   * @param descriptor names the payload slot that holds the packet's bytes
   * @param hop how many pipes of its route it has behind it
   * @param dueNanos when it is due at its next pipe
   */
  void handOver(
      int descriptor, int frameBytes, int source, int destination, int hop, long dueNanos);
}
