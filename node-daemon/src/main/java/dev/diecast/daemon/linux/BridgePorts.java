package dev.diecast.daemon.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Bridges that guess nothing: which address is behind which port is told, what is for nobody goes
 * nowhere, and who asks for a neighbour gets his answer from the bridge (Linux,
 * net/bridge/br_arp_nd_proxy.c, since 4.15). In the network namespace of the calling thread. Needs
 * CAP_NET_ADMIN there.
 */
public final class BridgePorts {
  /** Of linux/if_link.h: IFLA_BRPORT_. */
  private static final short LEARNING = 8;

  private static final short UNICAST_FLOOD = 9;
  private static final short MCAST_FLOOD = 27;
  private static final short BCAST_FLOOD = 30;
  private static final short NEIGH_SUPPRESS = 32;

  private BridgePorts() {}

  /**
   * Nothing leaves by this port but what is for an address that {@link #owns} told of.
   *
   * @param answered questions for neighbours behind it are answered by the bridge ({@link
   *     #answers})
   */
  public static void close(String port, boolean answered) throws SystemCallException {
    RouteNetlink.bridgePort(
        port,
        Bridges.index(port),
        Map.of(
            LEARNING, false,
            UNICAST_FLOOD, false,
            MCAST_FLOOD, false,
            BCAST_FLOOD, false,
            NEIGH_SUPPRESS, answered));
  }

  /**
   * Frames for this address go out by this port.
   *
   * @param mac six bytes
   */
  public static void owns(String port, byte[] mac) throws SystemCallException {
    RouteNetlink.forwarding(port, Bridges.index(port), mac);
  }

  /**
   * Whoever asks for this IP address in a bridge hears of this MAC address. Where IPv6 is off in
   * the namespace, nobody is told of an IPv6 address.
   *
   * @param ip four or sixteen bytes
   * @param mac six bytes
   */
  public static void answers(String bridge, byte[] ip, byte[] mac) throws IOException {
    if (ip.length == 4 || speaksIpv6(bridge)) {
      RouteNetlink.neighbour(bridge, Bridges.index(bridge), ip, mac);
    }
  }

  private static boolean speaksIpv6(String bridge) throws IOException {
    Path disabled = Bridges.disabledIpv6(bridge);
    return Files.exists(disabled) && Files.readString(disabled).strip().equals("0");
  }
}
