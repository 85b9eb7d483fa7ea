package dev.diecast.daemon.disk;

import static dev.diecast.daemon.disk.DiskDaemon.MEBIBYTE;
import static dev.diecast.daemon.disk.DiskDaemon.ONE_MEBIBYTE;
import static dev.diecast.daemon.disk.DiskDaemon.throttled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.Rational;
import dev.diecast.core.disk.LatencyFloor;
import dev.diecast.daemon.cgroup.Controller;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.support.DiskFileSystem;
import dev.diecast.daemon.support.DiskProcess;
import dev.diecast.daemon.support.HostCgroup;
import dev.diecast.daemon.support.RealQemu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is plugged into a real QEMU while it runs, and out again. */
@EnabledIf(value = "dev.diecast.daemon.support.RealQemu#isThere", disabledReason = RealQemu.MISSING)
class HotPlugKernelIT {
  private static final DiskTarget DUE =
      new DiskTarget(
          List.of(new DiskDue("extra", ONE_MEBIBYTE, LatencyFloor.NONE, Rational.ZERO)), List.of());

  /** Two seconds of work at one mebibyte a second; a throttle may let the first slices pass. */
  private static final Duration HELD = Duration.ofMillis(1200);

  @TempDir Path directory;

  @Test
  void isThrottledWhileItIsThere() throws IOException {
    Path files = Path.of("target", "hotplug-" + ProcessHandle.current().pid()).toAbsolutePath();
    try (DiskFileSystem _ = DiskFileSystem.at(files);
        HostCgroup cgroup = HostCgroup.create(Controller.IO);
        RealQemu qemu = new RealQemu(directory)) {
      cgroup.add(qemu.pid());
      // Where KubeVirt puts a hot-plugged volume (pkg/hotplug-disk).
      Path volume =
          DiskProcess.file(files.resolve("kubevirt/hotplug-disks/extra"), "x", 4 * MEBIBYTE);
      Path image = volume.resolveSibling("disk.img");
      Files.move(volume, image);
      DiskThrottling daemon = DiskDaemon.of(cgroup, directory.resolve("state"));
      VmIdentity vm = new VmIdentity(qemu.uid(), "default", "vm");

      assertThat(throttled(daemon.throttle(vm, DUE, qemu.asFound())).problems())
          .extracting(DiskProblem::reason)
          .containsExactly(DiskProblem.Reason.DiskNotFound);

      qemu.plug("extra", image);
      Duration free = qemu.io("extra", "read 0 2M");
      ThrottleOutcome.Throttled plugged = throttled(daemon.throttle(vm, DUE, qemu.asFound()));
      assertThat(plugged.problems()).isEmpty();
      assertThat(plugged.inForce().values()).containsExactly(ONE_MEBIBYTE);
      assertThat(qemu.io("extra", "read 0 2M")).isGreaterThan(HELD).isGreaterThan(free);
      assertThat(qemu.io("extra", "write 0 2M")).isGreaterThan(HELD);

      qemu.unplug("extra");
      ThrottleOutcome.Throttled out = throttled(daemon.throttle(vm, DUE, qemu.asFound()));
      assertThat(out.inForce()).isEmpty();
      assertThat(out.drift()).as("nobody else has changed anything").isFalse();

      qemu.plug("extra", image);
      assertThat(throttled(daemon.throttle(vm, DUE, qemu.asFound())).inForce().values())
          .as("plugged in again")
          .containsExactly(ONE_MEBIBYTE);
      assertThat(qemu.io("extra", "read 2M 2M")).isGreaterThan(HELD);
      daemon.release(qemu.uid());
      assertThat(HostCgroup.children(cgroup.directory())).isEmpty();
    }
  }
}
