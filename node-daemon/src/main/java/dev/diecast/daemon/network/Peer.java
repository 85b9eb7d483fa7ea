package dev.diecast.daemon.network;

import java.net.InetSocketAddress;
import javax.crypto.SecretKey;

/**
 * Another engine of the same network.
 *
 * @param address of its UDP socket
 * @param key that it and this engine alone have
 */
public record Peer(InetSocketAddress address, SecretKey key) {
  public Peer {
    if (address.isUnresolved()) {
      throw new IllegalArgumentException("engine's address " + address + " is not resolved");
    }
  }
}
