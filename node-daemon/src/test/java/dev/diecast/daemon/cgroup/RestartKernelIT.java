package dev.diecast.daemon.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.cpu.CpuCap;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.QemuScanner;
import dev.diecast.daemon.process.VcpuThreads;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmRecord;
import dev.diecast.daemon.support.HostCgroup;
import dev.diecast.daemon.support.Processor;
import dev.diecast.daemon.support.VcpuProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that does what the daemon does is killed (SIGKILL) after every single step, those of
 * its records on disk among them; a successor comes to the same state as without the fault, and
 * taking that back leaves nothing. Needs root.
 */
class RestartKernelIT {
  private static final CpuCap FIFTH = new CpuCap(20_000, 100_000);

  /** From {@link #FIFTH} in three writes for each vCPU with cgroup v1. */
  private static final CpuCap LESS = new CpuCap(15_000, 200_000);

  private static final int MANY = 100;

  /** Where a process takes longer to start, as in an emulated machine, not every step is tried. */
  private static final Duration SLOW = Duration.ofSeconds(10);

  @TempDir Path temporary;
  private HostCgroup cgroup;
  private VcpuProcess vm;
  private Path state;
  private int points;
  private Process next;

  @BeforeEach
  void start() throws IOException {
    HostCgroup.assumeWritable();
    cgroup = HostCgroup.create();
    vm = VcpuProcess.start(0, 2, UUID.randomUUID().toString());
    cgroup.add(vm.pid());
    state = temporary.resolve("state");
  }

  @AfterEach
  void stop() throws IOException {
    if (next != null) {
      next.destroyForcibly();
    }
    if (vm != null) {
      vm.close();
    }
    if (cgroup != null) {
      cgroup.close();
    }
  }

  @FunctionalInterface
  private interface Setting {
    void run() throws Exception;
  }

  @Test
  void killedAfterEveryStepOfAnApplication() throws Exception {
    assumeQuickStarts();
    killAfterEveryStep("application", () -> {}, "cap", FIFTH);
  }

  @Test
  void killedAfterEveryStepOfAChange() throws Exception {
    killAfterEveryStep("change of cap", () -> cap(FIFTH), "cap", LESS);
  }

  @Test
  void killedAfterEveryStepOfARepair() throws Exception {
    killAfterEveryStep("repair", this::capAndDisturb, "cap", FIFTH);
  }

  private void capAndDisturb() throws Exception {
    cap(FIFTH);
    boolean v1 = cgroup.version() == CgroupVersion.V1;
    HostCgroup.write(
        child(cgroup.directory(), 0).resolve(v1 ? "cpu.cfs_quota_us" : "cpu.max"),
        v1 ? "-1" : "max");
    String threads = cgroup.version().threadsFile();
    HostCgroup.write(cgroup.directory().resolve(threads), Integer.toString(vm.vcpu(1)));
  }

  @Test
  void killedAfterEveryStepOfFollowingAMove() throws Exception {
    assumeQuickStarts();
    Path here = HostCgroup.createBelow(cgroup.directory(), "here");
    Path elsewhere = HostCgroup.createBelow(cgroup.directory(), "elsewhere");
    String pid = Integer.toString(vm.pid());
    HostCgroup.write(here.resolve("cgroup.procs"), pid);
    cgroup.handOnControllers(cgroup.directory());
    killAfterEveryStep(
        "move",
        () -> {
          HostCgroup.write(here.resolve("cgroup.procs"), pid);
          cap(FIFTH);
          HostCgroup.write(elsewhere.resolve("cgroup.procs"), pid);
        },
        "cap",
        FIFTH);
  }

  @Test
  void killedAfterEveryStepOfAnUndoing() throws Exception {
    assumeQuickStarts();
    killAfterEveryStep("undoing", () -> cap(FIFTH), "undo", FIFTH);
  }

  /** A JVM for every step; CpuCappingKernelIT gives up after each of them without one. */
  private static void assumeQuickStarts() throws IOException {
    Processor.assumeReal("a JVM takes twenty seconds to start, and each step takes three");
  }

  private void killAfterEveryStep(String what, Setting setting, String action, CpuCap due)
      throws Exception {
    setting.run();
    finish(action, due);
    Map<String, String> unharmed = found();
    undo();
    assertNothingLeft();
    long begin = System.nanoTime();
    next = launch(action, due);
    awaitReady(next);
    int stride = System.nanoTime() - begin > SLOW.toNanos() ? 5 : 1;
    boolean killed = true;
    for (int n = 1; killed; n += stride) {
      assertThat(n).as("steps").isLessThan(MANY);
      setting.run();
      killed = kill(n, action, due);
      finish(action, due);
      assertThat(found()).as("killed after step %d of the %s", n, what).isEqualTo(unharmed);
      undo();
      assertNothingLeft();
    }
    System.out.printf(
        "fault injection: %s: SIGKILL at %d points, after %s, cgroup %s%n",
        what,
        points,
        stride == 1 ? "every step" : "every fifth step, for a JVM starts slowly here",
        cgroup.version());
    assertThat(points).isPositive();
  }

