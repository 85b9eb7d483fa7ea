package dev.diecast.core.ethernet;

import java.nio.ByteBuffer;

/**
 * Turns an ARP request (RFC 826) or a neighbour solicitation (RFC 4861, sections 4.3 and 4.4) into
 * its answer, in place. Positions are counted from the frame's first byte.
 */
final class NeighbourAnswers {
  /** The longest answer: a neighbour advertisement with one link-layer address. */
  static final int ROOM_BYTES = 86;

  static final int ARP_BYTES = 42;
  static final int IPV6_HEADER_END = 54;

  private static final int SOURCE_MAC = 6;
  private static final int ARP = 14;
  private static final long ARP_ETHERNET_IPV4_REQUEST = 0x0001_0800_0604_0001L;
  private static final int ARP_OPERATION = ARP + 6;
  private static final int ARP_SENDER_MAC = ARP + 8;
  private static final int ARP_SENDER_ADDRESS = ARP + 14;
  private static final int ARP_TARGET_MAC = ARP + 18;
  private static final int ARP_TARGET_ADDRESS = ARP + 24;

  private static final int IPV6_PAYLOAD_LENGTH = 18;
  private static final int IPV6_NEXT_HEADER = 20;
  private static final int IPV6_HOP_LIMIT = 21;
  private static final int IPV6_SOURCE = 22;
  private static final int IPV6_DESTINATION = 38;
  private static final int ICMP = IPV6_HEADER_END;
  private static final int ICMP_CHECKSUM = ICMP + 2;
  private static final int ICMP_FLAGS = ICMP + 4;
  private static final int ICMP_TARGET = ICMP + 8;
  private static final int ICMP_OPTION = ICMP + 24;
  private static final int ICMP_BYTES = 32;
  private static final int ICMPV6 = 58;
  private static final int SOLICITATION = 135;
  private static final int ADVERTISEMENT = 136;
  private static final int FULL_HOP_LIMIT = 255;
  private static final int SOLICITED_AND_OVERRIDE = 0x6000_0000;
  private static final int OVERRIDE = 0x2000_0000;
  private static final int TARGET_LINK_LAYER_ADDRESS = 0x0201;
  private static final long ALL_NODES_HIGH = 0xff02_0000_0000_0000L;
  private static final long ALL_NODES_MAC = 0x3333_0000_0001L;

  private NeighbourAnswers() {}

  static long mac(ByteBuffer memory, int at) {
    return (memory.getInt(at) & 0xffffffffL) << 16 | memory.getShort(at + 4) & 0xffffL;
  }

  static void putMac(ByteBuffer memory, int at, long mac) {
    memory.putInt(at, (int) (mac >>> 16));
    memory.putShort(at + 4, (short) mac);
  }

  static boolean isArpRequest(ByteBuffer memory, int at, int bytes) {
    return bytes >= ARP_BYTES && memory.getLong(at + ARP) == ARP_ETHERNET_IPV4_REQUEST;
  }

  static long arpTarget(ByteBuffer memory, int at) {
    return memory.getInt(at + ARP_TARGET_ADDRESS) & 0xffffffffL;
  }

  /** The length stays the request's, padding included. */
  static int answerArp(ByteBuffer memory, int at, long owner) {
    final int reply = 2;
    int target = memory.getInt(at + ARP_TARGET_ADDRESS);
    long asker = mac(memory, at + ARP_SENDER_MAC);
    putMac(memory, at, mac(memory, at + SOURCE_MAC));
    putMac(memory, at + SOURCE_MAC, owner);
    memory.putShort(at + ARP_OPERATION, (short) reply);
    putMac(memory, at + ARP_TARGET_MAC, asker);
    memory.putInt(at + ARP_TARGET_ADDRESS, memory.getInt(at + ARP_SENDER_ADDRESS));
    putMac(memory, at + ARP_SENDER_MAC, owner);
    memory.putInt(at + ARP_SENDER_ADDRESS, target);
    return ARP_BYTES;
  }

  static boolean isSolicitation(ByteBuffer memory, int at, int bytes) {
    return bytes >= ICMP_OPTION
        && (memory.get(at + IPV6_NEXT_HEADER) & 0xff) == ICMPV6
        && (memory.get(at + IPV6_HOP_LIMIT) & 0xff) == FULL_HOP_LIMIT
        && (memory.getShort(at + ICMP) & 0xffff) == SOLICITATION << 8;
  }

  static long targetHigh(ByteBuffer memory, int at) {
    return memory.getLong(at + ICMP_TARGET);
  }

  static long targetLow(ByteBuffer memory, int at) {
    return memory.getLong(at + ICMP_TARGET + 8);
  }

  /** To the asker; to all nodes where it has no address yet (RFC 4861, section 7.2.4). */
  static int answerSolicitation(ByteBuffer memory, int at, long owner) {
    long askerHigh = memory.getLong(at + IPV6_SOURCE);
    long askerLow = memory.getLong(at + IPV6_SOURCE + 8);
    boolean nameless = askerHigh == 0 && askerLow == 0;
    putMac(memory, at, nameless ? ALL_NODES_MAC : mac(memory, at + SOURCE_MAC));
    putMac(memory, at + SOURCE_MAC, owner);
    memory.putShort(at + IPV6_PAYLOAD_LENGTH, (short) ICMP_BYTES);
    memory.putLong(at + IPV6_DESTINATION, nameless ? ALL_NODES_HIGH : askerHigh);
    memory.putLong(at + IPV6_DESTINATION + 8, nameless ? 1 : askerLow);
    memory.putLong(at + IPV6_SOURCE, targetHigh(memory, at));
    memory.putLong(at + IPV6_SOURCE + 8, targetLow(memory, at));
    memory.putShort(at + ICMP, (short) (ADVERTISEMENT << 8));
    memory.putShort(at + ICMP_CHECKSUM, (short) 0);
    memory.putInt(at + ICMP_FLAGS, nameless ? OVERRIDE : SOLICITED_AND_OVERRIDE);
    memory.putShort(at + ICMP_OPTION, (short) TARGET_LINK_LAYER_ADDRESS);
    putMac(memory, at + ICMP_OPTION + 2, owner);
    memory.putShort(at + ICMP_CHECKSUM, checksum(memory, at));
    return ICMP + ICMP_BYTES;
  }

  /** RFC 4443, section 2.3: over the pseudo-header of RFC 8200 and the message. */
  private static short checksum(ByteBuffer memory, int at) {
    long sum = ICMP_BYTES + ICMPV6;
    for (int i = IPV6_SOURCE; i < ICMP + ICMP_BYTES; i += 2) {
      sum += memory.getShort(at + i) & 0xffff;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (short) ~sum;
  }
}
