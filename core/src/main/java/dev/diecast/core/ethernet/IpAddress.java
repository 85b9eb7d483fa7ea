package dev.diecast.core.ethernet;

import java.nio.ByteBuffer;

/**
 * An IPv6 address, or an IPv4 address as the IPv6 address that maps it (RFC 4291, section 2.5.5.2).
 *
 * @param high the first eight bytes
 * @param low the last eight
 */
public record IpAddress(long high, long low) {
  private static final long MAPPED = 0xffff_0000_0000L;

  /** From the four or sixteen bytes of an address in network order. */
  public static IpAddress of(byte... bytes) {
    return switch (bytes.length) {
      case 4 -> new IpAddress(0, mapped(number(bytes, 0, 4)));
      case 16 -> new IpAddress(number(bytes, 0, 8), number(bytes, 8, 8));
      default ->
          throw new IllegalArgumentException(
              "an address of %d bytes: 4 or 16 are wanted".formatted(bytes.length));
    };
  }

  /** The four or sixteen bytes in network order: those that {@link #of} takes. */
  public byte[] bytes() {
    return high == 0 && low >>> 32 == MAPPED >>> 32
        ? ByteBuffer.allocate(4).putInt((int) low).array()
        : ByteBuffer.allocate(16).putLong(high).putLong(low).array();
  }

  /** Of an IPv4 address as a number. */
  public static IpAddress ofIpv4(long address) {
    return new IpAddress(0, mapped(address));
  }

  /** The low half of a mapped IPv4 address; the high one is 0. */
  static long mapped(long ipv4) {
    return MAPPED | ipv4;
  }

  private static long number(byte[] bytes, int from, int count) {
    long number = 0;
    for (int i = from; i < from + count; i++) {
      number = number << 8 | bytes[i] & 0xff;
    }
    return number;
  }
}
