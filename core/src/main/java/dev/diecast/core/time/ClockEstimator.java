package dev.diecast.core.time;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.frame.Scaling;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Rate and offset of a guest's clock from readings whose instants are only known to lie in
 * intervals.
 *
 * <p>A reading g in [before, after] says that the guest's clock passed through a segment of the
 * (guest time, host time) plane. An evenly running clock is a line through all segments, so the
 * lines that pass through all of them are exactly the clocks that the readings allow; their slopes
 * are an interval, found by {@link StabbingLines}. No distribution of the answer's delay is
 * assumed, and the width shrinks as the window grows.
 *
 * <p>The abscissa is y = T·(g - g0) and the ordinate the residual (h - h0) - y, both host
 * nanoseconds: a true clock has slope 0, so a double resolves far below 1 ppb over days. A guest's
 * clock that shows g is in [g, g + 1 ns), which is why a segment's lower end lies T ns to the right
 * of its upper end.
 */
public final class ClockEstimator {

  private static final double PARTS_PER_BILLION = 1e9;

  /** A bound above this is none; below it, whole numbers of ppb fit a long. */
  private static final double GREATEST_RATE_PPB = 1e18;

  private ClockEstimator() {}

  /** The estimate, where {@link #fit} finds one. */
  public static Optional<ClockEstimate> estimate(List<ClockReading> readings, ModelClock model) {
    return fit(readings, model).toEstimate();
  }

  /** Whether one evenly running clock can have given all these readings. */
  public static boolean consistent(List<ClockReading> readings, ModelClock model) {
    return !(fit(readings, model) instanceof ClockFit.Uneven);
  }

  /**
   * Fits all clocks that the readings allow. O(n log n), with a further log n where the clock was
   * uneven.
   *
   * @param readings in any order
   * @param model the clock that the guest should have
   */
  public static ClockFit fit(List<ClockReading> readings, ModelClock model) {
    List<ClockReading> ordered =
        readings.stream()
            .sorted(
                Comparator.comparingLong(ClockReading::hostNanosBefore)
                    .thenComparingLong(ClockReading::hostNanosAfter))
            .toList();
    if (ordered.size() < 2) {
      return new ClockFit.TooShort(ordered.size());
    }
    Optional<StabbingLines> lines = lines(ordered, model.factor());
    if (lines.isEmpty()) {
      return new ClockFit.Uneven(firstAtOdds(ordered, model.factor()), ordered.size());
    }
    // Host time per y is 1 + slope; near 0 and below, the guest's clock may have run at any speed.
    if (!(1 + lines.get().leastSlope() > 0)
        || ratePpb(lines.get().leastSlope()) > GREATEST_RATE_PPB) {
      return new ClockFit.TooShort(ordered.size());
    }
    return new ClockFit.Even(describe(ordered, lines.get(), model));
  }

  /** Empty where no clock that runs forward passes through all readings. */
  private static Optional<StabbingLines> lines(List<ClockReading> ordered, DilationFactor factor) {
    return StabbingLines.through(segments(ordered, factor))
        .filter(lines -> 1 + lines.greatestSlope() > 0);
  }

  /** Readings that no line joins stay so when more are added, so bisection finds the first. */
  private static ClockReading firstAtOdds(List<ClockReading> ordered, DilationFactor factor) {
    int fits = 1;
    int fails = ordered.size();
    while (fails - fits > 1) {
      int middle = (fits + fails) >>> 1;
      if (lines(ordered.subList(0, middle), factor).isPresent()) {
        fits = middle;
      } else {
        fails = middle;
      }
    }
    return ordered.get(fails - 1);
  }

