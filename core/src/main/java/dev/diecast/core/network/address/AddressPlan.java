package dev.diecast.core.network.address;

import dev.diecast.core.ethernet.IpAddress;
import dev.diecast.core.ethernet.MacAddress;
import dev.diecast.core.ethernet.Station;
import dev.diecast.core.network.TopologyException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which address each virtual node has, and by what name the others know it.
 *
 * <p>Each group has a block of addresses, a power of two of at least {@value #LEAST_BLOCK}, one
 * after the other in the order of the groups; the subnet's first block is left free. So neither the
 * addresses nor the table of names change when a group grows or shrinks within its block, and no
 * guest needs to be started again for it.
 */
public record AddressPlan(Ipv4Subnet subnet, List<Block> blocks) {
  private static final long LEAST_BLOCK = 256;

  /** Locally administered; what follows is the IPv4 address. */
  private static final long MAC_PREFIX = 0x02dc_0000_0000L;

  private static final long IPV6_PREFIX = 0xfddc_0000_0000_0000L;
  private static final long LINK_LOCAL = 0xfe80_0000_0000_0000L;

  /**
   * A group's addresses.
   *
   * @param first address of its node 0
   * @param size how many there are, a power of two
   */
  public record Block(String group, long first, long size) {

    /** Of a node of the group. */
    public long address(int ordinal) {
      if (ordinal < 0 || ordinal >= size) {
        throw new IllegalArgumentException(
            "%s-%d has no place in a block of %d".formatted(group, ordinal, size));
      }
      return first + ordinal;
    }
  }

  public AddressPlan {
    blocks = List.copyOf(blocks);
  }

  /**
   * @param replicas of each group, in the order of the model
   * @throws TopologyException where they do not fit
   */
  public static AddressPlan of(Ipv4Subnet subnet, Map<String, Integer> replicas) {
    List<Block> blocks = new ArrayList<>();
    long next = Math.min(LEAST_BLOCK, subnet.size() / 2);
    long end = subnet.size();
    for (Map.Entry<String, Integer> group : new LinkedHashMap<>(replicas).entrySet()) {
      long size = blockOf(group.getValue(), subnet);
      long first = Math.ceilDiv(next, size) * size;
      next = first + size;
      if (next > end) {
        throw new TopologyException(
            "subnet %s has no room for group %s: each group takes %d addresses or more; write a"
                    .formatted(subnet, group.getKey(), size)
                + " larger subnet");
      }
      blocks.add(new Block(group.getKey(), subnet.base() + first, size));
    }
    return new AddressPlan(subnet, blocks);
  }

  /** In small subnets blocks are small too. One address more than nodes: none is a broadcast. */
  private static long blockOf(int replicas, Ipv4Subnet subnet) {
    long least = Math.min(LEAST_BLOCK, Math.max(4, subnet.size() / 8));
    long needed = Long.highestOneBit(Math.max(1, replicas)) * 2;
    return Math.max(least, needed);
  }

  /** The block of a group that is there. */
  public Block block(String group) {
    return blocks.stream()
        .filter(block -> block.group().equals(group))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no group " + group));
  }

  /** A node's card. */
  public static MacAddress mac(long address) {
    return new MacAddress(MAC_PREFIX | address);
  }

  /**
   * A virtual node as others find it: by its IPv4 address, by its IPv6 address {@code fddc::} with
   * the IPv4 address in its last four bytes, and by the link-local address that Linux makes of its
   * card's (RFC 4291, appendix A).
   */
  public static Station station(int number, long address) {
    MacAddress mac = mac(address);
    long high = mac.bits() >>> 24;
    long interfaceId = (high ^ 0x02_0000L) << 40 | 0xff_fe00_0000L | mac.bits() & 0xff_ffffL;
    return new Station(
        number,
        mac,
        List.of(
            IpAddress.ofIpv4(address),
            new IpAddress(IPV6_PREFIX, address),
            new IpAddress(LINK_LOCAL, interfaceId)));
  }

  /** {@code web@10.64.1.0+256,db@10.64.2.0+256}: as guests are told all names. */
  public String names() {
    List<String> names = new ArrayList<>();
    for (Block block : blocks) {
      names.add("%s@%s+%d".formatted(block.group(), Ipv4Subnet.text(block.first()), block.size()));
    }
    return String.join(",", names);
  }
}
