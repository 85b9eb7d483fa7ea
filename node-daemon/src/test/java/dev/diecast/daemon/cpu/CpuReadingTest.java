package dev.diecast.daemon.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.cpu.CpuCap;
import dev.diecast.core.cpu.ThreadTimes;
import dev.diecast.core.fidelity.CpuDelivery;
import dev.diecast.core.fidelity.Tolerances;
import dev.diecast.daemon.process.ProcFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuReadingTest {
  private static final CpuCap WHOLE = new CpuCap(100_000, 100_000);
  private static final CpuCap TENTH = new CpuCap(1_000, 10_000);

  @TempDir Path root;

  @Test
  void countsFromTheBaselineAndTakesThrottlingOffTheDelay() throws IOException {
    Path cgroup = throttled("cg", 400);
    Path other = throttled("cg1", 30);
    thread(5, 1_000, 500);
    thread(6, 300, 0);
    CpuMeter meter =
        new CpuMeter(
            new ProcFiles(root.resolve("proc")),
            1,
            Map.of(5, new ThreadTimes(900, 0)),
            Duration.ofDays(1));
    Vcpu second = new Vcpu(1, Set.of(6), other);
    CpuReading before = meter.read(List.of(new Vcpu(0, Set.of(5), cgroup), second), WHOLE, false);
    assertThat(before.usageNanos()).isEqualTo(400);
    assertThat(before.throttling().nanos()).isEqualTo(430);
    assertThat(before.runDelayNanos())
        .as("one vCPU's throttling does not excuse another's delay, nor makes it negative")
        .isEqualTo(100);
    assertThat(before.recent()).isEmpty();

    thread(5, 2_000, 600);
    CpuReading after =
        meter.read(List.of(new Vcpu(0, Set.of(5), throttled("cg2", 50))), WHOLE, false);
    assertThat(after.usageNanos()).as("a vCPU that is gone still counts").isEqualTo(1_400);
    assertThat(after.throttling().nanos()).as("a new cgroup counts from 0").isEqualTo(480);
    assertThat(after.runDelayNanos()).isEqualTo(150);
  }

  @Test
  void eachVcpuIsJudgedByItself() throws Exception {
    List<Vcpu> vcpus =
        List.of(
            new Vcpu(0, Set.of(5), throttled("cg", 0)),
            new Vcpu(1, Set.of(6), throttled("cg1", 0)));
    CpuMeter meter =
        new CpuMeter(new ProcFiles(root.resolve("proc")), 1, Map.of(), Duration.ofMillis(20));
    thread(5, 0, 0);
    thread(6, 0, 0);
    meter.read(vcpus, TENTH, false);
    Thread.sleep(30);
    thread(5, 2_000_000, 18_000_000);
    thread(6, 100, 9_999_900);
    SortedMap<Integer, CpuDelivery> recent = meter.read(vcpus, TENTH, false).recent();
    assertThat(recent).containsOnlyKeys(0, 1);
    assertThat(recent.get(0).starved()).isZero();
    assertThat(recent.get(1).starved()).isGreaterThan(0.9);
    assertThat(recent.get(0).plus(recent.get(1)).usageNanos()).isEqualTo(2_000_100);
  }

  /** The scheduler counts a wait only when it ends. */
  @Test
  void aThreadThatWaitsAllTheTimeIsNotIdle() throws Exception {
    List<Vcpu> vcpus = List.of(new Vcpu(0, Set.of(5), throttled("cg", 0)));
    CpuMeter meter =
        new CpuMeter(new ProcFiles(root.resolve("proc")), 1, Map.of(), Duration.ofMillis(20));
    thread(5, 1_000, 1_000);
    state(5, 'R');
    meter.read(vcpus, TENTH, false);
    Thread.sleep(30);
    CpuDelivery waiting = meter.read(vcpus, TENTH, false).recent().get(0);
    assertThat(waiting.starved()).isEqualTo(1);
    assertThat(waiting.isStarved(Tolerances.DEFAULT)).isTrue();

    state(5, 'S');
    Thread.sleep(30);
    CpuDelivery idle = meter.read(vcpus, TENTH, false).sinceLast().get(0);
    assertThat(idle.isStarved(Tolerances.DEFAULT)).isFalse();
  }

  @Test
  void noWindowReachesBackBeforeADrift() throws Exception {
    List<Vcpu> vcpus = List.of(new Vcpu(0, Set.of(5), throttled("cg", 0)));
    CpuMeter meter =
        new CpuMeter(new ProcFiles(root.resolve("proc")), 1, Map.of(), Duration.ofMillis(20));
    thread(5, 0, 0);
    meter.read(vcpus, TENTH, false);
    Thread.sleep(30);
    thread(5, 30_000_000, 0);
    CpuReading drifted = meter.read(vcpus, TENTH, true);
    assertThat(drifted.recent()).isEmpty();
    assertThat(drifted.sinceLast().get(0).delivered()).isGreaterThan(1.5);
    Thread.sleep(30);
    assertThat(meter.read(vcpus, TENTH, false).recent().get(0).usageNanos()).isZero();
  }

  private void state(int tid, char state) throws IOException {
    Files.writeString(
        root.resolve("proc/1/task/" + tid + "/stat"), tid + " (CPU 0/TCG) " + state + " 1 1\n");
  }

  private Path throttled(String name, long nanos) throws IOException {
    Path cgroup = Files.createDirectories(root.resolve(name));
    Files.writeString(cgroup.resolve("cpu.stat"), "nr_throttled 1\nthrottled_time " + nanos + "\n");
    return cgroup;
  }

  private void thread(int tid, long run, long delay) throws IOException {
    Path directory = Files.createDirectories(root.resolve("proc/1/task").resolve("" + tid));
    Files.writeString(directory.resolve("schedstat"), run + " " + delay + " 9\n");
  }
}
