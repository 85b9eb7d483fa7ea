package dev.diecast.daemon.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Bridges and their ports in the network namespace of the calling thread, by ioctls: Linux,
 * net/bridge/br_ioctl.c and netdevice(7). Needs CAP_NET_ADMIN there.
 */
public final class Bridges {
  private static final int SIOCGIFFLAGS = 0x8913;
  private static final int SIOCSIFFLAGS = 0x8914;
  private static final int SIOCGIFMTU = 0x8921;
  private static final int SIOCSIFMTU = 0x8922;
  private static final int SIOCSIFHWADDR = 0x8924;
  private static final int SIOCGIFHWADDR = 0x8927;
  private static final int SIOCGIFINDEX = 0x8933;
  private static final int SIOCBRADDBR = 0x89a0;
  private static final int SIOCBRDELBR = 0x89a1;
  private static final int SIOCBRADDIF = 0x89a2;
  private static final int SIOCBRDELIF = 0x89a3;
  private static final int SIOCDEVPRIVATE = 0x89f0;
  private static final int BRCTL_GET_PORT_LIST = 7;
  private static final int MOST_PORTS = 1024;
  private static final int IFNAMSIZ = 16;
  private static final int IFREQ_BYTES = 40;
  private static final short IFF_UP = 1;
  private static final int EEXIST = 17;
  private static final int ENODEV = 19;

  private Bridges() {}

  /** Makes a bridge where there is none of that name. */
  public static void create(String bridge) throws SystemCallException {
    try {
      withName(bridge, SIOCBRADDBR, "bridge " + bridge);
    } catch (SystemCallException e) {
      if (e.errno() != EEXIST) {
        throw e;
      }
    }
  }

  /** Removes a bridge that is down. */
  public static void delete(String bridge) throws SystemCallException {
    withName(bridge, SIOCBRDELBR, "remove bridge " + bridge);
  }

  /** Makes a device a port of a bridge. */
  public static void add(String bridge, String device) throws SystemCallException {
    withPort(bridge, device, SIOCBRADDIF, "put " + device + " into bridge " + bridge);
  }

  /** Takes a port out of a bridge. */
  public static void remove(String bridge, String device) throws SystemCallException {
    withPort(bridge, device, SIOCBRDELIF, "take " + device + " out of bridge " + bridge);
  }

  /** Whether there is a device of that name. */
  public static boolean exists(String device) throws SystemCallException {
    try {
      index(device);
      return true;
    } catch (SystemCallException e) {
      if (e.errno() == ENODEV) {
        return false;
      }
      throw e;
    }
  }

  /** Whether a device is a port of a bridge; false where either is not there. */
  public static boolean isIn(String bridge, String device) throws SystemCallException {
    return exists(bridge) && exists(device) && hasPort(bridge, device);
  }

