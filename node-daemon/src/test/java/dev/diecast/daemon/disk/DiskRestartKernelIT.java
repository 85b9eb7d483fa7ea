package dev.diecast.daemon.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.Rational;
import dev.diecast.core.disk.DiskRate;
import dev.diecast.core.disk.DiskThrottle;
import dev.diecast.core.disk.LatencyFloor;
import dev.diecast.daemon.cgroup.CgroupApplier;
import dev.diecast.daemon.cgroup.CgroupHierarchy;
import dev.diecast.daemon.cgroup.CgroupVersion;
import dev.diecast.daemon.cgroup.Controller;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.record.VmRecord;
import dev.diecast.daemon.support.DiskFileSystem;
import dev.diecast.daemon.support.DiskProcess;
import dev.diecast.daemon.support.HostCgroup;
import dev.diecast.daemon.support.LoopDevice;
import dev.diecast.daemon.support.VcpuProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon that throttles disks ends after every single step, those of its records on disk among
 * them; a successor, which knows nothing but what is on disk, comes to the same state as without
 * the fault, and taking that back leaves nothing. On this host's own cgroups and devices; needs
 * root.
 */
class DiskRestartKernelIT {
  private static final int MEBIBYTE = 1 << 20;
  private static final DiskThrottle MUCH =
      new DiskThrottle(
          Map.of(DiskRate.READ_BYTES, 8L * MEBIBYTE, DiskRate.WRITE_OPERATIONS, 2_000L));
  private static final DiskThrottle LITTLE =
      new DiskThrottle(
          Map.of(DiskRate.READ_BYTES, 4L * MEBIBYTE, DiskRate.WRITE_BYTES, 2L * MEBIBYTE));

  /** What the VM's cgroup had on a device before it was ours, in v2. */
  private static final DiskThrottle THEIRS =
      new DiskThrottle(Map.of(DiskRate.READ_OPERATIONS, 5_000L));

  private static final int MANY = 100;

  @TempDir Path temporary;

  /** Beside the classes: on a file system of a disk, which the temporary directory need not be. */
  private final Path files =
      Path.of("target", "disk-restarts-" + ProcessHandle.current().pid()).toAbsolutePath();

  private Path state;
  private DiskFileSystem disk;
  private LoopDevice loop;
  private Path log;
  private HostCgroup cgroup;
  private DiskProcess vm;
  private VmIdentity identity;
  private int steps;

