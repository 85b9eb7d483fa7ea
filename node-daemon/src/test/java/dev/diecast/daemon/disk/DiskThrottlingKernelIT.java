package dev.diecast.daemon.disk;

import static dev.diecast.daemon.disk.DiskDaemon.MEBIBYTE;
import static dev.diecast.daemon.disk.DiskDaemon.ONE_MEBIBYTE;
import static dev.diecast.daemon.disk.DiskDaemon.throttled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.Rational;
import dev.diecast.core.disk.DiskThrottle;
import dev.diecast.core.disk.LatencyFloor;
import dev.diecast.daemon.cgroup.CgroupHierarchy;
import dev.diecast.daemon.cgroup.CgroupVersion;
import dev.diecast.daemon.cgroup.Controller;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.support.DiskFileSystem;
import dev.diecast.daemon.support.DiskProcess;
import dev.diecast.daemon.support.HostCgroup;
import dev.diecast.daemon.support.LoopDevice;
import dev.diecast.daemon.support.VcpuProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Throttles on this host's own cgroups (v1 or v2) and block devices, of processes of our own. */
class DiskThrottlingKernelIT {

  @TempDir Path state;

  /** Beside the classes: on a file system of a disk, which the temporary directory need not be. */
  private final Path files =
      Path.of("target", "disks-" + ProcessHandle.current().pid()).toAbsolutePath();

  private DiskFileSystem disk;
  private HostCgroup cgroup;

  /** One for all tests, until one ends it: a JVM takes its time in the worker VM. */
  private static DiskProcess shared;

  private DiskProcess vm;

