package dev.diecast.standalone.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.UserDirectories;
import dev.diecast.standalone.image.TestGuest.Agent;
import dev.diecast.standalone.image.TestGuest.Execution;
import dev.diecast.standalone.qemu.QemuInstallation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Builds real images from Debian's packages, in the user's cache, and boots them under TCG. */
class GuestImageE2E {

  private static final int FACTOR = 10;

  private static Path cache;
  private static QemuInstallation qemu;

  @TempDir Path directory;

  @BeforeAll
  static void qemu() {
    cache = UserDirectories.cache();
    qemu = QemuInstallation.locate(cache, Progress.SILENT);
  }

  @Test
  void theBaseImageBootsDilatedAndItsAgentsAnswer() throws Exception {
    GuestImage image =
        new LocalImageStore(cache, Progress.SILENT).resolve(GuestImageBuilder.BASE).orElseThrow();
    try (TestGuest guest = new TestGuest(qemu, image, directory, FACTOR);
        Agent agent = guest.agent();
        Agent exec = guest.exec()) {
      long hostBegin = System.nanoTime();
      long guestBegin = agent.call("guest-get-time", Map.of()).asLong();

      Execution loop = exec.execute("/usr/bin/diecast-loop", "1000", "2");
      assertThat(loop.exitCode()).as(loop.toString()).isZero();
      JsonNode counted = new ObjectMapper().readTree(loop.output());
      assertThat(counted.get("iterations").asLong()).isPositive();
      assertThat(counted.get("nanoseconds").asLong()).isGreaterThanOrEqualTo(1_000_000_000L);
      assertThat(exec.execute("/usr/bin/diecast-loop", "0.5s").exitCode()).isEqualTo(2);

      double guestSeconds = (agent.call("guest-get-time", Map.of()).asLong() - guestBegin) / 1e9;
      double hostSeconds = (System.nanoTime() - hostBegin) / 1e9;
      assertThat(guestSeconds * FACTOR / hostSeconds)
          .as("the guest's clock runs at a tenth")
          .isCloseTo(1, within(0.05));

      assertThat(run(exec, "cat /proc/sys/kernel/hostname")).isEqualTo("n7\n");
      assertThat(run(exec, "cat /sys/devices/system/clocksource/clocksource0/current_clocksource"))
          .isEqualTo("tsc\n");
      assertThat(run(exec, "dmesg"))
          .as("the timer is dilated like the clock")
          .doesNotContain("APIC calibration not consistent");

      long later = agent.call("guest-get-time", Map.of()).asLong() + 3_600_000_000_000L;
      agent.call("guest-set-time", Map.of("time", later));
      assertThat(agent.call("guest-get-time", Map.of()).asLong()).isGreaterThanOrEqualTo(later);
    }
  }

  @Test
  void packagesAndOverlaysAreInTheImageAndGiveTheSameBytesAgain() throws Exception {
    Path overlay = Files.createDirectories(directory.resolve("overlay/etc"));
    Path script =
        Files.writeString(overlay.resolve("rc.local"), "#!/bin/sh\necho started >/run/rc.local\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    GuestImageBuilder builder = new GuestImageBuilder(cache);
    LocalImageStore store = new LocalImageStore(cache, Progress.SILENT);
    String reference = "localhost/diecast-e2e/iperf3:1";

    GuestImage image =
        builder.build(reference, List.of("iperf3"), List.of(overlay.getParent()), Progress.SILENT);
    ImageManifest first = store.manifest(reference).orElseThrow();
    builder.build(reference, List.of("iperf3"), List.of(overlay.getParent()), Progress.SILENT);
    ImageManifest second = store.manifest(reference).orElseThrow();
    assertThat(second.initrdSha256()).isEqualTo(first.initrdSha256());
    assertThat(second.kernelSha256()).isEqualTo(first.kernelSha256());
    assertThat(first.packages())
        .extracting("name")
        .contains("iperf3", "libiperf0", "libc6", "busybox-static");

    try (TestGuest guest = new TestGuest(qemu, image, directory, 1);
        Agent exec = guest.exec()) {
      assertThat(run(exec, "iperf3 --version")).startsWith("iperf 3");
      assertThat(run(exec, "while [ ! -e /run/rc.local ]; do sleep 0.1; done; cat /run/rc.local"))
          .isEqualTo("started\n");
      assertThat(run(exec, "iperf3 -s -1 -D && sleep 1 && iperf3 -c 127.0.0.1 -n 1M"))
          .contains("iperf Done.");
    }
  }

  private static String run(Agent exec, String script) throws IOException, InterruptedException {
    Execution done = exec.execute("/bin/sh", "-c", script);
    assertThat(done.exitCode()).as(script + ": " + done).isZero();
    return done.output();
  }
}