  private static List<StabbingLines.Segment> segments(
      List<ClockReading> ordered, DilationFactor factor) {
    ClockReading first = ordered.getFirst();
    double quantum = factor.value().toDouble();
    return ordered.stream()
        .map(
            reading -> {
              Rational y =
                  Scaling.STRETCHED.toHost(
                      difference(reading.guestNanos(), first.guestNanos()), factor);
              Rational before = difference(reading.hostNanosBefore(), first.hostNanosBefore());
              Rational after = difference(reading.hostNanosAfter(), first.hostNanosBefore());
              return new StabbingLines.Segment(
                  y.toDouble(),
                  after.minus(y).toDouble(),
                  y.toDouble() + quantum,
                  before.minus(y.plus(factor.value())).toDouble());
            })
        .toList();
  }

  private static ClockEstimate describe(
      List<ClockReading> ordered, StabbingLines lines, ModelClock model) {
    ClockReading first = ordered.getFirst();
    ClockReading last =
        ordered.stream().max(Comparator.comparingLong(ClockReading::guestNanos)).orElseThrow();
    Interval rate = Interval.around(ratePpb(lines.greatestSlope()), ratePpb(lines.leastSlope()));

    Interval offset = offset(last, first, lines, model);
    return new ClockEstimate(
        rate.centre(),
        rate.halfWidth(),
        offset.centre(),
        offset.halfWidth(),
        ordered.size(),
        centre(ordered.getLast()) - centre(first));
  }

  /** dg/dt·T - 1, where the line's host time per y is 1 + slope; a stopped clock's is infinite. */
  private static double ratePpb(double slope) {
    return Double.isInfinite(slope) ? -PARTS_PER_BILLION : -slope / (1 + slope) * PARTS_PER_BILLION;
  }

  /**
   * The last reading less the model clock at the instant at which it was taken. That instant is in
   * the reading's own interval, not before any line passes the reading, and at most one guest
   * nanosecond after one does.
   */
  private static Interval offset(
      ClockReading last, ClockReading first, StabbingLines lines, ModelClock model) {
    Rational y =
        Scaling.STRETCHED.toHost(difference(last.guestNanos(), first.guestNanos()), model.factor());
    double at = y.toDouble();
    double quantum = model.factor().value().toDouble();
    double earliest =
        Math.max(
            lines.leastAt(at),
            difference(last.hostNanosBefore(), first.hostNanosBefore()).minus(y).toDouble());
    double latest =
        Math.min(
            lines.greatestAt(at) + quantum * (1 + lines.greatestSlope()),
            difference(last.hostNanosAfter(), first.hostNanosBefore()).minus(y).toDouble());
    Rational hostBase = Rational.of(first.hostNanosBefore()).plus(y);
    return Interval.around(
        offset(last, hostBase.plus(Rational.of(new BigDecimal(latest))), model),
        offset(last, hostBase.plus(Rational.of(new BigDecimal(earliest))), model));
  }

  private static double offset(ClockReading reading, Rational hostNanos, ModelClock model) {
    Rational origin =
        Rational.of(model.origin().getEpochSecond())
            .times(1_000_000_000L)
            .plus(Rational.of(model.origin().getNano()));
    Rational shown =
        origin.plus(Scaling.STRETCHED.toGuest(hostNanos.minus(origin), model.factor()));
    return Rational.of(reading.guestNanos()).minus(shown).toDouble();
  }

  private static Rational difference(long later, long earlier) {
    return new Rational(
        BigInteger.valueOf(later).subtract(BigInteger.valueOf(earlier)), BigInteger.ONE);
  }

  private static long centre(ClockReading reading) {
    return reading.hostNanosBefore() + (reading.hostNanosAfter() - reading.hostNanosBefore()) / 2;
  }

  /** Whole numbers that hold a given interval: the half width is rounded up. */
  private record Interval(long centre, long halfWidth) {
    static Interval around(double low, double high) {
      long centre = wholeNumber((low + high) / 2, RoundingMode.HALF_EVEN);
      double half = Math.max(high - centre, centre - low);
      return new Interval(centre, wholeNumber(Math.max(0, half), RoundingMode.CEILING));
    }

    private static long wholeNumber(double value, RoundingMode mode) {
      return new BigDecimal(Math.clamp(value, -0x1p62, 0x1p62)).setScale(0, mode).longValueExact();
    }
  }
}
