package dev.diecast.daemon.network;

import dev.diecast.core.pipe.Partition;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * The other engines that emulate the same network.
 *
 * @param partition who has what
 * @param addresses of the engines' UDP sockets, by number, this one's own included
 * @param key what every message must bear: nobody else's packets get in
 */
public record Peers(Partition partition, List<InetSocketAddress> addresses, long key) {
  public Peers {
    addresses = List.copyOf(addresses);
    for (InetSocketAddress address : addresses) {
      if (address.isUnresolved()) {
        throw new IllegalArgumentException("engine's address " + address + " is not resolved");
      }
    }
  }

  int self() {
    return partition.self();
  }
}
