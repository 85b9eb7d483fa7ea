package dev.diecast.daemon.network;

/**
 * What went through a port since it was attached.
 *
 * @param oversizedFrames longer than the engine takes, dropped
 * @param receiverDrops frames for the guest that it did not take in time
 * @param connections made so far; always 1 for ports without connections
 * @param protocolErrors connections given up since what came was no sequence of frames
 */
public record PortCounters(
    long receivedFrames,
    long sentFrames,
    long oversizedFrames,
    long receiverDrops,
    long connections,
    long protocolErrors) {
  static final PortCounters NONE = new PortCounters(0, 0, 0, 0, 0, 0);

  PortCounters plus(PortCounters other) {
    return new PortCounters(
        receivedFrames + other.receivedFrames,
        sentFrames + other.sentFrames,
        oversizedFrames + other.oversizedFrames,
        receiverDrops + other.receiverDrops,
        connections + other.connections,
        protocolErrors + other.protocolErrors);
  }
}
