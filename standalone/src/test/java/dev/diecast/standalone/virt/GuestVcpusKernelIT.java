package dev.diecast.standalone.virt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.standalone.process.CgroupMounts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Processes in cgroups as guests have them, on this host's own kernel; needs root. */
class GuestVcpusKernelIT {
  private static final String BUSY = "while :; do :; done";
  private static final Duration WATCHED = Duration.ofSeconds(2);

  private final List<Process> started = new ArrayList<>();
  private final List<String> uids = new ArrayList<>();
  private GuestCgroups cgroups;

  @BeforeEach
  void make() {
    List<String> why = new ArrayList<>();
    cgroups =
        GuestCgroups.make(
            "diecast-vcpus-" + ProcessHandle.current().pid(),
            CgroupMounts.ofThisProcess(),
            why::add);
    assumeTrue(why.isEmpty(), () -> String.join("; ", why));
  }

  @AfterEach
  void remove() throws InterruptedException {
    for (Process process : started) {
      process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
    uids.forEach(uid -> assertThat(cgroups.remove(uid)).isTrue());
    cgroups.removeBase();
  }

  @Test
  void aGuestThatGivesWayRunsWhereNobodyElseWantsTo() throws Exception {
    GuestVcpus reference = busy("reference");
    GuestVcpus node = busy("node");
    assertThat(shareOfTheFirst(reference, node)).isBetween(0.35, 0.65);
    reference.giveWay();
    assertThat(shareOfTheFirst(reference, node)).isLessThan(0.05);
  }

  @Test
  void othersOfASharedCgroupAreNotMeant() throws Exception {
    Path own = CgroupMounts.cpuCgroup(Path.of("/proc/self")).orElseThrow();
    Path idle = own.resolve("cpu.idle");
    new GuestVcpus(List.of(Path.of("/proc/self/task/" + ProcessHandle.current().pid()))).giveWay();
    // The root has no such file.
    assertThat(Files.exists(idle) ? Files.readString(idle).strip() : "0").isEqualTo("0");
  }

  /** A loop on core 0. */
  private GuestVcpus busy(String uid) throws Exception {
    Process loop = new ProcessBuilder("sh", "-c", BUSY).start();
    started.add(loop);
    uids.add(uid);
    cgroups.put(uid, loop.pid());
    GuestVcpus vcpus =
        new GuestVcpus(List.of(Path.of("/proc/" + loop.pid() + "/task/" + loop.pid())));
    vcpus.pin(0);
    return vcpus;
  }

  private static double shareOfTheFirst(GuestVcpus first, GuestVcpus second) throws Exception {
    GuestVcpus.Times firstBefore = first.times();
    GuestVcpus.Times secondBefore = second.times();
    Thread.sleep(WATCHED);
    double ran = ranNanos(first, firstBefore);
    return ran / (ran + ranNanos(second, secondBefore));
  }

  private static long ranNanos(GuestVcpus vcpus, GuestVcpus.Times before) {
    return vcpus.times().since(before).ofThreads().runNanos();
  }
}
