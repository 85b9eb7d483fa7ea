package dev.diecast.daemon.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The little of rtnetlink(7) that no ioctl does. */
final class RouteNetlink {
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  private static final int NETLINK_ROUTE = 0;

  private static final short RTM_NEWLINK = 16;
  private static final short RTM_SETLINK = 19;
  private static final short REQUEST_AND_ACKNOWLEDGE = 5;
  private static final int HEADER_BYTES = 16;
  private static final int MESSAGE_BYTES = 64;
  private static final int ANSWER_BYTES = 4096;

  /** Of linux/if_link.h. */
  private static final short IFLA_LINKINFO = 18;

  private static final short IFLA_INFO_KIND = 1;
  private static final short IFLA_INFO_DATA = 2;
  private static final short IFLA_BR_MCAST_SNOOPING = 23;
  private static final short IFLA_AF_SPEC = 26;
  private static final short AF_INET6 = 10;
  private static final short IFLA_INET6_ADDR_GEN_MODE = 8;
  private static final byte IN6_ADDR_GEN_MODE_NONE = 1;

  private RouteNetlink() {}

  /** With snooping a bridge joins groups of its own, and says so to all that are behind it. */
  static void bridgeWithoutSnooping(String bridge, int index) throws SystemCallException {
    ByteBuffer message = link(RTM_NEWLINK, index);
    int link = begin(message, IFLA_LINKINFO);
    int kind = begin(message, IFLA_INFO_KIND);
    message.put("bridge\0".getBytes(StandardCharsets.US_ASCII));
    end(message, kind);
    int data = begin(message, IFLA_INFO_DATA);
    int snooping = begin(message, IFLA_BR_MCAST_SNOOPING);
    message.put((byte) 0);
    end(message, snooping);
    end(message, data);
    end(message, link);
    ask(message, "multicast snooping of " + bridge);
  }

  /**
   * A device without an address has nothing to ask for and nothing to say in IPv6. To be called
   * before it is up.
   */
  static void withoutIpv6Address(String device, int index) throws SystemCallException {
    ByteBuffer message = link(RTM_SETLINK, index);
    int families = begin(message, IFLA_AF_SPEC);
    int family = begin(message, AF_INET6);
    int mode = begin(message, IFLA_INET6_ADDR_GEN_MODE);
    message.put(IN6_ADDR_GEN_MODE_NONE);
    end(message, mode);
    end(message, family);
    end(message, families);
    ask(message, "IPv6 addresses of " + device);
  }

  /** A message about a device, without its attributes. */
  private static ByteBuffer link(short type, int index) {
    ByteBuffer message = ByteBuffer.allocate(MESSAGE_BYTES).order(ByteOrder.nativeOrder());
    message.putInt(0).putShort(type).putShort(REQUEST_AND_ACKNOWLEDGE).putInt(1).putInt(0);
    return message.putInt(0).putInt(index).putInt(0).putInt(0);
  }

  private static int begin(ByteBuffer message, short type) {
    int at = message.position();
    message.putShort((short) 0).putShort(type);
    return at;
  }

  private static void end(ByteBuffer message, int begin) {
    message.putShort(begin, (short) (message.position() - begin));
    message.position(message.position() + 3 & ~3);
  }

  private static void ask(ByteBuffer request, String what) throws SystemCallException {
    ByteBuffer message = request.putInt(0, request.position()).flip();
    try (Descriptor socket = Sockets.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
        Arena arena = Arena.ofShared()) {
      SocketCalls calls = new SocketCalls(arena);
      MemorySegment memory = arena.allocate(ANSWER_BYTES, 4);
      memory.copyFrom(MemorySegment.ofBuffer(message));
      long sent = calls.send(socket.number(), memory.address(), message.remaining());
      // The kernel answers within the call that asks.
      long received =
          sent < 0 ? sent : calls.receive(socket.number(), memory.address(), ANSWER_BYTES, 0);
      long error =
          received < 0
              ? received
              : memory.get(java.lang.foreign.ValueLayout.JAVA_INT, HEADER_BYTES);
      if (error < 0) {
        throw new SystemCallException(what, SystemCalls.describe((int) -error), (int) -error);
      }
    }
  }
}
