package dev.diecast.core.ethernet;

import java.nio.ByteBuffer;
import java.util.Collection;

/**
 * Which virtual node a frame is for. The emulated network is a routed one, so it does what routers
 * do:
 *
 * <ul>
 *   <li>a frame to a node's MAC address goes to that node, whatever it holds;
 *   <li>an IP packet to an unknown MAC address goes to the node that has its IP address, and gets
 *       that node's MAC address, as a router would write it;
 *   <li>ARP requests and neighbour solicitations for a node's address are answered at the door in
 *       the owner's name (proxy ARP, RFC 1027; proxy neighbour discovery, RFC 4389), since in a
 *       routed network they would not leave the sender's link;
 *   <li>any other broadcast or multicast ends here, as at a router.
 * </ul>
 *
 * <p>Frames are read by bounds-checked absolute positions only; nothing a guest sends throws.
 * Nothing is allocated by {@link #decide}.
 */
public final class Forwarding {
  /** The frame is for nobody that this network knows. */
  public static final int UNKNOWN = -1;

  /** The frame became its own answer, of {@link #answerBytes()}, for the one who sent it. */
  public static final int ANSWERED = -2;

  /** Broadcast or multicast, which routers do not forward. */
  public static final int NOT_FORWARDED = -3;

  /** Too short for what it says it is. */
  public static final int MALFORMED = -4;

  static final int HEADER_BYTES = 14;
  static final int ETHERTYPE_IPV4 = 0x0800;
  static final int ETHERTYPE_ARP = 0x0806;
  static final int ETHERTYPE_IPV6 = 0x86dd;
  private static final int IPV4_DESTINATION = HEADER_BYTES + 16;
  private static final int IPV6_DESTINATION = HEADER_BYTES + 24;

  private final AddressIndex macs = new AddressIndex();
  private final AddressIndex addresses = new AddressIndex();
  private final long[] macOf;
  private int answerBytes;

  /**
   * @throws IllegalArgumentException where two stations share a number or an address
   */
  public Forwarding(Collection<Station> stations) {
    macOf = new long[stations.stream().mapToInt(Station::number).max().orElse(-1) + 1];
    for (Station station : stations) {
      if (macOf[station.number()] != 0) {
        throw new IllegalArgumentException("two stations of number " + station.number());
      }
      macOf[station.number()] = station.mac().bits();
      requireNew(macs.put(0, station.mac().bits(), station.number()), station, station.mac());
      for (IpAddress address : station.addresses()) {
        int before = addresses.put(address.high(), address.low(), station.number());
        requireNew(before, station, address);
      }
    }
  }

  private static void requireNew(int before, Station station, Object address) {
    if (before != AddressIndex.ABSENT) {
      throw new IllegalArgumentException(
          "stations %d and %d have the same address %s"
              .formatted(before, station.number(), address));
    }
  }

  /**
   * Decides about one frame.
   *
   * @param memory holds it; big-endian; the frame's slot must have room for {@link
   *     NeighbourAnswers#ROOM_BYTES}
   * @param at where it begins
   * @param bytes its length without check sequence
   * @param source number of the station it came from
   * @return the destination's number, or one of the constants of this class
   */
  public int decide(ByteBuffer memory, int at, int bytes, int source) {
    if (bytes < HEADER_BYTES) {
      return MALFORMED;
    }
    long destination = NeighbourAnswers.mac(memory, at);
    int type = memory.getShort(at + 12) & 0xffff;
    if (MacAddress.isGroup(destination)) {
      return decideGroup(memory, at, bytes, source, type);
    }
    int known = macs.get(0, destination);
    return known != AddressIndex.ABSENT ? known : byAddress(memory, at, bytes, type);
  }

  private int decideGroup(ByteBuffer memory, int at, int bytes, int source, int type) {
    return switch (type) {
      case ETHERTYPE_ARP -> answerArp(memory, at, bytes, source);
      case ETHERTYPE_IPV6 -> answerSolicitation(memory, at, bytes, source);
      default -> NOT_FORWARDED;
    };
  }

  private int answerArp(ByteBuffer memory, int at, int bytes, int source) {
    if (!NeighbourAnswers.isArpRequest(memory, at, bytes)) {
      return bytes < NeighbourAnswers.ARP_BYTES ? MALFORMED : NOT_FORWARDED;
    }
    long target = IpAddress.mapped(NeighbourAnswers.arpTarget(memory, at));
    int owner = addresses.get(0, target);
    // Whoever probes for its own address (RFC 5227) must not hear that somebody has it.
    if (owner == AddressIndex.ABSENT || owner == source) {
      return NOT_FORWARDED;
    }
    answerBytes = NeighbourAnswers.answerArp(memory, at, macOf[owner]);
    return ANSWERED;
  }

  private int answerSolicitation(ByteBuffer memory, int at, int bytes, int source) {
    if (!NeighbourAnswers.isSolicitation(memory, at, bytes)) {
      return bytes < NeighbourAnswers.IPV6_HEADER_END ? MALFORMED : NOT_FORWARDED;
    }
    int owner =
        addresses.get(
            NeighbourAnswers.targetHigh(memory, at), NeighbourAnswers.targetLow(memory, at));
    if (owner == AddressIndex.ABSENT || owner == source) {
      return NOT_FORWARDED;
    }
    answerBytes = NeighbourAnswers.answerSolicitation(memory, at, macOf[owner]);
    return ANSWERED;
  }

  private int byAddress(ByteBuffer memory, int at, int bytes, int type) {
    int owner;
    if (type == ETHERTYPE_IPV4) {
      if (bytes < IPV4_DESTINATION + 4) {
        return MALFORMED;
      }
      owner =
          addresses.get(0, IpAddress.mapped(memory.getInt(at + IPV4_DESTINATION) & 0xffffffffL));
    } else if (type == ETHERTYPE_IPV6) {
      if (bytes < IPV6_DESTINATION + 16) {
        return MALFORMED;
      }
      owner =
          addresses.get(
              memory.getLong(at + IPV6_DESTINATION), memory.getLong(at + IPV6_DESTINATION + 8));
    } else {
      return UNKNOWN;
    }
    if (owner != AddressIndex.ABSENT) {
      NeighbourAnswers.putMac(memory, at, macOf[owner]);
    }
    return owner;
  }

  /** Length of the last answer. */
  public int answerBytes() {
    return answerBytes;
  }
}
