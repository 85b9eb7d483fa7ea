package dev.diecast.core.ethernet;

import java.util.List;

/**
 * A virtual node as the network sees it.
 *
 * @param number of the virtual node in the pipe graph
 * @param addresses that ARP and neighbour discovery find it by; link-local ones included where
 *     guests use them
 */
public record Station(int number, MacAddress mac, List<IpAddress> addresses) {
  public Station {
    addresses = List.copyOf(addresses);
    if (number < 0) {
      throw new IllegalArgumentException("virtual nodes count from 0");
    }
  }
}
