package dev.diecast.core.cpu;

/**
 * How often and how long a cgroup's cap stopped it: {@code cpu.stat} of either cgroup version
 * (Linux, Documentation/scheduler/sched-bwc.rst).
 *
 * @param periods in which it had anything to run
 * @param throttledPeriods of these, those in which it was stopped
 * @param nanos time throttled, summed over the host's CPUs
 */
public record Throttling(long periods, long throttledPeriods, long nanos) {
  public static final Throttling NONE = new Throttling(0, 0, 0);

  public Throttling plus(Throttling other) {
    return new Throttling(
        periods + other.periods, throttledPeriods + other.throttledPeriods, nanos + other.nanos);
  }

  /** What was counted since an earlier moment. */
  public Throttling minus(Throttling before) {
    return new Throttling(
        periods - before.periods, throttledPeriods - before.throttledPeriods, nanos - before.nanos);
  }

  /**
   * Reads the file: v1 has {@code throttled_time} in ns, v2 {@code throttled_usec} in microseconds;
   * what is not there is 0.
   */
  public static Throttling parse(String stat) {
    long periods = 0;
    long throttled = 0;
    long nanos = 0;
    for (String line : stat.split("\n")) {
      String[] words = line.strip().split(" ");
      if (words.length != 2) {
        continue;
      }
      long value = Long.parseLong(words[1]);
      switch (words[0]) {
        case "nr_periods" -> periods = value;
        case "nr_throttled" -> throttled = value;
        case "throttled_time" -> nanos = value;
        case "throttled_usec" -> nanos = value * 1000;
        default -> {}
      }
    }
    return new Throttling(periods, throttled, nanos);
  }
}
