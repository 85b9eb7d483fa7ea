package dev.diecast.standalone.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class CgroupMountsTest {

  @Test
  void findsTheCpuHierarchyOfV1AndTheOwnPlaceInIt() {
    CgroupMounts mounts =
        CgroupMounts.parse(
            List.of(
                "30 25 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
                "31 25 0:27 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct",
                "32 25 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory"),
            List.of("4:memory:/m", "3:cpu,cpuacct:/user.slice/a", "0::/x"));
    assertThat(mounts.cpuV1().orElseThrow().own())
        .isEqualTo(Path.of("/sys/fs/cgroup/cpu,cpuacct/user.slice/a"));
    assertThat(mounts.unified()).contains(Path.of("/sys/fs/cgroup/unified"));
    assertThat(mounts.all()).hasSize(3);
  }

  @Test
  void countsFromTheMountsRootInsideAContainer() {
    CgroupMounts mounts =
        CgroupMounts.parse(
            List.of("31 25 0:27 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu"),
            List.of("3:cpu:/docker/abc/inner"));
    assertThat(mounts.cpuV1().orElseThrow().own()).isEqualTo(Path.of("/sys/fs/cgroup/cpu/inner"));
  }

  @Test
  void findsV2Alone() {
    CgroupMounts mounts =
        CgroupMounts.parse(
            List.of("30 25 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate"),
            List.of("0::/user.slice"));
    assertThat(mounts.cpuV1()).isEmpty();
    assertThat(mounts.unified()).contains(Path.of("/sys/fs/cgroup"));
  }

  @Test
  void findsWhatCapsAThread() {
    String v2 = "30 25 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate";
    String v1 = "31 25 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct";
    assertThat(CgroupMounts.cpuCgroup(List.of(v2), List.of("0::/a/vcpu0")))
        .contains(Path.of("/sys/fs/cgroup/a/vcpu0"));
    assertThat(CgroupMounts.cpuCgroup(List.of(v1, v2), List.of("2:cpu,cpuacct:/b/vcpu0", "0::/x")))
        .contains(Path.of("/sys/fs/cgroup/cpu/b/vcpu0"));
    assertThat(CgroupMounts.cpuCgroup(List.of(), List.of("0::/a"))).isEmpty();
  }
}