  private Process launch(String action, CpuCap due) throws IOException {
    return new ProcessBuilder(
            CappingVictim.command(cgroup.asHierarchy(), state, vm.uid(), action, due))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void awaitReady(Process victim) throws IOException {
    int said = victim.getInputStream().read(); // a line by itself; what follows is read later
    assertThat(said).isEqualTo('R');
    assertThat(victim.getInputStream().read()).isEqualTo('\n');
  }

  /** Whether there was an n-th step to be killed after. */
  private boolean kill(int n, String action, CpuCap due) throws Exception {
    Process victim = next;
    next = launch(action, due); // starts while this one works
    victim.getOutputStream().write((n + "\n").getBytes(StandardCharsets.US_ASCII));
    victim.getOutputStream().flush();
    BufferedReader out = new BufferedReader(new InputStreamReader(victim.getInputStream()));
    List<String> said = new ArrayList<>();
    String line = out.readLine();
    while (line != null && !line.startsWith("STEP") && !line.startsWith("DONE")) {
      said.add(line); // of the log
      line = out.readLine();
    }
    assertThat(line).as("the victim said %s", said).isNotNull();
    boolean stands = line.startsWith("STEP " + n + " ");
    points += stands ? 1 : 0;
    victim.destroyForcibly(); // SIGKILL
    victim.waitFor();
    return stands;
  }

  /** What a successor does: it starts as a daemon does, and does what is due. */
  private void finish(String action, CpuCap due) throws Exception {
    if (action.equals("undo")) {
      undo();
    } else {
      cap(due);
    }
  }

  private void cap(CpuCap due) throws Exception {
    RecordStore records = RecordStore.open(state);
    CpuCapping capping = capping(records);
    ProcFiles proc = new ProcFiles(VcpuProcess.PROC);
    capping.cleanDead(new QemuScanner(proc).scan().keySet());
    CapOutcome outcome =
        capping.cap(
            CappingVictim.identity(vm.uid()), due, vm.asFound(), new VcpuThreads(proc, vm.pid()));
    assertThat(outcome).isInstanceOf(CapOutcome.Capped.class);
  }

  private void undo() throws IOException {
    RecordStore records = RecordStore.open(state);
    CpuCapping capping = capping(records);
    for (VmRecord record : records.all()) {
      capping.undo(record);
    }
  }

  private CpuCapping capping(RecordStore records) {
    ProcFiles proc = new ProcFiles(VcpuProcess.PROC);
    CgroupHierarchy hierarchy = cgroup.asHierarchy();
    return new CpuCapping(hierarchy, proc, new CgroupApplier(hierarchy, proc, _ -> {}), records);
  }

  private Path child(Path parent, int number) {
    return parent.resolve(VcpuCgroup.nameFor(vm.uid(), number));
  }

  /** All cgroups with their caps and threads, and the record but for its times. */
  private Map<String, String> found() throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(cgroup.directory())) {
      for (Path directory : tree.filter(Files::isDirectory).toList()) {
        List<Integer> vcpus = new ArrayList<>();
        List<String> inside =
            CgroupHierarchy.words(directory.resolve(cgroup.version().threadsFile()));
        for (int number = 0; number < 2; number++) {
          if (inside.contains(Integer.toString(vm.vcpu(number)))) {
            vcpus.add(number);
          }
        }
        found.put(directory.toString(), caps(directory) + " vCPUs " + vcpus);
      }
    }
    for (VmRecord record : RecordStore.open(state).all()) {
      found.put("record " + record.vm(), record.process() + " " + record.cgroups());
    }
    try (Stream<Path> files = Files.list(state.resolve("vms"))) {
      files.forEach(file -> found.put("file " + file.getFileName(), ""));
    }
    return found;
  }

  private String caps(Path directory) throws IOException {
    return cgroup.version() == CgroupVersion.V1
        ? HostCgroup.read(directory.resolve("cpu.cfs_quota_us"))
            + " "
            + HostCgroup.read(directory.resolve("cpu.cfs_period_us"))
        : HostCgroup.read(directory.resolve("cpu.max"));
  }

  private void assertNothingLeft() throws IOException {
    try (Stream<Path> tree = Files.walk(cgroup.directory())) {
      assertThat(tree.filter(Files::isDirectory))
          .noneMatch(directory -> VcpuCgroup.uidOf(directory).isPresent());
    }
    try (Stream<Path> files = Files.list(state.resolve("vms"))) {
      assertThat(files).isEmpty();
    }
  }
}
