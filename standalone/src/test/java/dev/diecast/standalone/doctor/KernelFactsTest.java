package dev.diecast.standalone.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.standalone.doctor.Check.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelFactsTest {

  @TempDir Path root;

  private KernelFacts facts(boolean privileged, OptionalLong tsc) {
    return new KernelFacts(root, privileged, tsc);
  }

  private void file(String path, String content) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  @Test
  void findsTheCpuControllerOfVersion1() throws IOException {
    file("proc/self/cgroup", "11:cpuset:/\n4:cpu,cpuacct:/user.slice\n0::/\n");
    file(
        "proc/self/mountinfo",
        "30 25 0:26 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid - cgroup cgroup rw,cpu,cpuacct\n");
    file("sys/fs/cgroup/cpu,cpuacct/user.slice/cpu.shares", "1024\n");
    Check check = facts(true, OptionalLong.empty()).cgroup();
    assertThat(check.status()).isEqualTo(Status.OK);
    assertThat(check.found()).startsWith("version 1").contains("cpu,cpuacct");
  }

  @Test
  void saysWhenVersion2DoesNotDelegateCpu() throws IOException {
    file("proc/self/cgroup", "0::/user.slice/session-1.scope\n");
    file(
        "proc/self/mountinfo",
        "30 25 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n");
    file("sys/fs/cgroup/user.slice/session-1.scope/cgroup.controllers", "memory pids\n");
    Check check = facts(false, OptionalLong.empty()).cgroup();
    assertThat(check.status()).isEqualTo(Status.MISSING);
    assertThat(check.mend()).contains("Delegate=cpu");

    file("sys/fs/cgroup/user.slice/session-1.scope/cgroup.controllers", "cpuset cpu memory\n");
    assertThat(facts(true, OptionalLong.empty()).cgroup().status()).isEqualTo(Status.OK);
  }

  @Test
  void tellsAnExactTscRateFromAGuess() throws IOException {
    file("proc/cpuinfo", "cpu MHz\t\t: 2596.122\nflags\t\t: fpu tsc constant_tsc nonstop_tsc\n");
    file("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
    assertThat(facts(true, OptionalLong.of(2_596_121)).timestampCounter().found())
        .contains("2596121 kHz (KVM_GET_TSC_KHZ)", "clocksource tsc");
    Check guess = facts(true, OptionalLong.empty()).timestampCounter();
    assertThat(guess.status()).isEqualTo(Status.LIMITED);
    assertThat(guess.found()).contains("about 2596122 kHz");
  }

  @Test
  void warnsOfATscThatStops() throws IOException {
    file("proc/cpuinfo", "flags\t\t: fpu tsc constant_tsc\n");
    Check check = facts(true, OptionalLong.of(1)).timestampCounter();
    assertThat(check.status()).isEqualTo(Status.LIMITED);
    assertThat(check.found()).contains("without nonstop_tsc");
  }

  @Test
  void findsQueueingDisciplinesInTheKernelOrAsModules() throws IOException {
    file("proc/sys/kernel/osrelease", "6.1.0-1-amd64\n");
    file("proc/modules", "");
    file("proc/kallsyms", "0000000000000000 t htb_enqueue\n");
    file("lib/modules/6.1.0-1-amd64/modules.dep", "kernel/net/sched/sch_netem.ko:\n");
    KernelFacts facts = facts(true, OptionalLong.empty());
    assertThat(facts.queueingDiscipline("htb", "htb_enqueue", "sch_htb", "x").found())
        .isEqualTo("in the running kernel");
    assertThat(facts.queueingDiscipline("netem", "netem_enqueue", "sch_netem", "x").found())
        .isEqualTo("as module sch_netem");
    assertThat(facts.queueingDiscipline("tbf", "tbf_enqueue", "sch_tbf", "x").status())
        .isEqualTo(Status.LIMITED);
  }

  @Test
  void saysHowMuchMemoryIsMissing() throws IOException {
    file("proc/meminfo", "MemTotal: 8000000 kB\nMemAvailable: 1048576 kB\n");
    Check check = facts(true, OptionalLong.empty()).memory(1536L << 20);
    assertThat(check.status()).isEqualTo(Status.LIMITED);
    assertThat(check.mend()).startsWith("512 MiB more");
  }
}
