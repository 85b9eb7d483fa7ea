package dev.diecast.core.time;

/**
 * A guest's clock against the model clock, as centre and half width of intervals that surely hold
 * the truth as long as the guest's clock ran evenly.
 *
 * @param ratePpb (T * dg/dt - 1) in parts per billion: 0 is true, above 0 the guest's clock is fast
 * @param rateErrorPpb half width of the rate's interval
 * @param offsetNanos guest wall clock less model clock at the last reading, guest nanoseconds
 * @param offsetErrorNanos half width of the offset's interval
 * @param samples readings that the estimate rests on
 * @param windowNanos host time between the centres of the first and the last of them
 */
public record ClockEstimate(
    long ratePpb,
    long rateErrorPpb,
    long offsetNanos,
    long offsetErrorNanos,
    int samples,
    long windowNanos) {

  public ClockEstimate {
    if (rateErrorPpb < 0 || offsetErrorNanos < 0) {
      throw new IllegalArgumentException("a half width is never negative");
    }
  }

  /** The rate in parts per million. */
  public double ratePpm() {
    return ratePpb / 1e3;
  }

  /** Half width of the rate's interval in parts per million. */
  public double rateErrorPpm() {
    return rateErrorPpb / 1e3;
  }
}
