package dev.diecast.standalone.cli.run;

import dev.diecast.api.v1alpha1.DilatedNodeStatus;

/** The API's whole numbers as the CLI shows them. */
public final class Views {
  private Views() {}

  public static RunReport.Clock clock(DilatedNodeStatus.Clock clock) {
    return new RunReport.Clock(
        scaled(clock.ratePpb(), 1e3),
        scaled(clock.rateErrorPpb(), 1e3),
        clock.offsetMicros(),
        clock.offsetErrorMicros(),
        clock.samples(),
        scaled(clock.windowMillis(), 1e3));
  }

  private static Double scaled(Long value, double unit) {
    return value == null ? null : value / unit;
  }
}