  private static boolean hasPort(String bridge, String device) throws SystemCallException {
    try (Descriptor socket = Sockets.control();
        Arena arena = Arena.ofConfined()) {
      int index = index(socket, arena, device);
      MemorySegment ports = arena.allocate(JAVA_INT, MOST_PORTS);
      MemorySegment arguments = arena.allocate(JAVA_LONG, 4);
      arguments.setAtIndex(JAVA_LONG, 0, BRCTL_GET_PORT_LIST);
      arguments.setAtIndex(JAVA_LONG, 1, ports.address());
      arguments.setAtIndex(JAVA_LONG, 2, MOST_PORTS);
      MemorySegment request = request(arena, bridge);
      request.set(JAVA_LONG, IFNAMSIZ, arguments.address());
      SystemCalls.ioctl(socket, SIOCDEVPRIVATE, request.address(), "ports of bridge " + bridge);
      for (int i = 0; i < MOST_PORTS; i++) {
        if (ports.getAtIndex(JAVA_INT, i) == index) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * Keeps a bridge's MAC address as it is. Else it changes with the ports, and with every change
   * the kernel forgets all neighbours on it, those for good included (net/core/neighbour.c:
   * neigh_changeaddr).
   */
  public static void keepAddress(String bridge) throws SystemCallException {
    try (Descriptor socket = Sockets.control();
        Arena arena = Arena.ofConfined()) {
      MemorySegment request = request(arena, bridge);
      SystemCalls.ioctl(socket, SIOCGIFHWADDR, request.address(), "address of " + bridge);
      SystemCalls.ioctl(socket, SIOCSIFHWADDR, request.address(), "address of " + bridge);
    }
  }

  /** Sets a device up. */
  public static void up(String device) throws SystemCallException {
    flag(device, true);
  }

  /** Sets a device down. */
  public static void down(String device) throws SystemCallException {
    flag(device, false);
  }

  private static void flag(String device, boolean up) throws SystemCallException {
    try (Descriptor socket = Sockets.control();
        Arena arena = Arena.ofConfined()) {
      MemorySegment request = request(arena, device);
      SystemCalls.ioctl(socket, SIOCGIFFLAGS, request.address(), "flags of " + device);
      int flags = request.get(JAVA_SHORT, IFNAMSIZ);
      request.set(JAVA_SHORT, IFNAMSIZ, (short) (up ? flags | IFF_UP : flags & ~IFF_UP));
      SystemCalls.ioctl(
          socket, SIOCSIFFLAGS, request.address(), "set " + device + (up ? " up" : " down"));
    }
  }

  /** Sets a device's MTU. */
  public static void mtu(String device, int bytes) throws SystemCallException {
    try (Descriptor socket = Sockets.control();
        Arena arena = Arena.ofConfined()) {
      MemorySegment request = request(arena, device);
      request.set(JAVA_INT, IFNAMSIZ, bytes);
      SystemCalls.ioctl(socket, SIOCSIFMTU, request.address(), "MTU of " + device);
    }
  }

  /** A device's MTU. */
  public static int mtu(String device) throws SystemCallException {
    try (Descriptor socket = Sockets.control();
        Arena arena = Arena.ofConfined()) {
      MemorySegment request = request(arena, device);
      SystemCalls.ioctl(socket, SIOCGIFMTU, request.address(), "MTU of " + device);
      return request.get(JAVA_INT, IFNAMSIZ);
    }
  }

  /**
   * Lets a bridge say nothing of its own: neither IPv6 of the kernel's, nor that it listens to
   * multicast. To be called before it is up.
   */
  public static void mute(String bridge) throws IOException {
    withoutIpv6(bridge);
    RouteNetlink.bridgeWithoutSnooping(bridge, index(bridge));
  }

  /**
   * Keeps the kernel from speaking IPv6 on a device: no address (Linux, if_link.h:
   * IFLA_INET6_ADDR_GEN_MODE), and no IPv6 at all where /proc/sys can be written, which it cannot
   * in most containers (Documentation/networking/ip-sysctl.rst: disable_ipv6). To be called before
   * it is up.
   */
  public static void withoutIpv6(String device) throws IOException {
    Path disabled = disabledIpv6(device);
    if (Files.exists(disabled)) {
      withoutIpv6Address(device);
      write(disabled, "1");
    }
  }

  /**
   * Lets a bridge that was muted know IPv6 neighbours, which the kernel refuses where IPv6 is off
   * (net/ipv6/ndisc.c: ndisc_allow_add). It still has no address, and so nothing to say.
   */
  public static void knowIpv6(String bridge) throws IOException {
    write(disabledIpv6(bridge), "0");
  }

  private static void write(Path file, String text) throws IOException {
    if (Files.isWritable(file)) {
      Files.writeString(file, text);
    }
  }

  /** These files are those of the namespace of whoever opens them. */
  static Path disabledIpv6(String device) {
    return Path.of("/proc/sys/net/ipv6/conf", device, "disable_ipv6");
  }

  static void withoutIpv6Address(String device) throws SystemCallException {
    RouteNetlink.withoutIpv6Address(device, index(device));
  }

  private static void withName(String bridge, int call, String what) throws SystemCallException {
    try (Descriptor socket = Sockets.control();
        Arena arena = Arena.ofConfined()) {
      SystemCalls.ioctl(socket, call, request(arena, bridge).address(), what);
    }
  }

  private static void withPort(String bridge, String device, int call, String what)
      throws SystemCallException {
    try (Descriptor socket = Sockets.control();
        Arena arena = Arena.ofConfined()) {
      MemorySegment request = request(arena, bridge);
      request.set(JAVA_INT, IFNAMSIZ, index(socket, arena, device));
      SystemCalls.ioctl(socket, call, request.address(), what);
    }
  }

  static int index(String device) throws SystemCallException {
    try (Descriptor socket = Sockets.control();
        Arena arena = Arena.ofConfined()) {
      return index(socket, arena, device);
    }
  }

  private static int index(Descriptor socket, Arena arena, String device)
      throws SystemCallException {
    MemorySegment request = request(arena, device);
    SystemCalls.ioctl(socket, SIOCGIFINDEX, request.address(), "network device " + device);
    return request.get(JAVA_INT, IFNAMSIZ);
  }

  private static MemorySegment request(Arena arena, String device) {
    byte[] name = device.getBytes(StandardCharsets.US_ASCII);
    if (name.length == 0 || name.length >= IFNAMSIZ) {
      throw new IllegalArgumentException(
          "\"" + device + "\" is no name of a network device: 1 to 15 characters are wanted");
    }
    MemorySegment request = arena.allocate(IFREQ_BYTES, 8);
    MemorySegment.copy(name, 0, request, JAVA_BYTE, 0, name.length);
    return request;
  }
}
