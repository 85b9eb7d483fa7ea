package dev.diecast.daemon.network;

/**
 * Frames that did not go into a pipe, by reason; see {@link dev.diecast.core.ethernet.Forwarding}.
 *
 * @param answered ARP requests and neighbour solicitations
 * @param notForwarded other broadcast and multicast
 * @param unreachable for a node to which there is no way
 */
public record DoorCounters(
    long answered, long notForwarded, long malformed, long unknownDestination, long unreachable) {}
