package dev.diecast.core.cpu;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Host time that a capped vCPU spends, in every CFS period, on warming up again what others have
 * thrown out of the caches meanwhile. It grows with T, for so do the guests that run in between.
 *
 * @param microsByFactor as measured at some T, in ascending order; between two of them it is taken
 *     to change evenly, beyond them not at all
 */
public record SwitchLoss(Map<DilationFactor, Long> microsByFactor) {

  /** More than any period has. */
  private static final long MOST_MICROS = CpuCap.GREATEST_PERIOD_MICROS;

  private static final Pattern ENTRY = Pattern.compile("([0-9./]{1,19}):([0-9]{1,7})");
  private static final String FORMS =
      "write microseconds per period, such as 1000, or a table by T, such as 2:800,10:1800";

  /** Nothing is lost. */
  public static final SwitchLoss NONE = constant(0);

  public SwitchLoss {
    if (microsByFactor.isEmpty()) {
      throw new IllegalArgumentException("a table without entries: " + FORMS);
    }
    TreeMap<DilationFactor, Long> sorted = new TreeMap<>(microsByFactor);
    sorted.forEach(
        (factor, micros) -> {
          if (micros < 0 || micros > MOST_MICROS) {
            throw new IllegalArgumentException(
                "%d us at T = %s: write 0 to %d".formatted(micros, factor, MOST_MICROS));
          }
        });
    microsByFactor = java.util.Collections.unmodifiableSortedMap(sorted);
  }

  /** The same at every T. */
  public static SwitchLoss constant(long micros) {
    return new SwitchLoss(Map.of(DilationFactor.NONE, micros));
  }

  /**
   * Reads {@code 1000} or {@code 2:800,5/2:900,10:1800}.
   *
   * @throws IllegalArgumentException with what is accepted
   */
  public static SwitchLoss parse(String text) {
    if (text.matches("[0-9]{1,7}")) {
      return constant(Long.parseLong(text));
    }
    TreeMap<DilationFactor, Long> table = new TreeMap<>();
    for (String entry : text.split(",", -1)) {
      Matcher matcher = ENTRY.matcher(entry.strip());
      if (!matcher.matches()) {
        throw new IllegalArgumentException("\"%s\": %s".formatted(entry.strip(), FORMS));
      }
      DilationFactor factor = DilationFactor.parse(matcher.group(1));
      if (table.put(factor, Long.parseLong(matcher.group(2))) != null) {
        throw new IllegalArgumentException(
            "T = %s stands there twice: %s".formatted(factor, FORMS));
      }
    }
    return new SwitchLoss(table);
  }

  /** Microseconds per period at this T, rounded. */
  public long micros(DilationFactor factor) {
    TreeMap<DilationFactor, Long> table = new TreeMap<>(microsByFactor);
    Map.Entry<DilationFactor, Long> below = table.floorEntry(factor);
    Map.Entry<DilationFactor, Long> above = table.ceilingEntry(factor);
    if (below == null || above == null) {
      return (below == null ? above : below).getValue();
    }
    if (below.getKey().equals(above.getKey())) {
      return below.getValue();
    }
    Rational width = above.getKey().value().minus(below.getKey().value());
    Rational share = factor.value().minus(below.getKey().value()).dividedBy(width);
    return share
        .times(Rational.of(above.getValue() - below.getValue()))
        .plus(Rational.of(below.getValue()))
        .roundToLong();
  }

  /**
   * What a busy vCPU loses in every period, from the work that it did: it ran for its quota Q, of
   * which c was a correction, and did r times the work of Q - c; so Q - r(Q - c) did none.
   *
   * @param inForce with the correction
   * @param correctionMicros part of its quota
   * @param deliveredOverDue work done over work due
   * @return 0 where nothing was lost; empty where the cap stops nobody, which says nothing of those
   *     that are stopped at the same T, such as slower machines
   */
  public static OptionalLong measured(
      CpuCap inForce, long correctionMicros, double deliveredOverDue) {
    if (inForce.quotaMicros() >= inForce.periodMicros()) {
      return OptionalLong.empty();
    }
    double worked = deliveredOverDue * (inForce.quotaMicros() - correctionMicros);
    return OptionalLong.of(
        Math.clamp(Math.round(inForce.quotaMicros() - worked), 0L, inForce.quotaMicros()));
  }

  /** The same table with what was measured at some T in place of what it had there. */
  public SwitchLoss with(Map<DilationFactor, Long> measured) {
    TreeMap<DilationFactor, Long> table = new TreeMap<>(microsByFactor);
    table.putAll(measured);
    return new SwitchLoss(table);
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    if (microsByFactor.size() == 1 && microsByFactor.containsKey(DilationFactor.NONE)) {
      return Long.toString(microsByFactor.get(DilationFactor.NONE));
    }
    return microsByFactor.entrySet().stream()
        .map(entry -> entry.getKey() + ":" + entry.getValue())
        .collect(Collectors.joining(","));
  }
}
