package dev.diecast.daemon.network.bench;

import dev.diecast.daemon.network.Lateness;

/**
 * What an engine made of a load.
 *
 * @param offeredPackets that the generator had to send
 * @param deliveredPackets that came out
 * @param packetsPerSecond delivered, over the time of the load
 * @param deliveryLateness of the last hop; {@code hopLateness} of all of them
 * @param doorWait bound on how long a frame waited before the engine took notice of it
 */
public record LoadResult(
    long offeredPackets,
    long deliveredPackets,
    double packetsPerSecond,
    Lateness deliveryLateness,
    Lateness hopLateness,
    Lateness doorWait,
    boolean realTime) {
  private static final double SUSTAINED_SHARE = 0.999;

  /** At most one packet in a thousand is missing. */
  public boolean sustained() {
    return deliveredPackets >= SUSTAINED_SHARE * offeredPackets;
  }
}
