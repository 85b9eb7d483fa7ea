package dev.diecast.core.ethernet;

import java.util.HexFormat;

/**
 * The address of a network card.
 *
 * @param bits the six bytes as the low 48 bits of a number, first byte highest
 */
public record MacAddress(long bits) {
  private static final long GROUP_BIT = 0x0100_0000_0000L;
  private static final int BYTES = 6;

  public MacAddress {
    if (bits >>> 48 != 0) {
      throw new IllegalArgumentException("a MAC address has 48 bits");
    }
    if ((bits & GROUP_BIT) != 0 || bits == 0) {
      throw new IllegalArgumentException(
          text(bits) + " is a group's address: a card's has an even first byte");
    }
  }

  /** Reads {@code 52:54:00:12:34:56}. */
  public static MacAddress parse(String text) {
    if (!text.matches("([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}")) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no MAC address: write it as 52:54:00:12:34:56");
    }
    return new MacAddress(HexFormat.fromHexDigitsToLong(text.replace(":", "")));
  }

  /** The six bytes in network order. */
  public byte[] bytes() {
    byte[] bytes = new byte[BYTES];
    for (int i = 0; i < BYTES; i++) {
      bytes[i] = (byte) (bits >>> 8 * (BYTES - 1 - i));
    }
    return bytes;
  }

  static boolean isGroup(long bits) {
    return (bits & GROUP_BIT) != 0;
  }

  private static String text(long bits) {
    StringBuilder text = new StringBuilder();
    for (int i = BYTES - 1; i >= 0; i--) {
      text.append("%02x".formatted(bits >>> 8 * i & 0xff)).append(i > 0 ? ":" : "");
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return text(bits);
  }
}