  @BeforeEach
  void start() throws IOException {
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "SKIPPED: throttles need root");
    Assumptions.assumeTrue(
        CgroupHierarchy.find(
                Controller.IO, Files.readAllLines(Path.of("/proc/self/mountinfo")), Path.of("/"))
            .isPresent(),
        "SKIPPED: this kernel has no blkio or io controller mounted");
    state = temporary.resolve("state");
    disk = DiskFileSystem.at(files);
    cgroup = HostCgroup.create(Controller.IO);
    Path directory = files.resolve("vms/default_vm");
    loop = LoopDevice.over(DiskProcess.file(directory, "data", MEBIBYTE));
    log = DiskProcess.file(directory, "log", MEBIBYTE);
    vm = new DiskProcess();
    cgroup.add(vm.pid());
    vm.opening(loop.path(), true).opening(log, true);
    identity = new VmIdentity(vm.uid(), "default", "vm");
    if (cgroup.version() == CgroupVersion.V2) {
      HostCgroup.write(
          cgroup.directory().resolve("io.max"), ThrottleFiles.v2Line(loop.number(), THEIRS));
    }
  }

  @AfterEach
  void stop() throws IOException {
    if (vm != null) {
      vm.close();
    }
    if (loop != null) {
      loop.close();
    }
    if (cgroup != null) {
      cgroup.close();
    }
    if (disk != null) {
      disk.close();
    }
  }

  /** Ends whatever works, and is caught by nothing that does. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  @FunctionalInterface
  private interface Work {
    void on(DiskThrottling daemon) throws IOException;
  }

  /**
   * One daemon's life: it starts as daemons do, works, and ends after its n-th step or when done.
   */
  private boolean dies(int n, Work work) throws IOException {
    steps = 0;
    ProcFiles proc = new ProcFiles(VcpuProcess.PROC);
    try {
      DiskThrottling daemon =
          new DiskThrottling(
              cgroup.asHierarchy(),
              proc,
              new BlockDevices(Path.of("/sys")),
              new CgroupApplier(cgroup.asHierarchy(), proc, _ -> step(n)),
              RecordStore.open(state, _ -> step(n)));
      daemon.cleanDead(Set.of(vm.uid()));
      work.on(daemon);
      return false;
    } catch (Killed e) {
      return true;
    }
  }

  private void step(int n) {
    if (++steps == n) {
      throw new Killed();
    }
  }

  private void lives(Work work) throws IOException {
    assertThat(dies(Integer.MAX_VALUE, work)).isFalse();
  }

  private Work throttle(DiskThrottle each) {
    List<DiskDue> disks = new ArrayList<>();
    for (String name : List.of("data", "log")) {
      disks.add(new DiskDue(name, each, LatencyFloor.NONE, Rational.ZERO));
    }
    return daemon ->
        assertThat(daemon.throttle(identity, new DiskTarget(disks, List.of()), vm.asFound()))
            .isInstanceOf(ThrottleOutcome.Throttled.class);
  }

  private Work release() {
    return daemon -> daemon.release(vm.uid());
  }

  @Test
  void afterEveryStepOfAnApplication() throws IOException {
    faultAfterEveryStep("application", () -> {}, throttle(MUCH));
  }

  @Test
  void afterEveryStepOfAChangeOfRates() throws IOException {
    faultAfterEveryStep("change of rates", () -> lives(throttle(MUCH)), throttle(LITTLE));
  }

  @Test
  void afterEveryStepOfARepair() throws IOException {
    boolean v1 = cgroup.version() == CgroupVersion.V1;
    faultAfterEveryStep(
        "repair",
        () -> {
          lives(throttle(MUCH));
          HostCgroup.write(
              throttled().resolve(v1 ? "blkio.throttle.read_bps_device" : "io.max"),
              loop.number() + (v1 ? " 999999" : " rbps=999999"));
          cgroup.add(vm.pid());
        },
        throttle(MUCH));
  }

  @Test
  void afterEveryStepOfFollowingADiskThatIsPluggedIn() throws IOException {
    faultAfterEveryStep(
        "disk plugged in",
        () -> {
          vm.closing(loop.path());
          lives(throttle(MUCH));
          vm.opening(loop.path(), true);
        },
        throttle(MUCH));
  }

  @Test
  void afterEveryStepOfFollowingADiskThatIsUnplugged() throws IOException {
    faultAfterEveryStep(
        "disk unplugged",
        () -> {
          vm.opening(loop.path(), true);
          lives(throttle(MUCH));
          vm.closing(loop.path());
        },
        throttle(MUCH));
  }

  /** The process is in another cgroup all at once, as when its pod is made anew around it. */
  @Test
  void afterEveryStepOfFollowingAMove() throws IOException {
    Path elsewhere = HostCgroup.createBelow(cgroup.directory(), "elsewhere");
    Path here = HostCgroup.createBelow(cgroup.directory(), "here");
    HostCgroup.write(here.resolve("cgroup.procs"), Integer.toString(vm.pid()));
    cgroup.handOnControllers(cgroup.directory());
    faultAfterEveryStep(
        "move",
        () -> {
          HostCgroup.write(here.resolve("cgroup.procs"), Integer.toString(vm.pid()));
          lives(throttle(MUCH));
          HostCgroup.write(elsewhere.resolve("cgroup.procs"), Integer.toString(vm.pid()));
        },
        throttle(MUCH));
  }

  @Test
  void afterEveryStepOfAnUndoing() throws IOException {
    faultAfterEveryStep("undoing", () -> lives(throttle(MUCH)), release());
  }

  @FunctionalInterface
  private interface Setting {
    void make() throws IOException;
  }

  private void faultAfterEveryStep(String what, Setting setting, Work work) throws IOException {
    Map<String, String> before = found();
    setting.make();
    lives(work);
    Map<String, String> unharmed = found();
    lives(release());
    assertNothingLeft(before);
    int points = 0;
    for (boolean killed = true; killed; ) {
      assertThat(points).as("steps").isLessThan(MANY);
      setting.make();
      killed = dies(points + 1, work);
      points += killed ? 1 : 0;
      lives(work);
      assertThat(found()).as("ended after step %d of the %s", points, what).isEqualTo(unharmed);
      lives(release());
      assertNothingLeft(before);
    }
    System.out.printf(
        "fault injection: disks, %s: ended at %d points, after every step, cgroup %s%n",
        what, points, cgroup.version());
    assertThat(points).isPositive();
  }

  private Path throttled() {
    return cgroup.version() == CgroupVersion.V1
        ? cgroup.directory().resolve(ThrottleCgroup.nameFor(vm.uid()))
        : cgroup.directory();
  }

  /** All cgroups with their limits, whether the VM is in them, and the records. */
  private Map<String, String> found() throws IOException {
    ThrottleObserver observer =
        new ThrottleObserver(cgroup.version(), new ProcFiles(VcpuProcess.PROC));
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(cgroup.directory())) {
      for (Path directory : tree.filter(Files::isDirectory).toList()) {
        boolean limited =
            cgroup.version() == CgroupVersion.V1 || Files.exists(directory.resolve("io.max"));
        boolean inside =
            Files.readAllLines(directory.resolve("cgroup.procs"))
                .contains(Integer.toString(vm.pid()));
        found.put(
            directory.toString(),
            (limited ? new TreeMap<>(observer.observe(directory).limits()) : "") + " " + inside);
      }
    }
    if (Files.exists(state)) {
      for (VmRecord record : RecordStore.open(state).all()) {
        found.put("record " + record.vm(), record.process() + " " + record.throttles());
      }
    }
    return found;
  }

  private void assertNothingLeft(Map<String, String> before) throws IOException {
    Map<String, String> now = found();
    assertThat(now.keySet()).isEqualTo(before.keySet());
    now.forEach(
        (what, is) ->
            assertThat(is.substring(0, is.lastIndexOf(' ')))
                .as(what)
                .isEqualTo(before.get(what).substring(0, before.get(what).lastIndexOf(' '))));
    try (Stream<Path> records = Files.list(state.resolve("vms"))) {
      assertThat(records).isEmpty();
    }
  }
}
