package dev.diecast.daemon.network.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.daemon.linux.Bridges;
import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.linux.SocketCalls;
import dev.diecast.daemon.linux.Sockets;
import dev.diecast.daemon.network.EngineSettings;
import dev.diecast.daemon.network.NetworkNamespace;
import dev.diecast.daemon.network.PipeEngine;
import dev.diecast.daemon.network.PortSpec;
import dev.diecast.daemon.network.StreamGuest;
import dev.diecast.daemon.network.TwoStations;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A namespace laid out as virt-launcher does it: tap0 and the pod's interface in k6t-eth0. */
@Timeout(60)
class TapTakeoverKernelIT {
  private static final String POD = "diecast-it-pod";
  private static final Path NAMESPACE = Path.of("/run/netns", POD);

  @TempDir Path directory;

  @BeforeAll
  static void mayMakeDevices() {
    assumeTrue(
        Files.isWritable(Path.of("/dev/net/tun")) && System.getProperty("user.name").equals("root"),
        "SKIPPED: network namespaces and tap devices need root");
  }

  /** The tap as QEMU has it, in the launcher's bridge with the pod's interface. */
  static Descriptor launcher(NetworkNamespace pod) throws Exception {
    Descriptor qemu = pod.inside(() -> Sockets.tap("tap0"));
    pod.run("link", "add", "name", "k6t-eth0", "type", "bridge");
    pod.run("link", "add", "name", "eth0-nic", "type", "veth", "peer", "name", "outside");
    for (String port : List.of("tap0", "eth0-nic")) {
      pod.run("link", "set", port, "master", "k6t-eth0");
    }
    for (String device : List.of("k6t-eth0", "tap0", "eth0-nic", "outside")) {
      pod.run("link", "set", device, "up");
    }
    return qemu;
  }

  @Test
  void framesGoThroughThePipesAndNowhereElse() throws Exception {
    try (NetworkNamespace pod = new NetworkNamespace(POD);
        Descriptor qemu = launcher(pod);
        Descriptor outside = pod.inside(() -> Sockets.packets("outside"));
        PipeEngine engine =
            PipeEngine.start(
                "taken",
                TwoStations.network(100_000_000, 1_000_000, dev.diecast.core.DilationFactor.NONE),
                EngineSettings.DEFAULT)) {
      Path socket = directory.resolve("peer");
      engine.attach(1, new PortSpec.StreamListen(socket));
      try (StreamGuest peer = new StreamGuest(socket)) {
        take(engine);
        send(qemu, TwoStations.frame(0, 7, 200));
        assertThat(TwoStations.number(peer.receive())).isEqualTo(7);
        assertThat(seen(outside, 7)).as("nothing gets onto the pod's network").isFalse();

        peer.send(List.of(TwoStations.frame(1, 8, 200)));
        assertThat(receive(qemu, 8)).as("the guest gets its answer").isTrue();

        // As a restarted daemon does: the tap is in our bridge already.
        engine.detach(0);
        take(engine);
        send(qemu, TwoStations.frame(0, 9, 200));
        assertThat(TwoStations.number(peer.receive())).isEqualTo(9);
      }
      assertThat(pod.inside(() -> Bridges.isIn("k6t-eth0", "tap0"))).isFalse();
      assertThat(pod.inside(() -> Bridges.isIn(TapTakeover.BRIDGE, "tap0"))).isTrue();
    }
  }

  /** Longer than the kernel waits before it solicits routers, and says in which groups it is. */
  @Test
  void whatIsOursSaysNothingOfItsOwn() throws Exception {
    try (NetworkNamespace pod = new NetworkNamespace(POD);
        Descriptor qemu = launcher(pod);
        PipeEngine engine =
            PipeEngine.start(
                "mute",
                TwoStations.network(100_000_000, 1_000_000, dev.diecast.core.DilationFactor.NONE),
                EngineSettings.DEFAULT)) {
      take(engine);
      Thread.sleep(4_000);
      assertThat(engine.report().ports().get(0).receivedFrames()).isZero();
      send(qemu, TwoStations.frame(0, 7, 200));
      org.awaitility.Awaitility.await()
          .until(() -> engine.report().ports().get(0).receivedFrames() == 1);
    }
  }

  @Test
  void aTapThatIsElsewhereIsLeftAndSaid() throws Exception {
    try (NetworkNamespace pod = new NetworkNamespace(POD);
        Descriptor qemu = pod.inside(() -> Sockets.tap("tap0"));
        PipeEngine engine =
            PipeEngine.start(
                "refused",
                TwoStations.network(100_000_000, 1_000_000, dev.diecast.core.DilationFactor.NONE),
                EngineSettings.DEFAULT)) {
      pod.run("link", "set", "tap0", "up");
      assertThat(qemu.number()).as("QEMU's end keeps it there").isPositive();
      assertThatThrownBy(() -> take(engine))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("k6t-eth0");
    }
  }

  private static void take(PipeEngine engine) throws IOException {
    TapTakeover takeover = new TapTakeover(NAMESPACE, "tap0", _ -> {});
    takeover.take(takeover.look(1), 1500, new TapDoor(spec -> engine.attach(0, spec)));
  }

  private static void send(Descriptor tap, byte[] frame) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, frame);
      assertThat(new SocketCalls(arena).write(tap.number(), bytes.address(), frame.length))
          .isEqualTo(frame.length);
    }
  }

  /** Among what a kernel sends on its own. */
  private static boolean receive(Descriptor tap, int number) throws InterruptedException {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (System.nanoTime() < deadline) {
      if (seen(tap, number)) {
        return true;
      }
      Thread.sleep(5);
    }
    return false;
  }

  /** Looks at all that waits there. */
  private static boolean seen(Descriptor descriptor, int number) {
    try (Arena arena = Arena.ofShared()) {
      SocketCalls calls = new SocketCalls(arena);
      MemorySegment buffer = arena.allocate(2000);
      long bytes = calls.read(descriptor.number(), buffer.address(), buffer.byteSize());
      while (bytes > 0) {
        byte[] frame = buffer.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE);
        if (bytes == 200 && TwoStations.number(frame) == number) {
          return true;
        }
        bytes = calls.read(descriptor.number(), buffer.address(), buffer.byteSize());
      }
      return false;
    }
  }
}
