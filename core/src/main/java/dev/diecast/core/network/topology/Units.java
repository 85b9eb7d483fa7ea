package dev.diecast.core.network.topology;

import dev.diecast.core.network.EthernetFrame;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.QueueLimit;
import dev.diecast.core.network.TopologyException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Quantities of links as people write them: {@code 10Mbit/s}, {@code 2.5 Gbps}, {@code 5ms}, {@code
 * 0.1%}, {@code 50 packets}, {@code 64kB}. Prefixes of bits and bytes are powers of 1000.
 */
public final class Units {

  private static final Pattern QUANTITY =
      Pattern.compile("\\s*([+-]?[0-9]{1,18}(?:\\.[0-9]{0,18})?)\\s*([\\p{L}%/]{0,12})\\s*");

  private static final Map<String, Integer> PREFIXES =
      Map.of("", 0, "k", 3, "m", 6, "g", 9, "t", 12);

  private static final Map<String, Integer> NANOS_EXPONENTS =
      Map.of("ns", 0, "us", 3, "µs", 3, "μs", 3, "ms", 6, "s", 9);

  private static final Pattern RATE_UNIT =
      Pattern.compile("([kmgt]?)(?:bit/s|bits/s|bit|bits|bps|b/s)?");

  private static final Pattern BYTES_UNIT = Pattern.compile("([kmg]?)b(?:ytes?)?");

  private Units() {}

  /** Bits per second; a number alone is in them already. */
  public static long bitsPerSecond(String text) {
    Matcher quantity = quantity(text, "a bandwidth", "10Mbit/s, 2.5Gbps or 64000");
    Matcher unit = RATE_UNIT.matcher(quantity.group(2).toLowerCase(Locale.ROOT));
    if (!unit.matches()) {
      throw unknown(text, "a bandwidth", "bit/s, kbit/s, Mbit/s, Gbit/s or Tbit/s");
    }
    return bitsPerSecond(
        new BigDecimal(quantity.group(1)).scaleByPowerOfTen(PREFIXES.get(unit.group(1))));
  }

  static long bitsPerSecond(BigDecimal value) {
    return bounded(value, "a bandwidth", " bit/s", 1, PipeAttributes.MAXIMUM_BITS_PER_SECOND);
  }

  /** Nanoseconds. The unit must be there. */
  public static long delayNanos(String text) {
    Matcher quantity = quantity(text, "a delay", "5ms, 250us or 1s");
    Integer exponent = NANOS_EXPONENTS.get(quantity.group(2).toLowerCase(Locale.ROOT));
    if (exponent == null) {
      throw unknown(text, "a delay", "ns, us, ms or s");
    }
    return delayNanos(new BigDecimal(quantity.group(1)), exponent);
  }

  /** A delay in units of 10^exponent nanoseconds. */
  static long delayNanos(BigDecimal value, int exponent) {
    return bounded(
        value.scaleByPowerOfTen(exponent),
        "a delay",
        " ns",
        0,
        PipeAttributes.MAXIMUM_LINK_DELAY_NANOS);
  }

  /** Parts per billion: a ratio from 0 to 1, or a percentage with its sign. */
  public static int loss(String text) {
    Matcher quantity = quantity(text, "a loss", "0.01 or 1%");
    int exponent =
        switch (quantity.group(2)) {
          case "" -> 0;
          case "%" -> -2;
          default -> throw unknown(text, "a loss", "% or no unit");
        };
    return loss(new BigDecimal(quantity.group(1)).scaleByPowerOfTen(exponent));
  }

  static int loss(BigDecimal ratio) {
    if (ratio.signum() < 0 || ratio.compareTo(BigDecimal.ONE) > 0) {
      throw new TopologyException(
          "a loss of %s: write a ratio from 0 to 1, or 0%% to 100%%".formatted(shown(ratio)));
    }
    return (int)
        bounded(ratio.scaleByPowerOfTen(9), "a loss", " parts per billion", 0, 1_000_000_000);
  }

  /** Packets, or bytes where the unit says so. */
  public static QueueLimit queue(String text) {
    Matcher quantity = quantity(text, "a queue", "50 packets or 64kB");
    String unit = quantity.group(2).toLowerCase(Locale.ROOT);
    BigDecimal value = new BigDecimal(quantity.group(1));
    if (unit.isEmpty() || unit.matches("p|pkts?|packets?")) {
      return queuePackets(value);
    }
    Matcher bytes = BYTES_UNIT.matcher(unit);
    if (!bytes.matches()) {
      throw unknown(text, "a queue", "packets, bytes, kB or MB");
    }
    return queueBytes(value.scaleByPowerOfTen(PREFIXES.get(bytes.group(1))));
  }

  static QueueLimit queuePackets(BigDecimal value) {
    return new QueueLimit.Packets(
        (int) bounded(value, "a queue", " packets", 1, QueueLimit.Packets.MAXIMUM));
  }

  static QueueLimit queueBytes(BigDecimal value) {
    return new QueueLimit.Bytes(
        bounded(value, "a queue", " bytes", EthernetFrame.FULL_BYTES, QueueLimit.Bytes.MAXIMUM));
  }

  private static Matcher quantity(String text, String what, String examples) {
    Matcher matcher = QUANTITY.matcher(text);
    if (!matcher.matches()) {
      throw new TopologyException(
          "\"%s\" is not %s: write a number with its unit, such as %s"
              .formatted(shown(text), what, examples));
    }
    return matcher;
  }

  private static TopologyException unknown(String text, String what, String units) {
    return new TopologyException(
        "\"%s\" as %s has an unknown unit: write %s".formatted(shown(text), what, units));
  }

  private static long bounded(BigDecimal value, String what, String unit, long least, long most) {
    if (value.compareTo(BigDecimal.valueOf(most)) > 0
        || value.compareTo(BigDecimal.valueOf(least)) < 0) {
      throw new TopologyException(
          "%s of %s%s: write %d to %d%s".formatted(what, shown(value), unit, least, most, unit));
    }
    return value.setScale(0, RoundingMode.HALF_UP).longValueExact();
  }

  private static String shown(BigDecimal value) {
    return Math.abs((long) value.scale()) > 40 ? value.toString() : value.toPlainString();
  }

  private static String shown(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "...";
  }
}
