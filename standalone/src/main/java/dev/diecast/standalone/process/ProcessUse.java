package dev.diecast.standalone.process;

import dev.diecast.core.cpu.ThreadTimes;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process has used and holds (proc(5): stat, status).
 *
 * @param cpuSeconds of all its threads, since its start
 * @param residentBytes memory that is there, pages of files among it
 * @param anonymousBytes of that, what is no file's
 */
public record ProcessUse(double cpuSeconds, long residentBytes, long anonymousBytes) {
  private static final double TICKS_PER_SECOND = 100; // USER_HZ
  private static final int USER_TIME = 11; // counted from the state

  public static ProcessUse of(long pid) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    String stat = Files.readString(process.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long ticks = Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[USER_TIME + 1]);
    String status = Files.readString(process.resolve("status"));
    return new ProcessUse(
        ticks / TICKS_PER_SECOND, bytes(status, "VmRSS:"), bytes(status, "RssAnon:"));
  }

  /**
   * CPU time of the threads that a process has now, in seconds; to the nanosecond, where {@link
   * #of} counts hundredths.
   */
  public static double threadSeconds(long pid) throws IOException {
    long nanos = 0;
    try (DirectoryStream<Path> threads =
        Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
      for (Path thread : threads) {
        nanos += ThreadTimes.parse(Files.readString(thread.resolve("schedstat"))).runNanos();
      }
    }
    return nanos / 1e9;
  }

  private static long bytes(String status, String field) {
    return status
        .lines()
        .filter(line -> line.startsWith(field))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) * 1024)
        .findFirst()
        .orElse(0);
  }
}
