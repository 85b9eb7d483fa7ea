package dev.diecast.daemon.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The little of rtnetlink(7) that no ioctl does. */
final class RouteNetlink {
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  private static final int NETLINK_ROUTE = 0;

  private static final short RTM_NEWLINK = 16;
  private static final short RTM_DELLINK = 17;
  private static final short RTM_SETLINK = 19;
  private static final short RTM_NEWNEIGH = 28;
  private static final short REQUEST_AND_ACKNOWLEDGE = 5;
  private static final short NLM_F_REPLACE = 0x100;
  private static final short NLM_F_EXCL = 0x200;
  private static final short NLM_F_CREATE = 0x400;
  private static final short NLA_F_NESTED = (short) 0x8000;
  private static final int HEADER_BYTES = 16;
  private static final int IFINFOMSG_BYTES = 16;
  private static final int MESSAGE_BYTES = 256;
  private static final int ANSWER_BYTES = 4096;

  /** Of linux/if_link.h. */
  private static final short IFLA_IFNAME = 3;

  private static final short IFLA_PROTINFO = 12;
  private static final short IFLA_LINKINFO = 18;
  private static final short IFLA_NET_NS_FD = 28;

  private static final short IFLA_INFO_KIND = 1;
  private static final short IFLA_INFO_DATA = 2;
  private static final short IFLA_BR_MCAST_SNOOPING = 23;
  private static final short IFLA_AF_SPEC = 26;
  private static final byte AF_BRIDGE = 7;
  private static final byte AF_INET = 2;
  private static final short AF_INET6 = 10;
  private static final short IFLA_INET6_ADDR_GEN_MODE = 8;
  private static final byte IN6_ADDR_GEN_MODE_NONE = 1;

  /** Of linux/veth.h. */
  private static final short VETH_INFO_PEER = 1;

  /** Of linux/neighbour.h. */
  private static final short NDA_DST = 1;

  private static final short NDA_LLADDR = 2;
  private static final short NUD_NOARP = 0x40;
  private static final short NUD_PERMANENT = 0x80;
  private static final byte NTF_MASTER = 4;
  private static final int IPV4_BYTES = 4;

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

  /**
   * A pair of veth devices, one end in this namespace.
   *
   * @param there in the namespace that the descriptor leads to
   */
  static void vethPair(String here, String there, Descriptor otherNamespace)
      throws SystemCallException {
    ByteBuffer message =
        about(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL).put(new byte[IFINFOMSG_BYTES]);
    name(message, here);
    int link = begin(message, IFLA_LINKINFO);
    int kind = begin(message, IFLA_INFO_KIND);
    message.put("veth\0".getBytes(StandardCharsets.US_ASCII));
    end(message, kind);
    int data = begin(message, IFLA_INFO_DATA);
    int peer = begin(message, VETH_INFO_PEER);
    message.put(new byte[IFINFOMSG_BYTES]);
    name(message, there);
    int namespace = begin(message, IFLA_NET_NS_FD);
    message.putInt(otherNamespace.number());
    end(message, namespace);
    end(message, peer);
    end(message, data);
    end(message, link);
    ask(message, "veth pair of " + here + " and " + there);
  }

  private static void name(ByteBuffer message, String device) {
    int name = begin(message, IFLA_IFNAME);
    message.put((device + "\0").getBytes(StandardCharsets.US_ASCII));
    end(message, name);
  }

  static void delete(String device, int index) throws SystemCallException {
    ask(link(RTM_DELLINK, index), "remove " + device);
  }

  /**
   * Switches of a bridge's port: off, or on.
   *
   * @param switches of IFLA_BRPORT_ (linux/if_link.h)
   */
  static void bridgePort(String device, int index, Map<Short, Boolean> switches)
      throws SystemCallException {
    ByteBuffer message = link(RTM_SETLINK, index).put(HEADER_BYTES, AF_BRIDGE);
    int port = begin(message, (short) (IFLA_PROTINFO | NLA_F_NESTED));
    switches.forEach(
        (type, on) -> {
          int one = begin(message, type);
          message.put((byte) (on ? 1 : 0));
          end(message, one);
        });
    end(message, port);
    ask(message, "bridge port " + device);
  }

  /** Frames for this MAC address go out by this port of a bridge, and stay that way. */
  static void forwarding(String device, int index, byte[] mac) throws SystemCallException {
    ByteBuffer message = neighbour(AF_BRIDGE, index, NUD_NOARP, NTF_MASTER);
    attribute(message, NDA_LLADDR, mac);
    ask(message, "where frames of " + device + " go");
  }

  /** Who has an IP address on a device, known for good. */
  static void neighbour(String device, int index, byte[] ip, byte[] mac)
      throws SystemCallException {
    byte family = ip.length == IPV4_BYTES ? AF_INET : (byte) AF_INET6;
    ByteBuffer message = neighbour(family, index, NUD_PERMANENT, (byte) 0);
    attribute(message, NDA_DST, ip);
    attribute(message, NDA_LLADDR, mac);
    ask(message, "neighbours on " + device);
  }

  /** Without its addresses; struct ndmsg of linux/neighbour.h. */
  private static ByteBuffer neighbour(byte family, int index, short state, byte flags) {
    return about(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE)
        .putInt(0)
        .putInt(index)
        .putShort(state)
        .put(flags)
        .put((byte) 0)
        .put(HEADER_BYTES, family);
  }

  private static void attribute(ByteBuffer message, short type, byte[] value) {
    int attribute = begin(message, type);
    message.put(value);
    end(message, attribute);
  }

  /** A message about a device, without its attributes. */
  private static ByteBuffer link(short type, int index) {
    return about(type, 0).putInt(0).putInt(index).putInt(0).putInt(0);
  }

  private static ByteBuffer about(short type, int flags) {
    ByteBuffer message = ByteBuffer.allocate(MESSAGE_BYTES).order(ByteOrder.nativeOrder());
    return message
        .putInt(0)
        .putShort(type)
        .putShort((short) (REQUEST_AND_ACKNOWLEDGE | flags))
        .putInt(1)
        .putInt(0);
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
