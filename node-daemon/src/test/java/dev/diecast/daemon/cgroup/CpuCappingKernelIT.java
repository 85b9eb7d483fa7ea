package dev.diecast.daemon.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.core.cpu.CpuCap;
import dev.diecast.core.fidelity.CpuDelivery;
import dev.diecast.daemon.cpu.CpuMeter;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.process.VcpuThreads;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.record.VmRecord;
import dev.diecast.daemon.support.HostCgroup;
import dev.diecast.daemon.support.VcpuProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On this host's own kernel, with real threads in real cgroups; needs root. */
class CpuCappingKernelIT {
  private static final CpuCap FIFTH = new CpuCap(20_000, 100_000);

  @TempDir Path temporary;
  private HostCgroup cgroup;
  private VcpuProcess vm;
  private final ProcFiles proc = new ProcFiles(VcpuProcess.PROC);

  @BeforeEach
  void start() throws IOException {
    HostCgroup.assumeWritable();
    cgroup = HostCgroup.create();
    vm = VcpuProcess.start(2);
    cgroup.add(vm.pid());
  }

  @AfterEach
  void stop() throws IOException {
    if (vm != null) {
      vm.close();
    }
    if (cgroup != null) {
      cgroup.close();
    }
  }

  /** What a daemon holds in memory; a new one is a restarted daemon. */
  private final class Instance {
    final RecordStore records = RecordStore.open(temporary.resolve("state"));
    final CpuCapping capping;

    Instance(CgroupApplier.StepListener listener) throws IOException {
      capping =
          new CpuCapping(
              cgroup.asHierarchy(),
              proc,
              new CgroupApplier(cgroup.asHierarchy(), proc, listener),
              records);
    }

    Instance() throws IOException {
      this(_ -> {});
    }

    CapOutcome cap(CpuCap due) throws IOException {
      return capping.cap(identity(), due, vm.asFound(), new VcpuThreads(proc, vm.pid()));
    }

    CapOutcome.Capped capped(CpuCap due) throws IOException {
      CapOutcome outcome = cap(due);
      assertThat(outcome).isInstanceOf(CapOutcome.Capped.class);
      return (CapOutcome.Capped) outcome;
    }

    void undo() throws IOException {
      for (VmRecord record : records.all()) {
        capping.undo(record);
      }
    }
  }

  private VmIdentity identity() {
    return new VmIdentity(vm.uid(), "default", "m-web-0");
  }

  private Path child(int number) {
    return cgroup.directory().resolve("diecast-vcpu-" + vm.uid() + "-" + number);
  }

  private void assertEachVcpuAlone(int count) throws IOException {
    assertThat(vm.vcpus()).hasSize(count);
    for (int number = 0; number < count; number++) {
      assertThat(threadsOf(child(number))).containsExactly(vm.vcpu(number));
    }
  }

  private Set<Integer> threadsOf(Path directory) throws IOException {
    return CgroupHierarchy.words(directory.resolve(cgroup.version().threadsFile())).stream()
        .map(Integer::valueOf)
        .collect(java.util.stream.Collectors.toSet());
  }

  private void assertNothingLeft() throws IOException {
    assertThat(HostCgroup.children(cgroup.directory())).isEmpty();
    try (Stream<Path> records = Files.list(temporary.resolve("state/vms"))) {
      assertThat(records).isEmpty();
    }
  }

  @Test
  void theCapHoldsForEachVcpuAndForVcpusAlone() throws Exception {
    Instance daemon = new Instance();
    CapOutcome.Capped capped = daemon.capped(FIFTH);
    assertEachVcpuAlone(2);
    assertThat(threadsOf(cgroup.directory()))
        .contains(vm.pid())
        .doesNotContainAnyElementsOf(vm.vcpus());
    assertThat(windowsOver(capped, FIFTH))
        .containsOnlyKeys(0, 1)
        .allSatisfy((_, window) -> deliversWhatIsDue(window));

    CpuCap more = new CpuCap(60_000, 200_000);
    assertThat(windowsOver(daemon.capped(more), more))
        .as("after the cap was raised")
        .allSatisfy((_, window) -> deliversWhatIsDue(window));
  }

  /** One cap over both would let the busy one have what the idle one leaves. */
  @Test
  void anIdleVcpuLeavesNothingToABusyOne() throws Exception {
    vm.kill();
    vm = VcpuProcess.start(1, 1, UUID.randomUUID().toString());
    cgroup.add(vm.pid());
    CapOutcome.Capped capped = new Instance().capped(FIFTH);
    assertEachVcpuAlone(2);
    SortedMap<Integer, CpuDelivery> windows = windowsOver(capped, FIFTH);
    deliversWhatIsDue(windows.get(0));
    assertThat(windows.get(1).usageNanos())
        .as("the idle one")
        .isLessThan(windows.get(1).capNanos() / 20);
    assertThat(windows.get(1).starved()).isZero();
  }

