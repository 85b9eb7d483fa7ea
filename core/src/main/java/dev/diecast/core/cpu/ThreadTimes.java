package dev.diecast.core.cpu;

/**
 * What the scheduler has counted for one thread: /proc/PID/task/TID/schedstat (Linux,
 * Documentation/scheduler/sched-stats.rst).
 *
 * @param runNanos time on a CPU
 * @param delayNanos time runnable and waiting for a CPU, throttling by a cap included
 */
public record ThreadTimes(long runNanos, long delayNanos) {
  public static final ThreadTimes ZERO = new ThreadTimes(0, 0);

  /**
   * Reads the file's three numbers: run, delay, time slices.
   *
   * @throws IllegalArgumentException where there are no such numbers
   */
  public static ThreadTimes parse(String schedstat) {
    String[] numbers = schedstat.strip().split(" ");
    if (numbers.length < 2) {
      throw new IllegalArgumentException("\"%s\" is no schedstat".formatted(schedstat.strip()));
    }
    return new ThreadTimes(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
  }

  public ThreadTimes minus(ThreadTimes other) {
    return new ThreadTimes(runNanos - other.runNanos, delayNanos - other.delayNanos);
  }

  public ThreadTimes plus(ThreadTimes other) {
    return new ThreadTimes(runNanos + other.runNanos, delayNanos + other.delayNanos);
  }
}
