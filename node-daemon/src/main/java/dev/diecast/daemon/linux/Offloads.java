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

  private static final int EOPNOTSUPP = 95;

  private Offloads() {}

  /** Turns segmentation, merging and transmit checksums off, so that a frame is what a wire has. */
  public static void turnOff(String device) throws SystemCallException {
    try (Descriptor socket = Sockets.control();
        Arena arena = Arena.ofConfined()) {
      for (int setter : SETTERS) {
        MemorySegment value = arena.allocate(8, 8);
        value.set(JAVA_INT, 0, setter);
        MemorySegment request = arena.allocate(IFREQ_BYTES, 8);
        byte[] name = device.getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(name, 0, request, JAVA_BYTE, 0, Math.min(name.length, IFNAMSIZ - 1));
        request.set(ADDRESS, IFNAMSIZ, value);
        try {
          SystemCalls.ioctl(
              socket, SIOCETHTOOL, request.address(), "turn offloads of " + device + " off");
        } catch (SystemCallException e) {
          // What a device cannot do needs no turning off.
          if (e.errno() != EOPNOTSUPP) {
            throw e;
          }
        }
      }
    }
  }
}
