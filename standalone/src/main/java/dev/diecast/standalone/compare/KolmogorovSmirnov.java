package dev.diecast.standalone.compare;

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
    if (a instanceof Distribution.Samples x && b instanceof Distribution.Samples y) {
      var result = KolmogorovSmirnovTest.withDefaults().test(x.values(), y.values());
      return new KolmogorovSmirnov(result.getStatistic(), result.getPValue());
    }
    double distance = Math.max(distance(a, b, a.corners()), distance(a, b, b.corners()));
    double n = a.count();
    double m = b.count();
    double probability = n * m == 0 ? 1 : asymptotic(distance * Math.sqrt(n * m / (n + m)));
    return new KolmogorovSmirnov(distance, probability);
  }

  private static double distance(Distribution a, Distribution b, double[] corners) {
    double greatest = 0;
    for (double corner : corners) {
      double x = within(a, b, a.cumulative(corner));
      double y = within(a, b, b.cumulative(corner));
      greatest = Math.max(greatest, Math.abs(x - y));
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
