package dev.diecast.daemon.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WakefulCoresTest {
  @TempDir Path directory;

  @Test
  void asksForNoLatencyWhileItIsWanted() throws IOException {
    Path device = Files.createFile(directory.resolve("cpu_dma_latency"));
    try (WakefulCores cores = new WakefulCores(device)) {
      cores.hold(false);
      assertThat(cores.isHeld()).isFalse();
      cores.hold(true);
      cores.hold(true);
      assertThat(cores.isHeld()).isTrue();
      assertThat(Files.readAllBytes(device)).containsExactly(0, 0, 0, 0);
      cores.hold(false);
      assertThat(cores.isHeld()).isFalse();
    }
  }

  @Test
  void doesWithoutWhereTheHostHasNone() {
    try (WakefulCores cores = new WakefulCores(directory.resolve("absent"))) {
      cores.hold(true);
      assertThat(cores.isHeld()).isFalse();
    }
  }
}
