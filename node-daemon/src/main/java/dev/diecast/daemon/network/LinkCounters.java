package dev.diecast.daemon.network;

import java.util.Map;

/**
 * What an engine and the others of its network have sent each other.
 *
 * @param peers by the other engine's number
 * @param foreignDatagrams that are none of this network's
 * @param forgedDatagrams whose tag is not that of whom they say they are from
 * @param repeatedDatagrams that had come before, or so late that it is not known
 */
public record LinkCounters(
    Map<Integer, PeerCounters> peers,
    long foreignDatagrams,
    long forgedDatagrams,
    long repeatedDatagrams) {
  static final LinkCounters NONE = new LinkCounters(Map.of(), 0, 0, 0);

  public LinkCounters {
    peers = Map.copyOf(peers);
  }
}