  @BeforeEach
  void start() throws IOException {
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "throttles need root");
    Assumptions.assumeTrue(
        CgroupHierarchy.find(
                Controller.IO, Files.readAllLines(Path.of("/proc/self/mountinfo")), Path.of("/"))
            .isPresent(),
        "this kernel has no blkio or io controller mounted");
    disk = DiskFileSystem.at(files);
    cgroup = HostCgroup.create(Controller.IO);
    shared = shared == null || !shared.isAlive() ? new DiskProcess() : shared;
    vm = shared.reset();
    cgroup.add(vm.pid());
  }

  @AfterEach
  void stop() throws IOException {
    if (vm != null && vm.isAlive()) {
      vm.reset();
      cgroup.release(vm.pid());
    }
    if (cgroup != null) {
      cgroup.close();
    }
    if (disk != null) {
      disk.close();
    }
  }

  @AfterAll
  static void endTheProcess() {
    if (shared != null) {
      shared.close();
    }
  }

  private Path disk(String name) throws IOException {
    return DiskProcess.file(files.resolve("vms/default_vm"), name, 2 * MEBIBYTE);
  }

  private DiskThrottling daemon() throws IOException {
    return DiskDaemon.of(cgroup, state);
  }

  private VmIdentity identity() {
    return new VmIdentity(vm.uid(), "default", "vm");
  }

  private static DiskTarget due(DiskThrottle throttle, String... names) {
    List<DiskDue> disks = new ArrayList<>();
    for (String name : names) {
      disks.add(new DiskDue(name, throttle, LatencyFloor.NONE, Rational.ZERO));
    }
    return new DiskTarget(disks, List.of());
  }

  private Path throttledCgroup() {
    return cgroup.version() == CgroupVersion.V1
        ? cgroup.directory().resolve("diecast-disk-" + vm.uid())
        : cgroup.directory();
  }

  private VmThrottles kernel() throws IOException {
    return new ThrottleObserver(cgroup.version(), new ProcFiles(VcpuProcess.PROC))
        .observe(throttledCgroup());
  }

  private void assertNothingLeft() throws IOException {
    assertThat(HostCgroup.children(cgroup.directory())).isEmpty();
    assertThat(Files.readAllLines(cgroup.directory().resolve("cgroup.procs")))
        .contains(Integer.toString(vm.pid()));
    if (cgroup.version() == CgroupVersion.V2) {
      assertThat(kernel().limits()).isEmpty();
    }
    try (var records = Files.list(state.resolve("vms"))) {
      assertThat(records).isEmpty();
    }
  }

  @Test
  void aDiskIsHeldToItsRateAndLetGoAgain() throws IOException {
    Path file = disk("data");
    vm.opening(file, true);
    Duration free = vm.read(file, MEBIBYTE / 4, 8);
    DiskThrottling daemon = daemon();
    ThrottleOutcome.Throttled outcome =
        throttled(daemon.throttle(identity(), due(ONE_MEBIBYTE, "data"), vm.asFound()));

    assertThat(outcome.problems()).isEmpty();
    assertThat(outcome.inForce().values()).containsExactly(ONE_MEBIBYTE);
    DeviceNumber device = outcome.inForce().keySet().iterator().next();
    assertThat(kernel().limit(device)).isEqualTo(ONE_MEBIBYTE);

    Duration held = vm.read(file, MEBIBYTE / 4, 8);
    Duration written = vm.write(file, MEBIBYTE / 4, 8);
    // Two seconds of work; a throttle may let the first slices pass.
    assertThat(held).isGreaterThan(Duration.ofMillis(1200)).isGreaterThan(free);
    assertThat(written).isGreaterThan(Duration.ofMillis(1200));
    DiskCounters counters =
        throttled(daemon.throttle(identity(), due(ONE_MEBIBYTE, "data"), vm.asFound()))
            .delivered()
            .get(device);
    assertThat(counters.readBytes()).isGreaterThanOrEqualTo(2 * MEBIBYTE);
    assertThat(counters.writtenBytes()).isGreaterThanOrEqualTo(2 * MEBIBYTE);
    assertThat(counters.reads()).isPositive();

    daemon.release(vm.uid());
    assertNothingLeft();
  }

  @Test
  void whatSomebodyElseChangesIsPutRightAndCounted() throws IOException {
    vm.opening(disk("data"), true);
    DiskThrottling daemon = daemon();
    DiskTarget due = due(ONE_MEBIBYTE, "data");
    ThrottleOutcome.Throttled first = throttled(daemon.throttle(identity(), due, vm.asFound()));
    assertThat(first.drift()).isFalse();
    DeviceNumber device = first.inForce().keySet().iterator().next();
    Path limits =
        throttledCgroup()
            .resolve(
                cgroup.version() == CgroupVersion.V1 ? "blkio.throttle.read_bps_device" : "io.max");
    HostCgroup.write(
        limits, device + (cgroup.version() == CgroupVersion.V1 ? " 99999999" : " rbps=99999999"));

    assertThat(throttled(daemon.throttle(identity(), due, vm.asFound())).drift()).isTrue();
    assertThat(kernel().limit(device)).isEqualTo(ONE_MEBIBYTE);
    assertThat(throttled(daemon.throttle(identity(), due, vm.asFound())).drift()).isFalse();

    if (cgroup.version() == CgroupVersion.V1) {
      cgroup.add(vm.pid());
      assertThat(throttled(daemon.throttle(identity(), due, vm.asFound())).drift()).isTrue();
      assertThat(kernel().inside()).containsExactly(vm.pid());
    }
  }

  @Test
  void aDiskPluggedInLaterIsPickedUpAndTwoOnOneDeviceAreSaid() throws IOException {
    DiskThrottling daemon = daemon();
    ThrottleOutcome.Throttled none =
        throttled(daemon.throttle(identity(), due(ONE_MEBIBYTE, "data"), vm.asFound()));
    assertThat(none.problems())
        .extracting(DiskProblem::reason)
        .containsExactly(DiskProblem.Reason.DiskNotFound);

    vm.opening(disk("data"), true);
    ThrottleOutcome.Throttled one =
        throttled(daemon.throttle(identity(), due(ONE_MEBIBYTE, "data"), vm.asFound()));
    assertThat(one.problems()).isEmpty();
    assertThat(one.inForce()).hasSize(1);

    vm.opening(disk("log"), true);
    ThrottleOutcome.Throttled two =
        throttled(daemon.throttle(identity(), due(ONE_MEBIBYTE, "data", "log"), vm.asFound()));
    assertThat(two.problems())
        .extracting(DiskProblem::reason)
        .containsExactly(DiskProblem.Reason.SharedDevice);
    assertThat(two.inForce().values())
        .containsExactly(DiskThrottle.together(List.of(ONE_MEBIBYTE, ONE_MEBIBYTE)));
  }

  @Test
  void aDiskThatGoesAwayIsThrottledNoLongerAndTheOthersStay() throws IOException {
    DiskTarget due = due(ONE_MEBIBYTE, "data", "log");
    try (LoopDevice loop = LoopDevice.over(disk("data"))) {
      Path log = disk("log");
      vm.opening(loop.path(), true).opening(log, true);
      DiskThrottling daemon = daemon();
      assertThat(throttled(daemon.throttle(identity(), due, vm.asFound())).inForce()).hasSize(2);

      vm.closing(loop.path());
      ThrottleOutcome.Throttled after = throttled(daemon.throttle(identity(), due, vm.asFound()));
      assertThat(after.inForce()).hasSize(1).doesNotContainKey(loop.number());
      assertThat(after.drift()).as("nobody else has changed anything").isFalse();
      assertThat(after.problems())
          .extracting(DiskProblem::reason)
          .containsExactly(DiskProblem.Reason.DiskNotFound);
      assertThat(kernel().limit(loop.number())).isEqualTo(DiskThrottle.NONE);
      assertThat(kernel().limits().values()).containsExactly(ONE_MEBIBYTE);

      vm.opening(loop.path(), true);
      ThrottleOutcome.Throttled again = throttled(daemon.throttle(identity(), due, vm.asFound()));
      assertThat(again.problems()).isEmpty();
      assertThat(kernel().limit(loop.number())).isEqualTo(ONE_MEBIBYTE);
      vm.closing(loop.path());
      vm.closing(log);
      assertThat(throttled(daemon.throttle(identity(), due, vm.asFound())).inForce()).isEmpty();
      assertThat(kernel().limits()).isEmpty();
      daemon.release(vm.uid());
      assertNothingLeft();
    }
  }

  @Test
  void aLoopDeviceHasAThrottleOfItsOwn() throws IOException {
    Path data = disk("data");
    Path log = disk("log");
    try (LoopDevice loop = LoopDevice.over(data)) {
      vm.opening(loop.path(), true).opening(log, true);
      ThrottleOutcome.Throttled outcome =
          throttled(daemon().throttle(identity(), due(ONE_MEBIBYTE, "data", "log"), vm.asFound()));
      assertThat(outcome.problems()).isEmpty();
      assertThat(outcome.inForce()).hasSize(2).containsKey(loop.number());
      assertThat(vm.read(loop.path(), MEBIBYTE / 4, 8)).isGreaterThan(Duration.ofMillis(1200));
      vm.reset();
    }
  }

  @Test
  void whatCannotBeThrottledIsSaidAndTheRestIsThrottled() throws IOException {
    Path memory = Path.of("/dev/shm/diecast-" + vm.uid() + "/vms/default_vm");
    Path inMemory = DiskProcess.file(memory, "fast", MEBIBYTE);
    try {
      vm.opening(inMemory, false).opening(disk("data"), false);
      ThrottleOutcome.Throttled outcome =
          throttled(daemon().throttle(identity(), due(ONE_MEBIBYTE, "fast", "data"), vm.asFound()));
      assertThat(outcome.problems())
          .extracting(DiskProblem::reason)
          .containsExactly(DiskProblem.Reason.NotThrottleable, DiskProblem.Reason.BufferedIo);
      assertThat(outcome.problems().getFirst().message()).contains("disk fast", "tmpfs");
      assertThat(outcome.inForce()).hasSize(1);
    } finally {
      Files.delete(inMemory);
      Files.delete(memory);
      Files.delete(memory.getParent());
      Files.delete(memory.getParent().getParent());
    }
  }

  /** /proc takes no directories, whoever asks. */
  @Test
  void aHierarchyThatCannotBeWrittenIsATypedRefusal() throws IOException {
    Assumptions.assumeTrue(cgroup.version() == CgroupVersion.V1, "v2 makes no cgroup for disks");
    vm.opening(disk("data"), true);
    String name = cgroup.directory().getFileName().toString();
    DiskThrottling daemon =
        DiskDaemon.of(
            cgroup,
            new CgroupHierarchy(Controller.IO, CgroupVersion.V1, Path.of("/proc/sys"), "/" + name),
            state);
    ThrottleOutcome.Throttled outcome =
        throttled(daemon.throttle(identity(), due(ONE_MEBIBYTE, "data"), vm.asFound()));
    assertThat(outcome.problems())
        .extracting(DiskProblem::reason)
        .containsExactly(DiskProblem.Reason.CgroupNotWritable);
    assertThat(outcome.problems().getFirst().message()).contains("creating /proc/sys");
  }

  @Test
  void aVmThatHasEndedIsNoProcess() throws IOException {
    vm.opening(disk("data"), true);
    var found = vm.asFound();
    DiskThrottling daemon = daemon();
    daemon.throttle(identity(), due(ONE_MEBIBYTE, "data"), found);
    vm.close();
    assertThat(daemon.throttle(identity(), due(ONE_MEBIBYTE, "data"), found))
        .isInstanceOf(ThrottleOutcome.NoProcess.class);
    assertThat(daemon.cleanDead(Set.of())).isEqualTo(1);
    assertThat(HostCgroup.children(cgroup.directory())).isEmpty();
  }

  @Test
  void whatARecordSaysOfSomebodyElsesCgroupIsNotBelieved() throws IOException {
    Assumptions.assumeTrue(cgroup.version() == CgroupVersion.V1, "v2 removes no cgroups for disks");
    Path others = Files.createDirectory(cgroup.directory().resolve("others"));
    RecordStore records = RecordStore.open(state);
    records.write(
        new dev.diecast.daemon.record.VmRecord(
                identity(), vm.asFound().key(), List.of(), false, Map.of())
            .withThrottles(
                List.of(
                    new dev.diecast.daemon.record.OwnedThrottle(
                        others.toString(), true, Map.of()))));
    assertThatThrownBy(() -> daemon().release(vm.uid())).hasMessageContaining("not ours");
    assertThat(others).exists();
  }

  @Test
  void aDeadVmsRecordThatCannotBeUndoneHoldsUpNoOther() throws IOException {
    Assumptions.assumeTrue(cgroup.version() == CgroupVersion.V1, "v2 removes no cgroups for disks");
    Path others = Files.createDirectory(cgroup.directory().resolve("others"));
    String orphan = "diecast-disk-" + java.util.UUID.randomUUID();
    Files.createDirectory(cgroup.directory().resolve(orphan));
    RecordStore.open(state)
        .write(
            new dev.diecast.daemon.record.VmRecord(
                    identity(),
                    new dev.diecast.daemon.process.ProcessKey(vm.pid(), 1), // an earlier one
                    List.of(),
                    false,
                    Map.of())
                .withThrottles(
                    List.of(
                        new dev.diecast.daemon.record.OwnedThrottle(
                            others.toString(), true, Map.of()))));
    assertThat(daemon().cleanDead(Set.of())).isEqualTo(1);
    assertThat(HostCgroup.children(cgroup.directory())).containsExactly(others);
  }
}
