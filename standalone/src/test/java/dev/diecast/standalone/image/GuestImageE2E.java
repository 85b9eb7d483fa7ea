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
import java.io.DataInputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
      assertThat(run(exec, "iperf3 -s -1 -D && sleep 1 && iperf3 -c n7 -n 1M"))
          .as("programs of packages know names, too")
          .contains("iperf Done.");
    }
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void aNodeOfANetworkHasItsAddressAndKnowsAllNames() throws Exception {
    GuestImage image =
        new LocalImageStore(cache, Progress.SILENT).resolve(GuestImageBuilder.BASE).orElseThrow();
    Path socket = directory.resolve("net.sock");
    List<String> cards =
        List.of(
            "-netdev",
            "user,id=net0,restrict=on,net=10.0.2.0/24",
            "-device",
            "virtio-net-device,netdev=net0",
            "-netdev",
            "stream,id=net1,server=on,addr.type=unix,addr.path=" + socket,
            "-device",
            "virtio-net-device,netdev=net1,mac=02:dc:0a:40:01:07");
    String arguments =
        "hostname=web-7 diecast.address=10.64.1.7/10 diecast.mtu=9000"
            + " diecast.names=web@10.64.1.0+256,db-x@10.64.4.0+512";
    try (TestGuest guest = new TestGuest(qemu, image, directory, 1, arguments, cards);
        Agent exec = guest.exec()) {
      String card =
          run(exec, "cd /sys/class/net; grep -l ^02:dc: */address").replace("/address\n", "");
      assertThat(run(exec, "ip addr show dev " + card))
          .contains("mtu 9000", "inet 10.64.1.7/10", "inet6 fddc::a40:107/64")
          .doesNotContain("tentative");
      assertThat(run(exec, "cat /etc/hosts").lines())
          .hasSize(2 + 256 + 512)
          .containsOnlyOnce("10.64.1.7 web-7")
          .contains("127.0.0.1 localhost", "10.64.1.0 web-0", "10.64.1.255 web-255")
          .contains("10.64.4.0 db-x-0", "10.64.5.255 db-x-511");
      assertThat(run(exec, "ping -c 1 web-7")).contains("(10.64.1.7)", " 0% packet loss");
      String other = card.equals("eth0") ? "eth1" : "eth0";
      run(exec, "until ip addr show dev %s | grep -F 10.0.2.; do sleep 0.1; done".formatted(other));
      checkFullFrames(socket, exec, card);
    }
  }

  /** Whoever connects gets what the guest sends, the second one as well, and long frames, too. */
  private static void checkFullFrames(Path socket, Agent exec, String card) throws Exception {
    run(exec, "arp -i " + card + " -s 10.64.4.1 02:dc:0a:40:04:01");
    for (int connection = 0; connection < 2; connection++) {
      try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        exec.execute("/bin/sh", "-c", "sleep 0.2; ping -c 1 -W 1 -s 8972 db-x-1");
        DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
        int bytes = 0;
        while (bytes != 9014) {
          bytes = in.readInt();
          in.skipNBytes(bytes);
        }
      }
    }
  }

  @Test
  void aBaseThatAnotherVersionBuiltIsBuiltAnew() throws Exception {
    Files.createSymbolicLink(directory.resolve("debian"), cache.resolve("debian"));
    Path old = Files.createDirectories(directory.resolve("images").resolve(GuestImageBuilder.BASE));
    Files.writeString(old.resolve("manifest.json"), "{\"recipe\":\"00ff\",\"packages\":[]}");
    LocalImageStore store = new LocalImageStore(directory, Progress.SILENT);
    GuestImage image = store.resolve(GuestImageBuilder.BASE).orElseThrow();
    assertThat(store.isCurrent(GuestImageBuilder.BASE)).isTrue();
    assertThat(Files.size(image.initrd())).isGreaterThan(1 << 20);
  }

  private static String run(Agent exec, String script) throws IOException, InterruptedException {
    Execution done = exec.execute("/bin/sh", "-c", script);
    assertThat(done.exitCode()).as(script + ": " + done).isZero();
    return done.output();
  }
}
