package dev.diecast.daemon.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.core.cpu.CpuCap;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.VcpuThreads;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.support.HostCgroup;
import dev.diecast.daemon.support.VcpuProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * In cgroup v2 the daemon makes the container's cgroup a threaded domain, which bounds what else
 * may be done with it (Linux, admin-guide/cgroup-v2.rst, "Threads"). The layout is that of a pod
 * under kubelet's systemd driver.
 */
class UnifiedHierarchyKernelIT {
  private static final CpuCap FIFTH = new CpuCap(20_000, 100_000);

  @TempDir Path temporary;
  private HostCgroup cgroup;
  private final List<Path> ancestors = new ArrayList<>();
  private Path scope;
  private VcpuProcess vm;
  private RecordStore records;
  private CpuCapping capping;

  @BeforeEach
  void layOutAPod() throws IOException {
    var mounts = Files.readAllLines(Path.of("/proc/self/mountinfo"));
    assumeTrue(
        CgroupHierarchy.find(Controller.CPU, mounts, Path.of("/"))
            .filter(h -> h.version() == CgroupVersion.V2 && Files.isWritable(h.mountPoint()))
            .isPresent(),
        "SKIPPED: no writable cgroup v2 with the cpu controller here; it runs in the worker VM");
    cgroup = HostCgroup.create();
    Path parent = cgroup.directory();
    for (String name :
        List.of("kubepods.slice", "kubepods-burstable.slice", "kubepods-burstable-pod1.slice")) {
      ancestors.add(parent);
      cgroup.handOnControllers(parent);
      parent = HostCgroup.createBelow(parent, name);
    }
    ancestors.add(parent);
    cgroup.handOnControllers(parent);
    scope = HostCgroup.createBelow(parent, "cri-containerd-1.scope");
    vm = VcpuProcess.start(2);
    HostCgroup.write(scope.resolve("cgroup.procs"), Integer.toString(vm.pid()));
    records = RecordStore.open(temporary.resolve("state"));
    ProcFiles proc = new ProcFiles(VcpuProcess.PROC);
    capping =
        new CpuCapping(
            cgroup.asHierarchy(),
            proc,
            new CgroupApplier(cgroup.asHierarchy(), proc, _ -> {}),
            records);
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

  private CapOutcome cap() throws IOException {
    return capping.cap(
        new VmIdentity(vm.uid(), "default", "m-web-0"),
        FIFTH,
        vm.asFound(),
        new VcpuThreads(new ProcFiles(VcpuProcess.PROC), vm.pid()));
  }

  /** Of each cgroup above and of the container's own: type and what it hands on. */
  private List<String> state() throws IOException {
    List<String> state = new ArrayList<>();
    for (Path directory : ancestors) {
      state.add(HostCgroup.read(directory.resolve("cgroup.type")));
      state.add(HostCgroup.read(directory.resolve("cgroup.subtree_control")));
    }
    state.add(HostCgroup.read(scope.resolve("cgroup.type")));
    state.add(HostCgroup.read(scope.resolve("cgroup.subtree_control")));
    return state;
  }

  @Test
  void undoneAllIsAsTheKubeletMadeIt() throws IOException {
    List<String> before = state();
    assertThat(cap()).isInstanceOf(CapOutcome.Capped.class);
    assertThat(HostCgroup.read(scope.resolve("cgroup.type"))).isEqualTo("domain threaded");
    assertThat(HostCgroup.read(scope.resolve("cgroup.subtree_control"))).isEqualTo("cpu");
    assertThat(HostCgroup.children(scope))
        .hasSize(2)
        .allSatisfy(
            child ->
                assertThat(HostCgroup.read(child.resolve("cpu.max"))).isEqualTo("20000 100000"));
    capping.undo(records.find(vm.uid()).orElseThrow());
    assertThat(state()).isEqualTo(before);
  }

  /** As `kubectl exec` does. */
  @Test
  void aProcessMayStillEnterTheContainer() throws Exception {
    assertThat(cap()).isInstanceOf(CapOutcome.Capped.class);
    Process guest = new ProcessBuilder("sleep", "60").start();
    try {
      HostCgroup.write(scope.resolve("cgroup.procs"), Long.toString(guest.pid()));
      assertThat(HostCgroup.read(scope.resolve("cgroup.procs")).lines())
          .contains(Long.toString(guest.pid()), Integer.toString(vm.pid()));
      assertThat(cap())
          .isInstanceOfSatisfying(
              CapOutcome.Capped.class, again -> assertThat(again.drift()).isEmpty());
    } finally {
      guest.destroyForcibly().waitFor();
    }
  }

  /** A container's own limit stands above the vCPUs' and is not ours. */
  @Test
  void theContainersLimitStays() throws IOException {
    HostCgroup.write(scope.resolve("cpu.max"), "5000 100000");
    assertThat(cap()).isInstanceOf(CapOutcome.Capped.class);
    capping.undo(records.find(vm.uid()).orElseThrow());
    assertThat(HostCgroup.read(scope.resolve("cpu.max"))).isEqualTo("5000 100000");
  }

  /** The kernel refuses threads where a child has processes of its own. */
  @Test
  void aContainerWithPopulatedChildrenIsRefusedAndSaid() throws Exception {
    Path nested = Files.createDirectory(scope.resolve("nested"));
    Process other = new ProcessBuilder("sleep", "60").start();
    try {
      HostCgroup.write(nested.resolve("cgroup.procs"), Long.toString(other.pid()));
      CapOutcome outcome = cap();
      assertThat(outcome).isInstanceOf(CapOutcome.Refused.class);
      assertThat(((CapOutcome.Refused) outcome).message())
          .contains("threaded")
          .contains(scope.toString())
          .contains("has child cgroups with processes");
      capping.undo(records.find(vm.uid()).orElseThrow());
      assertThat(HostCgroup.children(scope)).containsExactly(nested);
    } finally {
      other.destroyForcibly().waitFor();
    }
    assertThat(cap()).as("once it is empty").isInstanceOf(CapOutcome.Capped.class);
  }
}
