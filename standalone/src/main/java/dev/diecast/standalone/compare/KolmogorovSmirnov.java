package dev.diecast.standalone.compare;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;

/**
 * Two distributions by the test of Kolmogorov and Smirnov.
 *
 * @param distance the greatest vertical distance of the cumulative curves, 0 to 1
 * @param probability of such a distance, or a greater one, where both are of the same population
 */
public record KolmogorovSmirnov(double distance, double probability) {

  /** Above this the series is 0 to all digits that are shown. */
  private static final int TERMS = 100;

  /**
   * Exact from samples. Where only quantiles are known, the distance is that of the straight lines
   * between them, over the shares that both know, and the probability that of the asymptotic law.
   */
  public static KolmogorovSmirnov of(Distribution a, Distribution b) {
    return of(a, b, 0);
  }

  /**
   * The same, where values that are apart by less than a tolerance are not told apart: the distance
   * is the least that one curve has from the other when that is stretched by it either way. The
   * probability is that of the asymptotic law for this distance, which is too great rather than too
   * small.
   *
   * @param tolerance of a value's ratio from 1, so 0.03 is 3 %; 0 for none
   */
  public static KolmogorovSmirnov of(Distribution a, Distribution b, double tolerance) {
    if (tolerance == 0
        && a instanceof Distribution.Samples x
        && b instanceof Distribution.Samples y) {
      var result = KolmogorovSmirnovTest.withDefaults().test(x.values(), y.values());
      return new KolmogorovSmirnov(result.getStatistic(), result.getPValue());
    }
    double stretch = 1 + tolerance;
    double distance = Math.max(ahead(a, b, stretch), ahead(b, a, stretch));
    double n = a.count();
    double m = b.count();
    double probability = n * m == 0 ? 1 : asymptotic(distance * Math.sqrt(n * m / (n + m)));
    return new KolmogorovSmirnov(distance, probability);
  }

  /** How far the first curve is above the second, where that is stretched towards it. */
  private static double ahead(Distribution first, Distribution second, double stretch) {
    double[] corners =
        DoubleStream.concat(
                Arrays.stream(first.corners()),
                Arrays.stream(second.corners()).map(corner -> corner / stretch))
            .toArray();
    double greatest = 0;
    for (double corner : corners) {
      double x = within(first, second, first.cumulative(corner));
      double y = within(first, second, second.cumulative(corner * stretch));
      greatest = Math.max(greatest, x - y);
    }
    return greatest;
  }

  /** Beyond the first and last known quantile nothing is known, and so nothing differs. */
  private static double within(Distribution a, Distribution b, double share) {
    double from = 0;
    double to = 1;
    for (Distribution each : new Distribution[] {a, b}) {
      if (each instanceof Distribution.Curve curve) {
        from = Math.max(from, curve.knownFrom());
        to = Math.min(to, curve.known());
      }
    }
    return Math.clamp(share, Math.min(from, to), Math.max(from, to));
  }

  /** Kolmogorov's law: 2 Σ (−1)^(k−1) exp(−2 k² λ²). */
  private static double asymptotic(double lambda) {
    if (lambda < 0.2) {
      return 1; // the series alternates for ever, and its sum differs from 1 by less than 1e-12
    }
    double sum = 0;
    for (int k = 1; k <= TERMS; k++) {
      sum += (k % 2 == 1 ? 2 : -2) * Math.exp(-2.0 * k * k * lambda * lambda);
    }
    return Math.clamp(sum, 0.0, 1.0);
  }
}
