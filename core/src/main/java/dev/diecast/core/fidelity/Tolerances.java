package dev.diecast.core.fidelity;

/**
 * How far from the truth a guest may be.
 *
 * @param clockPpm of the rate of its clock, parts per million
 * @param cpuRatio of the work it got done over what was due, so 0.1 is 10 %
 */
public record Tolerances(long clockPpm, double cpuRatio) {

  /** Below what NTP corrects in real machines (500 ppm), and what one sees between equal CPUs. */
  public static final Tolerances DEFAULT = new Tolerances(200, 0.1);

  public Tolerances {
    if (clockPpm < 0 || !(cpuRatio >= 0)) {
      throw new IllegalArgumentException("a tolerance is never negative");
    }
  }
}
