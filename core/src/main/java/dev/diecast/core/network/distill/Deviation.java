package dev.diecast.core.network.distill;

/**
 * How far values are off, without regard to sign.
 *
 * @param greatest of all
 * @param mean of all, those that are not off included
 */
public record Deviation(double greatest, double mean) {

  /** Adds up deviations. */
  static final class Sum {
    private double greatest;
    private double sum;
    private long count;

    void add(double deviation) {
      double size = Math.abs(deviation);
      greatest = Math.max(greatest, size);
      sum += size;
      count++;
    }

    Deviation result() {
      return new Deviation(greatest, count == 0 ? 0 : sum / count);
    }
  }
}
