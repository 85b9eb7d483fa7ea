package dev.diecast.core.pipe;

/** Where packets go that have left their last pipe. */
@FunctionalInterface
public interface Delivery {
  /**
   * Hands over a packet; its descriptor is the scheduler's again when this returns.
   *
   * @param descriptor names the payload slot that holds the packet's bytes
   * @param source and destination: as they were given at the door
   * @param dueNanos when it ought to have come out
   */
  void deliver(int descriptor, int frameBytes, int source, int destination, long dueNanos);
}
