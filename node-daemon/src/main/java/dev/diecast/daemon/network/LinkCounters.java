package dev.diecast.daemon.network;

import java.util.Map;

/**
 * What an engine and the others of its network have sent each other.
 *
 * @param peers by the other engine's number
 * @param foreignDatagrams that are none of this network's
 * @param forgedDatagrams whose tag is not that of whom they say they are from
 */
public record LinkCounters(
    Map<Integer, PeerCounters> peers, long foreignDatagrams, long forgedDatagrams) {
  static final LinkCounters NONE = new LinkCounters(Map.of(), 0, 0);

  public LinkCounters {
    peers = Map.copyOf(peers);
  }
}
