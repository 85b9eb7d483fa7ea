package dev.diecast.daemon.overload;

/**
 * The first line of /proc/stat (proc(5)), in clock ticks since boot, over all CPUs.
 *
 * @param busy ran something: user, nice, system, irq and softirq; guest time is in user already
 * @param steal the hypervisor below ran something else
 */
record CpuTicks(long busy, long steal) {

  static CpuTicks parse(String stat) {
    String[] fields = stat.lines().findFirst().orElse("").strip().split("\\s+");
    final int user = 1;
    final int nice = 2;
    final int system = 3;
    final int irq = 6;
    final int softirq = 7;
    final int steal = 8;
    if (fields.length <= steal || !fields[0].equals("cpu")) {
      throw new IllegalArgumentException("not a /proc/stat: " + stat);
    }
    return new CpuTicks(
        sum(fields, user, nice, system, irq, softirq), Long.parseLong(fields[steal]));
  }

  private static long sum(String[] fields, int... indices) {
    long sum = 0;
    for (int index : indices) {
      sum += Long.parseLong(fields[index]);
    }
    return sum;
  }
}
