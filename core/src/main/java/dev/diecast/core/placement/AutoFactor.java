package dev.diecast.core.placement;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The smallest T at which a placement exists: what {@code timeDilation.factor: auto} means, and
 * which T would do where the one that was asked for does not.
 *
 * <p>T is sought on a grid of tenths, 1, 1.1, ... up to the largest that is allowed, which is a
 * candidate itself. A larger T needs less of every host, so bisection finds the boundary. Packing
 * is a heuristic and may fail at a T though it worked at a smaller one; even then the answer is a
 * boundary: both T and the failure just below it were really tried.
 */
public final class AutoFactor {

  /** Candidates lie 1/10 apart. */
  public static final long STEPS_PER_UNIT = 10;

  private AutoFactor() {}

  /**
   * @param placeAt places all nodes at a T; says {@code DoesNotFit} where a vCPU's relative speed
   *     is above that T
   * @param max the largest T allowed
   * @return T such that {@code placeAt} finds a placement at T and none at the candidate before it;
   *     empty where there is none at {@code max}
   */
  public static Optional<DilationFactor> smallest(
      Function<DilationFactor, PlacementOutcome> placeAt, DilationFactor max) {
    Objects.requireNonNull(placeAt);
    DilationFactor[] candidates = candidates(max).toArray(DilationFactor[]::new);
    if (!fits(placeAt, max)) {
      return Optional.empty();
    }
    int fails = -1;
    int fits = candidates.length - 1;
    while (fits - fails > 1) {
      int middle = (fits + fails) >>> 1;
      if (fits(placeAt, candidates[middle])) {
        fits = middle;
      } else {
        fails = middle;
      }
    }
    return Optional.of(candidates[fits]);
  }

  /** The greatest candidate that is smaller; empty for T = 1. */
  public static Optional<DilationFactor> before(DilationFactor factor) {
    long step = factor.value().times(STEPS_PER_UNIT).floor().longValueExact();
    long smaller = factor.value().equals(Rational.of(step, STEPS_PER_UNIT)) ? step - 1 : step;
    return smaller < STEPS_PER_UNIT
        ? Optional.empty()
        : Optional.of(new DilationFactor(Rational.of(smaller, STEPS_PER_UNIT)));
  }

  /** The candidates in rising order, the last of which is {@code max}. */
  static Stream<DilationFactor> candidates(DilationFactor max) {
    long last = max.value().times(STEPS_PER_UNIT).floor().longValueExact();
    Stream<DilationFactor> grid =
        LongStream.rangeClosed(STEPS_PER_UNIT, last)
            .mapToObj(step -> new DilationFactor(Rational.of(step, STEPS_PER_UNIT)));
    boolean onGrid = max.value().equals(Rational.of(last, STEPS_PER_UNIT));
    return onGrid ? grid : Stream.concat(grid, Stream.of(max));
  }

  private static boolean fits(
      Function<DilationFactor, PlacementOutcome> placeAt, DilationFactor factor) {
    return placeAt.apply(factor) instanceof PlacementOutcome.Placed;
  }
}
