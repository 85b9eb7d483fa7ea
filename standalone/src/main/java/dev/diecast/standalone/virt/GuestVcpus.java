package dev.diecast.standalone.virt;

import dev.diecast.core.cpu.ThreadTimes;
import dev.diecast.core.cpu.Throttling;
import dev.diecast.standalone.HostCommand;
import dev.diecast.standalone.process.CgroupMounts;
import dev.diecast.standalone.process.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The threads of QEMU that are one guest's vCPUs.
 *
 * @param threads their directories, /proc/PID/task/TID
 */
public record GuestVcpus(List<Path> threads) {
  private static final String NAME = "CPU \\d+/(KVM|TCG)";

  private static final Path THIS_PROCESS = Path.of("/proc/self");

  /** What makes a cgroup give way, the best first: files of v2 and v1, and of v2 alone, and v1. */
  private static final List<Map.Entry<String, String>> LEAST =
      List.of(
          Map.entry("cpu.idle", "1"), Map.entry("cpu.weight", "1"), Map.entry("cpu.shares", "2"));

  public GuestVcpus {
    threads = List.copyOf(threads);
  }

  /** Of a guest that runs; without threads where it does not. */
  public static GuestVcpus of(GuestDirectory guest) {
    Optional<ProcessIdentity> qemu = QemuProcess.recordIn(guest).map(QemuProcess.Record::process);
    return qemu.isEmpty()
        ? new GuestVcpus(List.of())
        : in(Path.of("/proc", Long.toString(qemu.get().pid()), "task"));
  }

  /**
   * @param task directory of a process's threads
   */
  static GuestVcpus in(Path task) {
    try (Stream<Path> threads = Files.list(task)) {
      return new GuestVcpus(threads.filter(GuestVcpus::isVcpu).toList());
    } catch (IOException e) {
      return new GuestVcpus(List.of());
    }
  }

  private static boolean isVcpu(Path thread) {
    try {
      return Files.readString(thread.resolve("comm")).strip().matches(NAME);
    } catch (IOException e) {
      return false; // it has just ended
    }
  }

  /**
   * What the host's scheduler has counted for all of them together.
   *
   * @param ofThreads their sum
   * @param caps how often their caps stopped them
   */
  public record Times(ThreadTimes ofThreads, Throttling caps) {

    public Times plus(Times other) {
      return new Times(ofThreads.plus(other.ofThreads), caps.plus(other.caps));
    }

    /** Of two moments, what was counted between them. */
    public Times since(Times before) {
      return new Times(ofThreads.minus(before.ofThreads), caps.minus(before.caps));
    }

    /**
     * Of the time in which they were ready to run, the share in which they ran; 1 where they never
     * were.
     */
    public double served() {
      long run = ofThreads.runNanos();
      return run <= 0 ? 1 : (double) run / (run + Math.max(0, ofThreads.delayNanos()));
    }
  }

  /** Zero where there are none, or the kernel counts nothing (no CONFIG_SCHED_INFO). */
  public Times times() {
    return new Times(
        threads.stream().map(GuestVcpus::timesOf).reduce(ThreadTimes.ZERO, ThreadTimes::plus),
        throttling());
  }

  private static ThreadTimes timesOf(Path thread) {
    try {
      return ThreadTimes.parse(Files.readString(thread.resolve("schedstat")));
    } catch (IOException e) {
      return ThreadTimes.ZERO; // it has ended, or is not counted
    }
  }

  /** Each has a cgroup of its own, once it is capped. */
  private Throttling throttling() {
    return cgroups().stream().map(GuestVcpus::throttling).reduce(Throttling.NONE, Throttling::plus);
  }

  private List<Path> cgroups() {
    return threads.stream()
        .flatMap(thread -> CgroupMounts.cpuCgroup(thread).stream())
        .distinct()
        .toList();
  }

  private static Throttling throttling(Path cgroup) {
    try {
      return Throttling.parse(Files.readString(cgroup.resolve("cpu.stat")));
    } catch (IOException e) {
      return Throttling.NONE; // the root has none, nor has one that is gone
    }
  }

  /**
   * Has the whole guest run only where nobody else wants to, so that measuring with it keeps no
   * other waiting (Linux, cpu.idle of a cgroup; a kernel before 5.15 has its least weight instead).
   * Nothing is done to a guest without a cgroup of its own: others would be meant, too.
   *
   * @throws IOException where its cgroup cannot be changed
   */
  public void giveWay() throws IOException {
    Optional<Path> shared = CgroupMounts.cpuCgroup(THIS_PROCESS);
    for (Path cgroup : cgroups()) {
      if (!shared.equals(Optional.of(cgroup))) {
        giveWay(cgroup);
      }
    }
  }

  private static void giveWay(Path cgroup) throws IOException {
    for (Map.Entry<String, String> least : LEAST) {
      Path file = cgroup.resolve(least.getKey());
      if (Files.exists(file)) {
        Files.writeString(file, least.getValue());
        return;
      }
    }
  }

  /**
   * Keeps all of them on one core of the host (sched_setaffinity(2)).
   *
   * @throws IOException where that core cannot be had
   */
  public void pin(int core) throws IOException {
    for (Path thread : threads) {
      HostCommand.Result result =
          HostCommand.of(
                  List.of(
                      "taskset",
                      "--cpu-list",
                      "--pid",
                      Integer.toString(core),
                      thread.getFileName().toString()))
              .run();
      if (!result.succeeded()) {
        throw new IOException(String.join("; ", result.errors()));
      }
    }
  }
}
