package dev.diecast.core.network.address;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A subnet of IPv4.
 *
 * @param base its first address as a number, without bits beyond the prefix
 * @param prefixLength 8 to 29
 */
public record Ipv4Subnet(long base, int prefixLength) {
  private static final int LEAST_PREFIX = 8;
  private static final int MOST_PREFIX = 29;
  private static final int ADDRESS_BITS = 32;
  private static final Pattern SYNTAX =
      Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})(?:/(\\d{1,2}))?");

  public Ipv4Subnet {
    if (prefixLength < LEAST_PREFIX || prefixLength > MOST_PREFIX) {
      throw new IllegalArgumentException(
          "a prefix of %d bits: write /%d to /%d"
              .formatted(prefixLength, LEAST_PREFIX, MOST_PREFIX));
    }
    long size = 1L << ADDRESS_BITS - prefixLength;
    if (base < 0 || base >>> ADDRESS_BITS != 0 || base % size != 0) {
      throw new IllegalArgumentException(
          "%s is not the first address of a /%d: write %s/%d"
              .formatted(text(base), prefixLength, text(base - base % size), prefixLength));
    }
  }

  /**
   * Reads {@code 10.64.0.0/10}.
   *
   * @throws IllegalArgumentException with the mend
   */
  public static Ipv4Subnet parse(String text) {
    Matcher matcher = SYNTAX.matcher(text);
    if (!matcher.matches() || matcher.group(5) == null) {
      throw new IllegalArgumentException(
          "\"%s\" is no subnet: write it as 10.64.0.0/10".formatted(text));
    }
    return new Ipv4Subnet(number(matcher, text), Integer.parseInt(matcher.group(5)));
  }

  /**
   * Reads {@code 10.64.1.3}.
   *
   * @throws IllegalArgumentException with the mend
   */
  public static long address(String text) {
    Matcher matcher = SYNTAX.matcher(text);
    if (!matcher.matches() || matcher.group(5) != null) {
      throw new IllegalArgumentException(
          "\"%s\" is no IPv4 address: write it as 10.64.1.3".formatted(text));
    }
    return number(matcher, text);
  }

  private static long number(Matcher matcher, String text) {
    long number = 0;
    for (int group = 1; group <= 4; group++) {
      int part = Integer.parseInt(matcher.group(group));
      if (part > 255) {
        throw new IllegalArgumentException(
            "\"%s\" is no IPv4 address: each part is 0 to 255".formatted(text));
      }
      number = number << 8 | part;
    }
    return number;
  }

  /** {@code 10.64.1.3}. */
  public static String text(long address) {
    return "%d.%d.%d.%d"
        .formatted(
            address >>> 24 & 0xff, address >>> 16 & 0xff, address >>> 8 & 0xff, address & 0xff);
  }

  /** How many addresses there are, the first and the last included. */
  public long size() {
    return 1L << ADDRESS_BITS - prefixLength;
  }

  @Override
  public String toString() {
    return text(base) + "/" + prefixLength;
  }
}
