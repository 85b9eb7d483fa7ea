package dev.diecast.daemon.overload;

import dev.diecast.daemon.cpu.SchedulerTimes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether a quota on a cgroup above those of one VM's vCPUs, such as a pod's CPU limit, holds them
 * back. While nothing is missing it looks seldom.
 */
public final class LimitAbove {
  private static final int SELDOM_ROUNDS = 10;

  private long before = -1;
  private int rounds;

  /**
   * @param parent the cgroup that the QEMU is in
   * @param starved whether the VM misses anything
   * @return whether anything above was throttled since the last look
   */
  public boolean look(Path parent, boolean starved) {
    if (!starved && before >= 0 && ++rounds < SELDOM_ROUNDS) {
      return false;
    }
    rounds = 0;
    long now = throttledNanos(parent);
    boolean grown = before >= 0 && now > before;
    before = now;
    return grown;
  }

  /** Up to the mount point, above which no directory has the file. */
  private static long throttledNanos(Path parent) {
    long sum = 0;
    for (Path cgroup = parent;
        cgroup != null && Files.exists(cgroup.resolve("cpu.stat"));
        cgroup = cgroup.getParent()) {
      try {
        sum += SchedulerTimes.throttling(cgroup).nanos();
      } catch (IOException e) {
        return sum; // it has just been removed
      }
    }
    return sum;
  }
}