  private SortedMap<Integer, CpuDelivery> windowsOver(CapOutcome.Capped capped, CpuCap cap)
      throws Exception {
    Thread.sleep(500); // lets a period that began under another cap end
    CpuMeter meter =
        new CpuMeter(proc, vm.pid(), capped.record().baseline(), Duration.ofMillis(4_000));
    meter.read(capped.vcpus(), cap, false);
    Thread.sleep(4_100);
    return meter.read(capped.vcpus(), cap, false).recent();
  }

  /**
   * Never more than is due; and less only by as much as other load on this machine kept the threads
   * waiting, which the daemon has to have noticed.
   */
  private static void deliversWhatIsDue(CpuDelivery window) {
    System.out.printf(
        "busy vCPU: %.3f of due, other waiting %.3f of due, starved %.3f%n",
        window.usageNanos() / (double) window.capNanos(),
        window.runDelayNanos() / (double) window.capNanos(),
        window.starved());
    // The scheduler counts a wait when it ends, so one may be missing at either end of the window.
    assertThat(window.dueNanos())
        .as("due to threads that always have work")
        .isBetween((long) (0.9 * window.capNanos()), window.capNanos());
    assertThat(window.usageNanos()).isLessThanOrEqualTo((long) (1.1 * window.capNanos()));
    assertThat(window.usageNanos() + window.runDelayNanos())
        .isGreaterThanOrEqualTo((long) (0.9 * window.capNanos()));
  }

  @Test
  void aSecondRoundChangesNothing() throws IOException {
    new Instance().capped(FIFTH);
    List<CgroupOperation> operations = new java.util.ArrayList<>();
    CapOutcome.Capped again = new Instance(operations::add).capped(FIFTH);
    assertThat(operations).isEmpty();
    assertThat(again.drift()).isEmpty();
  }

  @Test
  void undoLeavesNothing() throws IOException {
    Instance daemon = new Instance();
    daemon.capped(FIFTH);
    daemon.undo();
    assertThat(threadsOf(cgroup.directory())).containsAll(vm.vcpus());
    assertNothingLeft();
  }

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Dies after its n-th operation, as a process does: without a word. */
  private static CgroupApplier.StepListener dyingAfter(int n) {
    int[] done = {0};
    return _ -> {
      if (++done[0] == n) {
        throw new Killed();
      }
    };
  }

  private static boolean dies(CallIO call) throws IOException {
    try {
      call.run();
      return false;
    } catch (Killed e) {
      return true;
    }
  }

  private interface CallIO {
    void run() throws IOException;
  }

  @Test
  void killedBetweenAnyTwoStepsASuccessorConverges() throws IOException {
    int points = 0;
    boolean died = true;
    for (int n = 1; died; n++) {
      Instance first = new Instance(dyingAfter(n));
      died = dies(() -> first.cap(FIFTH));
      Instance second = new Instance();
      second.capped(FIFTH);
      assertEachVcpuAlone(2);
      points += died ? 1 : 0;

      boolean diedUndoing = true;
      for (int m = 1; diedUndoing; m++) {
        new Instance().capped(FIFTH);
        Instance third = new Instance(dyingAfter(m));
        diedUndoing = dies(third::undo);
        points += diedUndoing ? 1 : 0;
        new Instance().undo();
        assertThat(threadsOf(cgroup.directory())).containsAll(vm.vcpus());
        assertNothingLeft();
      }
    }
    System.out.println("fault injection: " + points + " points, cgroup " + cgroup.version());
    assertThat(points).isGreaterThanOrEqualTo(6);
  }

  @Test
  void aRecordWithoutDeedsIsUndoneToo() throws IOException {
    RecordStore records = RecordStore.open(temporary.resolve("state"));
    records.write(
        new VmRecord(
            identity(),
            vm.asFound().key(),
            List.of(
                new VmRecord.OwnedCgroup(
                    cgroup.directory().toString(), child(0).toString(), false)),
            false,
            java.util.Map.of()));
    new Instance().undo();
    assertNothingLeft();
  }

