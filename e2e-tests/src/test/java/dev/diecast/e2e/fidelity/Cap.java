package dev.diecast.e2e.fidelity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The CPU bandwidth of a cgroup, of either version.
 *
 * @param quotaMicros in each period; -1 for none
 */
record Cap(Path cgroup, long quotaMicros, long periodMicros) {

  private static boolean isV1(Path cgroup) {
    return Files.exists(cgroup.resolve("cpu.cfs_quota_us"));
  }

  boolean isV1() {
    return isV1(cgroup);
  }

  static Cap of(Path cgroup) throws IOException {
    if (isV1(cgroup)) {
      return new Cap(
          cgroup,
          Long.parseLong(Files.readString(cgroup.resolve("cpu.cfs_quota_us")).strip()),
          Long.parseLong(Files.readString(cgroup.resolve("cpu.cfs_period_us")).strip()));
    }
    String[] words = Files.readString(cgroup.resolve("cpu.max")).strip().split(" ");
    return new Cap(
        cgroup, words[0].equals("max") ? -1 : Long.parseLong(words[0]), Long.parseLong(words[1]));
  }

  Cap times(double share) {
    return new Cap(cgroup, Math.round(quotaMicros * share), periodMicros);
  }

  Cap none() {
    return new Cap(cgroup, -1, periodMicros);
  }

  void write() throws IOException {
    if (isV1(cgroup)) {
      Files.writeString(
          cgroup.resolve("cpu.cfs_quota_us"), Long.toString(quotaMicros), StandardOpenOption.WRITE);
    } else {
      Files.writeString(
          cgroup.resolve("cpu.max"),
          (quotaMicros < 0 ? "max" : quotaMicros) + " " + periodMicros,
          StandardOpenOption.WRITE);
    }
  }
}
