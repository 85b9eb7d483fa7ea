package dev.diecast.core.network.topology;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Bandwidths of telephone lines, as the Topology Zoo names link types: {@code OC-192}, {@code
 * STM-16}, {@code T3}, {@code E1}.
 *
 * <p>Source: ITU-T G.702 (digital hierarchy bit rates), G.707 (STM-N), Telcordia GR-253 (OC-N).
 */
final class LineRates {
  private static final Pattern OPTICAL = Pattern.compile("(OC|STM)-?([0-9]{1,4})C?");
  private static final long OC_BITS_PER_SECOND = 51_840_000;
  private static final long STM_BITS_PER_SECOND = 3 * OC_BITS_PER_SECOND;

  private static final Map<String, Long> FIXED =
      Map.of(
          "T1", 1_544_000L,
          "DS1", 1_544_000L,
          "T3", 44_736_000L,
          "DS3", 44_736_000L,
          "E1", 2_048_000L,
          "E3", 34_368_000L);

  private LineRates() {}

  /** Bits per second; empty for what is no such name. */
  static Optional<Long> of(String linkType) {
    String name = linkType.strip().toUpperCase(Locale.ROOT);
    Matcher optical = OPTICAL.matcher(name);
    if (!optical.matches()) {
      return Optional.ofNullable(FIXED.get(name.replace("-", "")));
    }
    long unit = optical.group(1).equals("OC") ? OC_BITS_PER_SECOND : STM_BITS_PER_SECOND;
    return Optional.of(unit * Long.parseLong(optical.group(2))).filter(rate -> rate > 0);
  }
}