  @Test
  void theVmDiesAtAnyStepAndNothingStays() throws IOException {
    int steps = 6; // create, quota, thread, for each of two vCPUs
    for (int n = 1; n <= steps; n++) {
      int fatal = n;
      int[] done = {0};
      Instance daemon =
          new Instance(
              _ -> {
                if (++done[0] == fatal) {
                  vm.kill();
                }
              });
      QemuProcess found = vm.asFound();
      CapOutcome outcome =
          daemon.capping.cap(identity(), FIFTH, found, new VcpuThreads(proc, vm.pid()));
      assertThat(outcome).isInstanceOf(CapOutcome.NoProcess.class);
      Instance successor = new Instance();
      org.awaitility.Awaitility.await()
          .ignoreException(IOException.class) // EBUSY until the last thread has quite gone
          .until(
              () ->
                  successor.capping.cleanDead(Set.of()) >= 0
                      && HostCgroup.children(cgroup.directory()).isEmpty());
      assertNothingLeft();
      vm = VcpuProcess.start(2);
      cgroup.add(vm.pid());
    }
  }

  @Test
  void orphansWithoutARecordAreCleanedAndStrangersLeftAlone() throws IOException {
    new Instance().capped(FIFTH);
    Path orphan =
        Files.createDirectory(
            cgroup.directory().resolve("diecast-vcpu-0b5d7f0e-6f41-4b5c-9d0d-3f1f0d0f7a11-1"));
    Path stranger = Files.createDirectory(cgroup.directory().resolve("housekeeping"));
    Instance successor = new Instance();
    assertThat(successor.capping.cleanDead(Set.of(vm.uid()))).isEqualTo(1);
    assertThat(orphan).doesNotExist();
    assertThat(stranger).exists();
    assertEachVcpuAlone(2);
  }

  @Test
  void driftIsMendedAndTold() throws IOException {
    Instance daemon = new Instance();
    assertThat(daemon.capped(FIFTH).drift()).isEmpty();

    if (cgroup.version() == CgroupVersion.V1) {
      HostCgroup.write(child(1).resolve("cpu.cfs_quota_us"), "-1");
    } else {
      HostCgroup.write(child(1).resolve("cpu.max"), "max 100000");
    }
    assertThat(daemon.capped(FIFTH).drift()).as("quota lifted").containsExactly(Drift.CapChanged);
    assertThat(daemon.capped(FIFTH).drift()).isEmpty();

    int escaped = vm.vcpu(1);
    HostCgroup.write(
        cgroup.directory().resolve(cgroup.version().threadsFile()), Integer.toString(escaped));
    assertThat(daemon.capped(FIFTH).drift())
        .as("thread moved out")
        .containsExactly(Drift.ThreadMoved);
    assertEachVcpuAlone(2);

    HostCgroup.write(child(0).resolve(cgroup.version().threadsFile()), Integer.toString(escaped));
    assertThat(daemon.capped(FIFTH).drift())
        .as("two vCPUs under one cap")
        .containsExactly(Drift.ThreadMoved);
    assertEachVcpuAlone(2);

    HostCgroup.write(child(0).resolve(cgroup.version().threadsFile()), Integer.toString(vm.pid()));
    assertThat(daemon.capped(FIFTH).drift())
        .as("emulator moved in")
        .containsExactly(Drift.ThreadMoved);
    assertEachVcpuAlone(2);
    assertThat(daemon.capped(FIFTH).drift()).isEmpty();
  }

  /**
   * To one beside its own: in v2 none below can take a process once the vCPUs' cgroups are there.
   */
  @Test
  void aVmMovedToAnotherCgroupIsFollowed() throws IOException {
    Path here = HostCgroup.createBelow(cgroup.directory(), "here");
    Path elsewhere = HostCgroup.createBelow(cgroup.directory(), "elsewhere");
    HostCgroup.write(here.resolve("cgroup.procs"), Integer.toString(vm.pid()));
    cgroup.handOnControllers(cgroup.directory());
    Instance daemon = new Instance();
    daemon.capped(FIFTH);
    assertThat(HostCgroup.children(here)).hasSize(2);
    HostCgroup.write(elsewhere.resolve("cgroup.procs"), Integer.toString(vm.pid()));
    CapOutcome.Capped capped = daemon.capped(FIFTH);
    assertThat(capped.drift()).containsExactly(Drift.ProcessMoved);
    assertThat(capped.vcpus())
        .hasSize(2)
        .allSatisfy(vcpu -> assertThat(vcpu.cgroup()).hasParent(elsewhere).isDirectory());
    assertThat(HostCgroup.children(here)).as("the former cgroups").isEmpty();
    daemon.undo();
    assertThat(HostCgroup.children(elsewhere)).isEmpty();
  }

