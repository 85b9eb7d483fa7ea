package dev.diecast.daemon.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupHierarchyTest {
  private static final Path ANYWHERE = Path.of("/");

  @Test
  void theCpuControllerIsOnV1EvenWithAUnifiedMountBesideIt() {
    List<String> mounts =
        List.of(
            "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
            "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw",
            "34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset",
            "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:7 - cgroup cgroup rw,cpu,cpuacct");
    assertThat(CgroupHierarchy.find(Controller.CPU, mounts, ANYWHERE))
        .contains(
            new CgroupHierarchy(
                Controller.CPU, CgroupVersion.V1, Path.of("/sys/fs/cgroup/cpu,cpuacct"), "/"));
    assertThat(CgroupHierarchy.find(Controller.CPU, mounts, Path.of("/host/cgroup"))).isEmpty();
  }

  @Test
  void cgroup2CountsWhereItHasTheController(@TempDir Path mount) throws IOException {
    List<String> mounts =
        List.of("41 31 0:38 / " + mount + " rw,relatime - cgroup2 cgroup2 rw,nsdelegate");
    Files.writeString(mount.resolve("cgroup.controllers"), "memory pids\n");
    assertThat(CgroupHierarchy.find(Controller.CPU, mounts, ANYWHERE)).isEmpty();
    Files.writeString(mount.resolve("cgroup.controllers"), "cpuset cpu memory\n");
    assertThat(CgroupHierarchy.find(Controller.CPU, mounts, ANYWHERE))
        .contains(new CgroupHierarchy(Controller.CPU, CgroupVersion.V2, mount, "/"));
  }

  @Test
  void theControllerOfDisksIsBlkioInV1AndIoInV2(@TempDir Path mount) throws IOException {
    List<String> v1 = List.of("38 31 0:35 / /sys/fs/cgroup/blkio rw - cgroup cgroup rw,blkio");
    CgroupHierarchy blkio = CgroupHierarchy.find(Controller.IO, v1, ANYWHERE).orElseThrow();
    assertThat(blkio.version()).isEqualTo(CgroupVersion.V1);
    assertThat(blkio.directoryOf(List.of("7:blkio:/a", "3:cpu:/b", "0::/c")))
        .isEqualTo(Path.of("/sys/fs/cgroup/blkio/a"));
    assertThat(CgroupHierarchy.find(Controller.CPU, v1, ANYWHERE)).isEmpty();

    List<String> v2 = List.of("41 31 0:38 / " + mount + " rw,relatime - cgroup2 cgroup2 rw");
    Files.writeString(mount.resolve("cgroup.controllers"), "cpu blkio memory\n");
    assertThat(CgroupHierarchy.find(Controller.IO, v2, ANYWHERE)).isEmpty();
    Files.writeString(mount.resolve("cgroup.controllers"), "cpu io memory\n");
    assertThat(CgroupHierarchy.find(Controller.IO, v2, ANYWHERE))
        .map(CgroupHierarchy::version)
        .contains(CgroupVersion.V2);
  }

  @Test
  void findsAProcessesCgroup() throws IOException {
    CgroupHierarchy v1 =
        new CgroupHierarchy(Controller.CPU, CgroupVersion.V1, Path.of("/cg/cpu"), "/");
    List<String> lines =
        List.of("4:memory:/m", "2:cpu,cpuacct:/kubepods/burstable/pod1/c:1", "0::/unified");
    assertThat(v1.directoryOf(lines)).isEqualTo(Path.of("/cg/cpu/kubepods/burstable/pod1/c:1"));
    CgroupHierarchy v2 = new CgroupHierarchy(Controller.CPU, CgroupVersion.V2, Path.of("/cg"), "/");
    assertThat(v2.directoryOf(lines)).isEqualTo(Path.of("/cg/unified"));
    assertThat(v2.directoryOf(List.of("0::/"))).isEqualTo(Path.of("/cg"));
  }

  @Test
  void aPartialMountShowsOnlyItsPart() throws IOException {
    CgroupHierarchy part =
        new CgroupHierarchy(Controller.CPU, CgroupVersion.V1, Path.of("/cg/cpu"), "/kubepods");
    assertThat(part.directoryOf(List.of("2:cpu:/kubepods/pod1")))
        .isEqualTo(Path.of("/cg/cpu/pod1"));
    assertThatThrownBy(() -> part.directoryOf(List.of("2:cpu:/kubepods2/pod1")))
        .hasMessageContaining("host's cgroup namespace");
    CgroupHierarchy whole =
        new CgroupHierarchy(Controller.CPU, CgroupVersion.V2, Path.of("/cg"), "/");
    assertThatThrownBy(() -> whole.directoryOf(List.of("0::/../../etc")))
        .hasMessageContaining("is not under");
  }

  @Test
  void ownNamesOnly() {
    String uid = "0b5d7f0e-6f41-4b5c-9d0d-3f1f0d0f7a11";
    assertThat(VcpuCgroup.uidOf(Path.of("/cg", VcpuCgroup.nameFor(uid, 12)))).contains(uid);
    assertThat(VcpuCgroup.uidOf(Path.of("/cg/diecast-vcpu-" + uid))).isEmpty();
    assertThat(VcpuCgroup.uidOf(Path.of("/cg/diecast-vcpu-" + uid + "-x"))).isEmpty();
    assertThat(VcpuCgroup.uidOf(Path.of("/cg/diecast-vcpu-1"))).isEmpty();
    assertThat(VcpuCgroup.uidOf(Path.of("/"))).isEqualTo(Optional.empty());
  }

  @Test
  void readsCpuMax() {
    assertThat(CgroupObserver.parseMax("max 100000")).isEqualTo(new Bandwidth(-1, 100_000));
    assertThat(CgroupObserver.parseMax("2000 50000")).isEqualTo(new Bandwidth(2000, 50_000));
  }
}
