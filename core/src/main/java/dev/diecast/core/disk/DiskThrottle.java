package dev.diecast.core.disk;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.frame.Frames;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Limits of the block layer's throttle on one device, host frame. A rate that is absent is not
 * limited.
 *
 * <p>The kernel takes whole numbers per second from 1; operations are kept in 32 bits, of which the
 * greatest value means no limit, and greater ones are cut off to anything (Linux,
 * block/blk-throttle.c, {@code tg_set_conf} and {@code tg_set_limit};
 * admin-guide/cgroup-v1/blkio-controller.rst, admin-guide/cgroup-v2.rst, io.max).
 *
 * @param perSecond bytes or operations, host seconds; in the order of {@link DiskRate}
 */
public record DiskThrottle(Map<DiskRate, Long> perSecond) {

  public static final DiskThrottle NONE = new DiskThrottle(Map.of());

  public static final long LEAST_PER_SECOND = 1;

  /** More is as good as no limit, and must be written as such. */
  public static final long MOST_OPERATIONS_PER_SECOND = 0xFFFF_FFFEL;

  /** The same of bytes; so far from the kernel's 64 bits that sums stay within them. */
  public static final long MOST_BYTES_PER_SECOND = 1L << 58;

  public DiskThrottle {
    EnumMap<DiskRate, Long> ordered = new EnumMap<>(DiskRate.class);
    ordered.putAll(perSecond);
    ordered.forEach(DiskThrottle::requireInRange);
    perSecond = Collections.unmodifiableMap(ordered);
  }

  private static void requireInRange(DiskRate rate, long value) {
    if (value < LEAST_PER_SECOND || value > most(rate)) {
      throw new IllegalArgumentException(
          "%s of %d per second: the kernel takes %d to %d"
              .formatted(rate.field(), value, LEAST_PER_SECOND, most(rate)));
    }
  }

  private static long most(DiskRate rate) {
    return switch (rate) {
      case READ_BYTES, WRITE_BYTES -> MOST_BYTES_PER_SECOND;
      case READ_OPERATIONS, WRITE_OPERATIONS -> MOST_OPERATIONS_PER_SECOND;
    };
  }

  /**
   * The nearest throttle to what a disk is due, r/T.
   *
   * @param guest limits in the guest's frame, per guest second
   * @throws IllegalArgumentException where one is less than a kernel can enforce; the message names
   *     field and mend
   */
  public static DiskThrottle of(Map<DiskRate, Rational> guest, DilationFactor factor) {
    EnumMap<DiskRate, Long> perSecond = new EnumMap<>(DiskRate.class);
    guest.forEach(
        (rate, value) -> {
          Rational host = Frames.host(rate.measure(), value, factor);
          if (host.compareTo(Rational.of(LEAST_PER_SECOND)) < 0) {
            throw new IllegalArgumentException(tooLittle(rate, value, host, factor));
          }
          // A limit beyond what the kernel can count is none.
          if (host.compareTo(Rational.of(most(rate))) <= 0) {
            perSecond.put(rate, host.roundToLong());
          }
        });
    return new DiskThrottle(perSecond);
  }

  private static String tooLittle(
      DiskRate rate, Rational guest, Rational host, DilationFactor factor) {
    Rational least = Frames.guest(rate.measure(), Rational.of(LEAST_PER_SECOND), factor);
    return "%s of %s is %s per host second at T = %s, and a kernel throttles to %d at least: raise it to %s%s"
        .formatted(
            rate.field(),
            guest.toText(),
            host.toText(),
            factor.toText(),
            LEAST_PER_SECOND,
            least.ceiling(),
            guest.compareTo(Rational.ONE) < 0
                ? ""
                : ", or choose T at most "
                    + guest.dividedBy(LEAST_PER_SECOND).toText()
                    + ", or leave it out for no limit");
  }

  /**
   * What disks that lie on one device are held to together. The kernel throttles a device, not a
   * file: they share the sum, and a rate that one of them may exceed is limited for none.
   */
  public static DiskThrottle together(List<DiskThrottle> disks) {
    EnumMap<DiskRate, Long> sum = new EnumMap<>(DiskRate.class);
    for (DiskRate rate : DiskRate.values()) {
      if (!disks.isEmpty() && disks.stream().allMatch(d -> d.limit(rate).isPresent())) {
        long total = disks.stream().mapToLong(d -> d.limit(rate).getAsLong()).sum();
        if (total <= most(rate)) {
          sum.put(rate, total);
        }
      }
    }
    return new DiskThrottle(sum);
  }

  public OptionalLong limit(DiskRate rate) {
    Long value = perSecond.get(rate);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  public boolean isNone() {
    return perSecond.isEmpty();
  }

  /**
   * The greatest part by which rounding to whole numbers makes a rate wrong, 0 to 1/2.
   *
   * @param guest limits in the guest's frame that this was made of
   */
  public Rational roundingError(Map<DiskRate, Rational> guest, DilationFactor factor) {
    Rational greatest = Rational.ZERO;
    for (Map.Entry<DiskRate, Long> entry : perSecond.entrySet()) {
      Rational exact = Frames.host(entry.getKey().measure(), guest.get(entry.getKey()), factor);
      Rational error = Rational.of(entry.getValue()).minus(exact).abs().dividedBy(exact);
      greatest = greatest.compareTo(error) >= 0 ? greatest : error;
    }
    return greatest;
  }
}
