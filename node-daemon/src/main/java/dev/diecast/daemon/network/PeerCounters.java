package dev.diecast.daemon.network;

/**
 * What went between this engine and another one.
 *
 * @param sendDrops that the host's network did not take
 * @param clockErrorMicros by how much deadlines may be off between the two; below 0 where nothing
 *     is known yet
 */
public record PeerCounters(
    long sentPackets, long receivedPackets, long sendDrops, double clockErrorMicros) {}
