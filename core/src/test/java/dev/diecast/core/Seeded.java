package dev.diecast.core;

import java.util.Random;
import java.util.function.Consumer;

/**
 * Runs a property over random cases. Each case has a seed of its own, which a failure names: {@code
 * -Ddiecast.seed=...} begins with it. Without it the cases are the same in every run.
 */
public final class Seeded {

  private static final long SEED = Long.getLong("diecast.seed", 20080416L);

  private Seeded() {}

  public static void forAll(int cases, Consumer<Random> property) {
    for (long seed = SEED; seed < SEED + cases; seed++) {
      try {
        property.accept(new Random(seed * 0x9E3779B97F4A7C15L));
      } catch (Throwable failure) {
        throw new AssertionError(
            "fails with -Ddiecast.seed=" + seed + ": " + failure.getMessage(), failure);
      }
    }
  }

  /** A factor from 1 to 1000, often a whole number, often near 1. */
  public static DilationFactor factor(Random random) {
    long denominator = random.nextBoolean() ? 1 : 1 + random.nextInt(1000);
    double magnitude = Math.pow(1000, random.nextDouble());
    long numerator =
        Math.clamp(Math.round(magnitude * denominator), denominator, 1000 * denominator);
    return new DilationFactor(Rational.of(numerator, denominator));
  }

  public static Rational rational(Random random, long most) {
    return Rational.of(random.nextLong(most), 1 + random.nextLong(most));
  }
}
