package dev.diecast.daemon.network;

import dev.diecast.core.pipe.Partition;
import java.net.InetSocketAddress;
import java.util.Map;

/**
 * The other engines that emulate the same network.
 *
 * @param partition who has what
 * @param here where this engine takes packets
 * @param others by their numbers
 * @param network what every message says that it is of; no secret: engines of another shape must
 *     not take each other's packets for theirs
 */
public record Peers(
    Partition partition, InetSocketAddress here, Map<Integer, Peer> others, long network) {
  public Peers {
    others = Map.copyOf(others);
    for (int number : others.keySet()) {
      if (number < 0 || number > others.size() || number == partition.self()) {
        throw new IllegalArgumentException(
            "engine %d of %d others of engine %d"
                .formatted(number, others.size(), partition.self()));
      }
    }
  }

  int self() {
    return partition.self();
  }

  int count() {
    return others.size() + 1;
  }
}
