package dev.diecast.core.cpu;

import dev.diecast.core.Rational;
import dev.diecast.core.frame.Frames;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Host time that a capped vCPU spends, in every CFS period, on what it would not do uncapped: on
 * warming up again what others have thrown out of the caches meanwhile. It grows with how much
 * slower than its host core the vCPU is, for so does the period ({@link CpuCap#of}).
 *
 * @param microsBySlowdown as measured at some slowdowns ({@link #slowdown}), in ascending order;
 *     between two of them it is taken to change evenly, beyond them not at all
 */
public record SwitchLoss(Map<Rational, Long> microsBySlowdown) {

  /** More than any period has. */
  private static final long MOST_MICROS = CpuCap.GREATEST_PERIOD_MICROS;

  private static final Pattern ENTRY = Pattern.compile("([0-9./]{1,19}):([0-9]{1,7})");
  private static final String FORMS =
      "write microseconds per period, such as 1000, or a table by T over the relative speed, such as"
          + " 2:800,10:1800";

  /** Nothing is lost. */
  public static final SwitchLoss NONE = constant(0);

  public SwitchLoss {
    if (microsBySlowdown.isEmpty()) {
      throw new IllegalArgumentException("a table without entries: " + FORMS);
    }
    TreeMap<Rational, Long> sorted = new TreeMap<>(microsBySlowdown);
    sorted.forEach(
        (slowdown, micros) -> {
          if (slowdown.compareTo(Rational.ONE) < 0) {
            throw new IllegalArgumentException(
                "\"%s\" is below 1, and no vCPU is faster than its core: %s"
                    .formatted(slowdown.toText(), FORMS));
          }
          if (micros < 0 || micros > MOST_MICROS) {
            throw new IllegalArgumentException(
                "%d us at %s: write 0 to %d".formatted(micros, slowdown, MOST_MICROS));
          }
        });
    microsBySlowdown = java.util.Collections.unmodifiableSortedMap(sorted);
  }

  /** The same at every slowdown. */
  public static SwitchLoss constant(long micros) {
    return new SwitchLoss(Map.of(Rational.ONE, micros));
  }

  /** A table of what was {@link #measured}; what is below 0 counts as nothing lost. */
  public static SwitchLoss ofMeasured(Map<Rational, Long> microsBySlowdown) {
    TreeMap<Rational, Long> table = new TreeMap<>(microsBySlowdown);
    table.replaceAll((_, micros) -> Math.clamp(micros, 0L, MOST_MICROS));
    return new SwitchLoss(table);
  }

  /**
   * Host time over the time that a vCPU has in it, to a thousandth: T over the speed of the vCPU as
   * a part of its core's.
   *
   * @param vcpuCores host cores that the vCPU is due ({@link Frames#hostCpu} of one)
   */
  public static Rational slowdown(Rational vcpuCores) {
    return Rational.of(Rational.of(1000).dividedBy(vcpuCores).roundToLong(), 1000);
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
    TreeMap<Rational, Long> table = new TreeMap<>();
    for (String entry : text.split(",", -1)) {
      Matcher matcher = ENTRY.matcher(entry.strip());
      if (!matcher.matches()) {
        throw new IllegalArgumentException("\"%s\": %s".formatted(entry.strip(), FORMS));
      }
      Rational slowdown = Rational.parse(matcher.group(1));
      if (table.put(slowdown, Long.parseLong(matcher.group(2))) != null) {
        throw new IllegalArgumentException("%s stands there twice: %s".formatted(slowdown, FORMS));
      }
    }
    return new SwitchLoss(table);
  }

  /** Microseconds per period at this slowdown, rounded. */
  public long micros(Rational slowdown) {
    TreeMap<Rational, Long> table = new TreeMap<>(microsBySlowdown);
    Map.Entry<Rational, Long> below = table.floorEntry(slowdown);
    Map.Entry<Rational, Long> above = table.ceilingEntry(slowdown);
    if (below == null || above == null) {
      return (below == null ? above : below).getValue();
    }
    if (below.getKey().equals(above.getKey())) {
      return below.getValue();
    }
    Rational width = above.getKey().minus(below.getKey());
    Rational share = slowdown.minus(below.getKey()).dividedBy(width);
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
   * @return below 0 where it did more than was due, as single readings may; empty where the cap
   *     stops nobody, which says nothing of those that are stopped at the same T, such as slower
   *     machines
   */
  public static OptionalLong measured(
      CpuCap inForce, long correctionMicros, double deliveredOverDue) {
    if (!inForce.stops()) {
      return OptionalLong.empty();
    }
    double worked = deliveredOverDue * (inForce.quotaMicros() - correctionMicros);
    return OptionalLong.of(Math.round(inForce.quotaMicros() - worked));
  }

  /**
   * Of the CPU time that a vCPU used, the part in which it worked: (Q - c) / Q, as one has it whose
   * quota is used up in every period. It is taken to be the same for one that is busy for a part of
   * the time. A loss for each period in which anything ran would say too much of those: most of
   * their periods have no more than a timer's tick.
   *
   * @param inForce with the correction
   * @param correctionMicros part of its quota: what is lost in a period
   */
  public static double workShare(CpuCap inForce, long correctionMicros) {
    return (double) (inForce.quotaMicros() - correctionMicros) / inForce.quotaMicros();
  }

  /** The same table with what was measured at some slowdowns in place of what it had there. */
  public SwitchLoss with(Map<Rational, Long> measured) {
    TreeMap<Rational, Long> table = new TreeMap<>(microsBySlowdown);
    table.putAll(measured);
    return ofMeasured(table);
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    if (microsBySlowdown.size() == 1 && microsBySlowdown.containsKey(Rational.ONE)) {
      return Long.toString(microsBySlowdown.get(Rational.ONE));
    }
    return microsBySlowdown.entrySet().stream()
        .map(entry -> entry.getKey().toText() + ":" + entry.getValue())
        .collect(Collectors.joining(","));
  }
}
