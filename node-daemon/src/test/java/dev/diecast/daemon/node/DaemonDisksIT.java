package dev.diecast.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DiskStatus;
import dev.diecast.daemon.cgroup.CgroupHierarchy;
import dev.diecast.daemon.cgroup.CgroupVersion;
import dev.diecast.daemon.cgroup.Controller;
import dev.diecast.daemon.support.DiskFileSystem;
import dev.diecast.daemon.support.DiskProcess;
import dev.diecast.daemon.support.HostCgroup;
import dev.diecast.daemon.support.LoopDevice;
import dev.diecast.daemon.support.VcpuProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the daemon makes of the disks of nodes: on real devices, told by a real API server. */
class DaemonDisksIT extends DaemonSuite {
  private static final int MEBIBYTE = 1 << 20;
  private static final String MACHINE =
      "{cpus: 1, memory: 128Mi, disks: ["
          + "{name: data, capacity: 1Mi, readBytesPerSecond: 40M, writeIops: 1000},"
          + "{name: log, capacity: 1Mi, writeBytesPerSecond: 20M}]}";

  /** Beside the classes: on a file system of a disk, which the temporary directory need not be. */
  private final Path files =
      Path.of("target", "daemon-disks-" + ProcessHandle.current().pid()).toAbsolutePath();

  private HostCgroup io;
  private DiskFileSystem disk;
  private LoopDevice data;
  private LoopDevice log;

  @BeforeEach
  void makeDisks() throws IOException {
    assumeTrue(
        CgroupHierarchy.find(
                Controller.IO, Files.readAllLines(Path.of("/proc/self/mountinfo")), Path.of("/"))
            .map(CgroupHierarchy::version)
            .equals(Optional.of(CgroupVersion.V1)),
        "SKIPPED: no hierarchy of blkio (cgroup v1) here; DiskThrottlingKernelIT has cgroup v2");
    io = HostCgroup.create(Controller.IO);
    disk = DiskFileSystem.at(files);
    data = loop("data");
    log = loop("log");
  }

  private LoopDevice loop(String name) throws IOException {
    return LoopDevice.over(DiskProcess.file(files.resolve("vms/default_vm"), name, MEBIBYTE));
  }

  @AfterEach
  void removeDisks() throws IOException {
    if (daemon != null) {
      daemon.close();
      daemon = null;
    }
    vms.forEach(VcpuProcess::close);
    for (LoopDevice loop : new LoopDevice[] {data, log}) {
      if (loop != null) {
        loop.close();
      }
    }
    if (io != null) {
      io.close();
    }
    if (disk != null) {
      disk.close();
    }
  }

  @Override
  Optional<CgroupHierarchy> io() {
    return Optional.of(io.asHierarchy());
  }

  /** A VM whose QEMU has these disks open. */
  private VcpuProcess vm(DilatedNode node, LoopDevice... disks) throws IOException {
    VcpuProcess vm = vm(node, 1);
    io.add(vm.pid());
    for (LoopDevice loop : disks) {
      vm.plug(loop.path());
    }
    return vm;
  }

  private Path throttled(DilatedNode node) {
    return io.directory().resolve("diecast-disk-" + node.getMetadata().getUid());
  }

  private String limit(DilatedNode node, String file) throws IOException {
    return HostCgroup.read(throttled(node).resolve("blkio.throttle." + file + "_device"));
  }

  private static DiskStatus status(String name, int disk) {
    return get(name).getStatus().disks().get(disk);
  }

  private void awaitNothingLeft() {
    eventually().until(() -> HostCgroup.children(io.directory()).isEmpty() && records() == 0);
  }

  @Test
  void throttlesDisksAndSaysSo() throws Exception {
    DilatedNode node = node("m-db-0", "10", MACHINE);
    VcpuProcess vm = vm(node, data, log);
    start();
    awaitCondition("m-db-0", "Throttled", "True", "LimitsInForce");
    DiskStatus first = status("m-db-0", 0);
    assertThat(first.name()).isEqualTo("data");
    assertThat(first.device()).isEqualTo(data.number().toString());
    assertThat(first.due().readBytesPerSecond()).as("r/T").isEqualTo(4_000_000);
    assertThat(first.applied()).isEqualTo(first.due());
    assertThat(first.applied().writeIops()).isEqualTo(100);
    assertThat(status("m-db-0", 1).applied().writeBytesPerSecond()).isEqualTo(2_000_000);
    assertThat(limit(node, "read_bps")).isEqualTo(data.number() + " 4000000");
    assertThat(limit(node, "write_bps")).isEqualTo(log.number() + " 2000000");
    assertThat(HostCgroup.read(throttled(node).resolve("cgroup.procs")))
        .isEqualTo(Integer.toString(vm.pid()));

    client.resource(get("m-db-0")).delete();
    awaitNothingLeft();
    assertThat(vm.asFound()).as("it is let go, not ended").isNotNull();
  }

  @Test
  void followsDisksThatComeAndGo() throws Exception {
    DilatedNode node = node("m-db-1", "10", MACHINE);
    VcpuProcess vm = vm(node, data);
    start();
    awaitCondition("m-db-1", "Throttled", "False", "DiskNotFound");
    assertThat(condition("m-db-1", "Throttled").getMessage()).startsWith("disk log: QEMU has no");
    assertThat(limit(node, "read_bps")).as("the others are").isEqualTo(data.number() + " 4000000");

    vm.plug(log.path());
    awaitCondition("m-db-1", "Throttled", "True", "LimitsInForce");
    assertThat(limit(node, "write_bps")).isEqualTo(log.number() + " 2000000");

    vm.unplug(log.path());
    awaitCondition("m-db-1", "Throttled", "False", "DiskNotFound");
    eventually().until(() -> limit(node, "write_bps").isEmpty());
    assertThat(daemon.metrics().text())
        .as("nobody but us has changed anything")
        .doesNotContain("diecast_drift_repairs_total{kind=\"ThrottleChanged\",} 1.0");

    vm.kill();
    awaitNothingLeft();
  }

  @Test
  void aRestartKeepsThrottlesAndUndoesWhatIsNoLongerWanted() throws Exception {
    DilatedNode stays = node("m-db-2", "10", MACHINE);
    vm(stays, data, log);
    DilatedNode goes =
        node(
            "m-db-3",
            "10",
            "{cpus: 1, memory: 128Mi, disks: [{name: more, capacity: 1Mi, readIops: 1000}]}");
    try (LoopDevice more = loop("more")) {
      VcpuProcess going = vm(goes, more);
      start();
      awaitCondition("m-db-2", "Throttled", "True", "LimitsInForce");
      awaitCondition("m-db-3", "Throttled", "True", "LimitsInForce");
      daemon.close();
      assertThat(throttled(stays)).as("a stopped daemon lets nobody go").isDirectory();
      client.resource(goes).delete();
      HostCgroup.write(
          throttled(stays).resolve("blkio.throttle.read_bps_device"), data.number() + " 999999");
      start();
      eventually().until(() -> !Files.exists(throttled(goes)));
      eventually().until(() -> limit(stays, "read_bps").endsWith(" 4000000"));
      assertThat(records()).isEqualTo(1);
      going.kill();
    }
  }
}
