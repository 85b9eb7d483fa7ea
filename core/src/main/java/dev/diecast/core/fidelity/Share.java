package dev.diecast.core.fidelity;

/**
 * Delivered over due, as it was measured: the truth is within {@code value ± error}.
 *
 * @param value 1 is true
 * @param error half width, never negative
 */
public record Share(double value, double error) {
  /** Keeps a ratio such as 1.1, which no double holds, on the right side of its tolerance. */
  private static final double ROUNDING = 1e-9;

  /** A standard deviation in median absolute deviations, of a normal distribution. */
  static final double NORMAL_DEVIATION = 1.4826;

  /** A standard error of the median likewise. */
  private static final double MEDIAN_ERROR = 1.2533 * NORMAL_DEVIATION;

  public Share {
    if (!(error >= 0) || !Double.isFinite(value)) {
      throw new IllegalArgumentException("a share of %s +- %s".formatted(value, error));
    }
  }

  /**
   * From several readings: their median and its standard error, 1.2533 · 1.4826 · MAD / √n, where
   * MAD is the median of the distances from the median. Fewer than three tell of no error: 0.
   *
   * @param readings at least one, finite
   */
  public static Share ofReadings(double[] readings) {
    double middle = median(readings.clone());
    double[] distances = new double[readings.length];
    for (int i = 0; i < readings.length; i++) {
      distances[i] = Math.abs(readings[i] - middle);
    }
    return new Share(middle, MEDIAN_ERROR * median(distances) / Math.sqrt(readings.length));
  }

  private static double median(double[] values) {
    java.util.Arrays.sort(values);
    int half = values.length / 2;
    return values.length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  }

  /**
   * PASS where all that the truth may be is within the tolerance of 1, FAIL where none of it is.
   */
  public Outcome judge(double tolerance) {
    double distance = Math.abs(value - 1);
    if (distance + error <= tolerance + ROUNDING) {
      return Outcome.PASS;
    }
    return distance - error > tolerance + ROUNDING ? Outcome.FAIL : Outcome.UNKNOWN;
  }
}
