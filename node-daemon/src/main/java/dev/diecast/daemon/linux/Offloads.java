package dev.diecast.daemon.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * What a device does for the kernel, by ethtool's ioctls (Linux, include/uapi/linux/ethtool.h), in
 * the network namespace of the calling thread. Needs CAP_NET_ADMIN there.
 */
public final class Offloads {
  private static final int SIOCETHTOOL = 0x8946;
  private static final int IFNAMSIZ = 16;
  private static final int IFREQ_BYTES = 40;

  /** ETHTOOL_STSO, _SGSO, _SGRO, _STXCSUM: segments before the checksums they need. */
  private static final int[] SETTERS = {0x1f, 0x24, 0x2c, 0x17};

  private static final int ETHTOOL_SGRO = 0x2c;

  private static final int EOPNOTSUPP = 95;

  private Offloads() {}

  /** Turns segmentation, merging and transmit checksums off, so that a frame is what a wire has. */
  public static void turnOff(String device) throws SystemCallException {
    for (int setter : SETTERS) {
      set(device, setter, 0);
    }
  }

  /**
   * Lets a veth take what comes in from one queue, in order, and not from as many as there are
   * processors: it has that one queue for merging TCP's segments (Linux 5.13, drivers/net/veth.c:
   * veth_set_features). What comes in the same instant may be merged, then.
   */
  public static void receiveInOrder(String veth) throws SystemCallException {
    set(veth, ETHTOOL_SGRO, 1);
  }

  private static void set(String device, int setter, int value) throws SystemCallException {
    try (Descriptor socket = Sockets.control();
        Arena arena = Arena.ofConfined()) {
      MemorySegment argument = arena.allocate(8, 8);
      argument.set(JAVA_INT, 0, setter);
      argument.set(JAVA_INT, 4, value);
      MemorySegment request = arena.allocate(IFREQ_BYTES, 8);
      byte[] name = device.getBytes(StandardCharsets.US_ASCII);
      MemorySegment.copy(name, 0, request, JAVA_BYTE, 0, Math.min(name.length, IFNAMSIZ - 1));
      request.set(ADDRESS, IFNAMSIZ, argument);
      SystemCalls.ioctl(socket, SIOCETHTOOL, request.address(), "set offloads of " + device);
    } catch (SystemCallException e) {
      // What a device cannot do needs no setting.
      if (e.errno() != EOPNOTSUPP) {
        throw e;
      }
    }
  }
}
