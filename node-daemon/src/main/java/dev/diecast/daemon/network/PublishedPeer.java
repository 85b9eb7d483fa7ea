package dev.diecast.daemon.network;

/**
 * What a daemon says of itself to those of other hosts.
 *
 * @param address IP address at which it takes packets of their pipes
 * @param publicKey its {@link PeerIdentity#publicKey}
 */
public record PublishedPeer(String address, String publicKey) {}
