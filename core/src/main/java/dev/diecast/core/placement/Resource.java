package dev.diecast.core.placement;

import dev.diecast.core.Rational;
import dev.diecast.core.frame.Measure;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/** What a host has and nodes share, with the unit its amounts are in. */
public enum Resource {
  /** Host cores. */
  CPU("cpu", Measure.CPU, Notation.CORES),
  /** Bytes. */
  MEMORY("memory", Measure.MEMORY, Notation.BYTES),
  /** Bytes. */
  DISK_SPACE("disk space", Measure.DISK_SPACE, Notation.BYTES),
  /** Bytes per second of host time. */
  DISK_BYTES_PER_SECOND("disk throughput", Measure.DISK_THROUGHPUT, Notation.BYTES_PER_SECOND),
  /** Operations per second of host time. */
  DISK_IOPS("disk operations", Measure.DISK_IOPS, Notation.IOPS),
  /** Bits per second of host time. */
  NIC_BITS_PER_SECOND("network bandwidth", Measure.NETWORK_BANDWIDTH, Notation.BITS_PER_SECOND);

  private final String displayName;
  private final Measure measure;
  private final Notation notation;

  Resource(String displayName, Measure measure, Notation notation) {
    this.displayName = displayName;
    this.measure = measure;
    this.notation = notation;
  }

  /** As a user knows it: {@code cpu}, {@code disk space}. */
  public String displayName() {
    return displayName;
  }

  /** How an amount of it scales between guest and host time. */
  public Measure measure() {
    return measure;
  }

  /** An amount with its unit, such as {@code 2.5 cores} or {@code 1.5 GiB}; rounded up. */
  public String format(Rational amount) {
    return notation.format(amount);
  }

  private enum Notation {
    CORES(1000, " cores"),
    BYTES(1024, " B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"),
    BYTES_PER_SECOND(1000, " B/s", " kB/s", " MB/s", " GB/s", " TB/s", " PB/s"),
    IOPS(1000, " IOPS"),
    BITS_PER_SECOND(1000, " bit/s", " kbit/s", " Mbit/s", " Gbit/s", " Tbit/s", " Pbit/s");

    private static final int DECIMALS = 3;

    private final long step;
    private final List<String> units;

    Notation(long step, String... units) {
      this.step = step;
      this.units = List.of(units);
    }

    String format(Rational amount) {
      Rational value = amount;
      int unit = 0;
      while (unit + 1 < units.size() && value.abs().compareTo(Rational.of(step)) >= 0) {
        value = value.dividedBy(step);
        unit++;
      }
      BigDecimal rounded =
          new BigDecimal(value.numerator())
              .divide(new BigDecimal(value.denominator()), DECIMALS, RoundingMode.UP)
              .stripTrailingZeros();
      String name =
          this == CORES && rounded.compareTo(BigDecimal.ONE) == 0 ? " core" : units.get(unit);
      return rounded.toPlainString() + name;
    }
  }
}
