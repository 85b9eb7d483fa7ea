package dev.diecast.daemon.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.daemon.network.NetworkNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BridgesKernelIT {
  /** Kubernetes gives containers a /proc/sys that cannot be written. */
  @Test
  void aDeviceWithoutAddressSaysNothing() throws Exception {
    assumeTrue(
        System.getProperty("user.name").equals("root"), "SKIPPED: network namespaces need root");
    assumeTrue(Files.exists(Path.of("/proc/sys/net/ipv6")), "SKIPPED: this kernel has no IPv6");
    try (NetworkNamespace host = new NetworkNamespace("diecast-it-mute")) {
      host.run("link", "add", "mute", "type", "veth", "peer", "name", "mutes-peer");
      host.run("link", "add", "usual", "type", "veth", "peer", "name", "usuals-peer");
      host.inside(
          () -> {
            Bridges.withoutIpv6Address("mute");
            return null;
          });
      for (String device : List.of("mutes-peer", "usuals-peer", "mute", "usual")) {
        host.run("link", "set", device, "up");
      }
      // The one shows that the time was long enough for the other to have spoken.
      Awaitility.await().until(() -> sent(host, "usual") >= 3);
      assertThat(sent(host, "mute")).isZero();
    }
  }

  /** The tenth number of a line of /proc/net/dev (proc_pid_net(5)). */
  private static long sent(NetworkNamespace host, String device) throws Exception {
    return host.inside(() -> Files.readAllLines(Path.of("/proc/thread-self/net/dev"))).stream()
        .map(String::strip)
        .filter(line -> line.startsWith(device + ":"))
        .mapToLong(
            line -> Long.parseLong(line.substring(device.length() + 1).strip().split(" +")[9]))
        .findFirst()
        .orElseThrow();
  }
}
