package dev.diecast.standalone.compare;

import java.util.List;
import java.util.Optional;
import org.apache.commons.statistics.inference.DataDispersion;
import org.apache.commons.statistics.inference.TTest;

/**
 * The mean of one side's values over that of the other's.
 *
 * @param a of the run to be measured by, at least one
 * @param b of the run that is measured, likewise
 */
record Ratio(List<Double> a, List<Double> b) {
  double first() {
    return mean(a);
  }

  double second() {
    return mean(b);
  }

  /** Second over first; empty where the first is nothing. */
  Optional<Double> value() {
    return first() > 0 ? Optional.of(second() / first()) : Optional.empty();
  }

  /**
   * Of a difference as great by chance, if both sides had one mean (B. L. Welch's test of means,
   * 1947); empty where a side has one value alone, which may be any distance from its mean.
   */
  Optional<Double> probability() {
    if (a.size() < 2 || b.size() < 2) {
      return Optional.empty();
    }
    double p =
        TTest.withDefaults()
            .with(DataDispersion.HETEROSCEDASTIC)
            .test(array(a), array(b))
            .getPValue();
    return Double.isNaN(p) ? Optional.empty() : Optional.of(p); // all values are the same
  }

  static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
