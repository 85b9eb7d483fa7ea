package dev.diecast.daemon.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiskServerTest {
  private static final String UUID = "5d307ca9-b3ef-428c-8861-06e72d69f223";
  private static final ProcessKey KEY = new ProcessKey(7, 8);

  private static DiskServer parse(String... arguments) {
    return DiskServer.parse(List.of(arguments)).orElseThrow().apply(KEY);
  }

  @Test
  void whoReadsTheDiskAddsNoDelay() {
    assertThat(
            parse(
                "/usr/bin/qemu-nbd",
                "--socket=/s",
                "--export-name=diecast-" + UUID + "-my-data",
                "--cache=none",
                "/vms/a/disk-my-data.raw"))
        .isEqualTo(new DiskServer(KEY, UUID, "my-data", Duration.ZERO, Duration.ZERO));
  }

  @Test
  void nbdkitSaysHowLongRequestsWait() {
    assertThat(
            parse(
                "/cache/usr/bin/nbdkit",
                "--filter=delay",
                "nbd",
                "socket=/s",
                "export=diecast-" + UUID + "-data",
                "rdelay=50ms",
                "wdelay=0ms"))
        .isEqualTo(new DiskServer(KEY, UUID, "data", Duration.ofMillis(50), Duration.ZERO));
  }

  @Test
  void othersAreStrangers() {
    assertThat(DiskServer.parse(List.of())).isEmpty();
    assertThat(DiskServer.parse(List.of("nbdkit", "memory", "1G"))).isEmpty();
    assertThat(DiskServer.parse(List.of("cat", "export=diecast-" + UUID + "-data"))).isEmpty();
  }
}
