package dev.diecast.daemon.linux;

import java.nio.file.Path;

/** Pairs of veth devices (veth(4)), from one network namespace to another. Needs CAP_NET_ADMIN. */
public final class Veths {
  private static final int ENODEV = 19;

  private Veths() {}

  /**
   * Makes a pair. When either end or its namespace goes, so does the other end.
   *
   * @param here end in the namespace of the calling thread
   * @param there end in {@code namespace}, such as {@code /proc/7/ns/net}
   * @throws SystemCallException where either name is taken, too
   */
  public static void create(String here, String there, Path namespace) throws SystemCallException {
    try (Descriptor other = SystemCalls.open(namespace.toString(), SystemCalls.O_RDONLY)) {
      RouteNetlink.vethPair(here, there, other);
    }
  }

  /** Removes a device and with it its other end, where there is one of that name. */
  public static void delete(String device) throws SystemCallException {
    try {
      RouteNetlink.delete(device, Bridges.index(device));
    } catch (SystemCallException e) {
      // Gone, or going with its namespace.
      if (e.errno() != ENODEV) {
        throw e;
      }
    }
  }
}
