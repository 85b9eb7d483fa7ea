package dev.diecast.standalone.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that starts a guest's agent, with directories of ours in place of the guest's. */
class AgentScriptTest {
  private static final String PORT = "org.qemu.guest_agent.0";

  @TempDir private Path root;

  private Process start() throws IOException {
    Path agent =
        Files.writeString(root.resolve("qemu-ga"), "#!/bin/sh\necho \"$@\" >" + root + "/started");
    agent.toFile().setExecutable(true);
    for (String directory : new String[] {"sys", "dev", "run"}) {
      Files.createDirectory(root.resolve(directory));
    }
    try (InputStream script =
        AgentScriptTest.class.getResourceAsStream("rootfs/usr/lib/diecast/agent")) {
      String text =
          new String(script.readAllBytes(), StandardCharsets.UTF_8)
              .replace("/sys/class/virtio-ports", root + "/sys")
              .replace("/dev/virtio-ports", root + "/dev")
              .replace("/run/qemu-ga", root + "/run")
              .replace("/usr/sbin/qemu-ga", agent.toString());
      return new ProcessBuilder("sh", "-c", text, "agent", PORT).inheritIO().start();
    }
  }

  private void nameComes() throws IOException {
    Path port = Files.createDirectories(root.resolve("sys/vport1p1"));
    Files.writeString(port.resolve("name"), PORT + "\n");
  }

  /** QEMU tells the port's name when it comes to it: a guest must not be lost for two seconds. */
  @Test
  void aPortWhoseNameComesLateGetsItsAgent() throws Exception {
    Process script = start();
    try {
      assertThat(script.waitFor(4, TimeUnit.SECONDS)).as("it has given up").isFalse();
      nameComes();
      assertThat(script.waitFor(20, TimeUnit.SECONDS)).as("it has found the port").isTrue();
      assertThat(Files.readString(root.resolve("started"))).contains("-p " + root + "/dev/" + PORT);
      assertThat(Files.readSymbolicLink(root.resolve("dev/" + PORT)))
          .isEqualTo(Path.of("/dev/vport1p1"));
    } finally {
      script.destroyForcibly();
    }
  }
}