  @Test
  void aNewVcpuIsPickedUpAndIsNoDrift() throws IOException {
    Instance daemon = new Instance();
    daemon.capped(FIFTH);
    vm.startAnotherVcpu();
    CapOutcome.Capped capped = daemon.capped(FIFTH);
    assertThat(capped.vcpus()).hasSize(3);
    assertThat(capped.drift()).isEmpty();
    assertEachVcpuAlone(3);
  }

  @Test
  void theCgroupOfAVcpuThatIsGoneGoesToo() throws IOException {
    new Instance().capped(FIFTH);
    RecordStore records = RecordStore.open(temporary.resolve("state"));
    Path unplugged = Files.createDirectory(child(7));
    records.update(
        vm.uid(),
        record -> {
          List<VmRecord.OwnedCgroup> owned = new java.util.ArrayList<>(record.cgroups());
          owned.add(
              new VmRecord.OwnedCgroup(cgroup.directory().toString(), unplugged.toString(), false));
          return record.withCgroups(owned);
        });
    CapOutcome.Capped capped = new Instance().capped(FIFTH);
    assertThat(unplugged).doesNotExist();
    assertThat(capped.record().cgroups()).hasSize(2);
    assertThat(capped.drift()).isEmpty();
    assertEachVcpuAlone(2);
  }

  @Test
  void aSmallerQuotaAboveIsSaid() throws IOException {
    assumeTrue(
        cgroup.version() == CgroupVersion.V1, "SKIPPED: cgroup v2 takes any quota below another");
    HostCgroup.write(cgroup.directory().resolve("cpu.cfs_quota_us"), "5000");
    CapOutcome outcome = new Instance().cap(FIFTH);
    assertThat(outcome).isInstanceOf(CapOutcome.Refused.class);
    assertThat(((CapOutcome.Refused) outcome).message())
        .contains("cpu.cfs_quota_us")
        .contains("raise or drop the pod's CPU limit");
    new Instance().undo();
    assertNothingLeft();
  }

  /** The kernel gives the ids of threads that have ended to others. */
  @Test
  void aThreadIdGivenToAnotherProcessIsPutBack() throws Exception {
    CgroupHierarchy host =
        CgroupHierarchy.find(
                Controller.CPU, Files.readAllLines(Path.of("/proc/self/mountinfo")), Path.of("/"))
            .orElseThrow();
    Process stranger = new ProcessBuilder("sleep", "60").start();
    try {
      int pid = (int) stranger.pid();
      Path home = host.directoryOf(Files.readAllLines(proc.of(pid).resolve("cgroup")));
      long start = proc.startTicks(pid).orElseThrow();
      CgroupOperation move =
          new CgroupOperation.MoveThread(
              pid, cgroup.directory().resolve(cgroup.version().threadsFile()));
      CgroupApplier applier = new CgroupApplier(host, proc, _ -> {});

      applier.apply(List.of(move), _ -> OptionalLong.empty());
      assertThat(threadsOf(cgroup.directory())).as("not what was meant").doesNotContain(pid);
      if (cgroup.version() == CgroupVersion.V1) { // v2 refuses it by itself: another domain
        applier.apply(List.of(move), _ -> OptionalLong.of(start - 1));
        assertThat(threadsOf(cgroup.directory())).as("moved, and put back").doesNotContain(pid);
        assertThat(threadsOf(home)).contains(pid);
      }
    } finally {
      stranger.destroyForcibly().waitFor();
    }
  }

  @Test
  void aForgedRecordTouchesNothingOfOthers() throws IOException {
    Path stranger = Files.createDirectory(cgroup.directory().resolve("stranger"));
    Instance daemon = new Instance();
    VmRecord forged =
        new VmRecord(
            identity(),
            vm.asFound().key(),
            List.of(
                new VmRecord.OwnedCgroup(
                    cgroup.directory().toString(), stranger.toString(), false)),
            false,
            java.util.Map.of());
    assertThatThrownBy(() -> daemon.capping.undo(forged)).hasMessageContaining("not ours");
    assertThat(stranger).exists();
    Path outside = cgroup.directory().resolve("..").resolve(child(0).getFileName());
    VmRecord escaping =
        forged.withCgroups(
            List.of(
                new VmRecord.OwnedCgroup(
                    outside.getParent().toString(), outside.toString(), false)));
    assertThatThrownBy(() -> daemon.capping.undo(escaping)).hasMessageContaining("not ours");

    daemon.records.write(forged);
    vm.kill();
    assertThat(new Instance().capping.cleanDead(Set.of()))
        .as("a record that cannot be followed holds up no start")
        .isZero();
    assertThat(stranger).exists();
  }
}
