package dev.diecast.standalone.cli.session;

import java.util.Locale;

/** Numbers with a unit's prefix, for people. */
public final class Magnitudes {
  private static final String[] PREFIXES = {"", "k", "M", "G", "T", "P", "E"};

  private Magnitudes() {}

  public static String bitsPerSecond(double value) {
    return scaled(value, 1000, "bit/s");
  }

  public static String bytes(double value) {
    return scaled(value, 1000, "B");
  }

  public static String count(double value) {
    return scaled(value, 1000, "").strip();
  }

  public static String millis(double micros) {
    return decimal(micros / 1000) + " ms";
  }

  public static String percent(double share) {
    return decimal(share * 100) + " %";
  }

  private static String scaled(double value, double step, String unit) {
    double left = value;
    int prefix = 0;
    while (Math.abs(left) >= step && prefix < PREFIXES.length - 1) {
      left /= step;
      prefix++;
    }
    return decimal(left) + " " + PREFIXES[prefix] + unit;
  }

  /** Four significant digits, as far as they say something. */
  private static String decimal(double value) {
    double size = Math.abs(value);
    int decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
    String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
    return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
  }
}
