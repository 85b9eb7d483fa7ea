package dev.diecast.daemon.network.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.api.resources.PipeGraphs;
import dev.diecast.api.v1alpha1.PipeGraph;
import dev.diecast.core.DilationFactor;
import dev.diecast.daemon.linux.Bridges;
import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.network.EngineSettings;
import dev.diecast.daemon.network.NetworkNamespace;
import dev.diecast.daemon.network.PeerIdentity;
import dev.diecast.daemon.network.PipeEngine;
import dev.diecast.daemon.network.TwoStations;
import dev.diecast.daemon.process.NetworkChannel;
import dev.diecast.daemon.process.ProcessKey;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The daemon dies after any step of taking a tap, or of giving it back; its successor goes on. */
@Timeout(60)
class TakenTapsKernelIT {
  private static final VmIdentity VM =
      new VmIdentity("11111111-2222-4333-8444-555555555555", "default", "m-a-0");
  private static final int LAUNCHERS_MTU = 1450;

  @TempDir Path directory;

  @BeforeAll
  static void mayMakeDevices() {
    TapTakeoverKernelIT.mayMakeDevices();
  }

  private static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  /** A daemon's life; what it holds open goes with it. */
  private final class Life implements AutoCloseable {
    final RecordStore records = RecordStore.open(directory);
    final TakenTaps taps;
    final PipeEngine engine =
        PipeEngine.start(
            "life",
            TwoStations.network(100_000_000, 1_000_000, DilationFactor.NONE),
            EngineSettings.DEFAULT);
    final PodThread pod;

    Life(PodThread pod, Optional<TapTakeover.Step> last) throws IOException {
      this.pod = pod;
      this.taps =
          new TakenTaps(
              pod.proc(),
              records,
              step -> {
                if (last.equals(Optional.of(step))) {
                  throw new Killed();
                }
              });
    }

    void take() throws IOException {
      ProcessKey key = pod.key();
      try (PinnedNamespace namespace = PinnedNamespace.of(pod.proc(), key)) {
        QemuProcess qemu = new QemuProcess(key, VM.uid(), Optional.empty());
        taps.take(VM, qemu, namespace, "tap0", 1400, spec -> engine.attach(0, spec));
        assertThat(taps.isInForce(namespace, "tap0")).isTrue();
      }
    }

    @Override
    public void close() throws IOException {
      engine.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSuccessorFinishesOrUndoesIt(TapTakeover.Step last) throws Exception {
    try (NetworkNamespace pod = new NetworkNamespace(PodThread.POD);
        Descriptor qemu = TapTakeoverKernelIT.launcher(pod);
        PodThread thread = PodThread.start(pod)) {
      assertThat(qemu.number()).as("QEMU's end keeps it there").isPositive();
      pod.run("link", "set", "tap0", "mtu", Integer.toString(LAUNCHERS_MTU));
      // Undone at once.
      killed(thread, last);
      try (Life successor = new Life(thread, Optional.empty())) {
        successor.taps.keep(Set.of());
        requireAsBefore(pod, successor.records);
      }
      // Finished first, and undone by one that knows of it from the record alone.
      killed(thread, last);
      try (Life successor = new Life(thread, Optional.empty())) {
        successor.take();
        assertThat(pod.inside(() -> Bridges.mtu("tap0"))).isEqualTo(1400);
        assertThat(pod.inside(() -> Bridges.isIn("k6t-eth0", "tap0"))).isFalse();
      }
      try (Life successor = new Life(thread, Optional.empty())) {
        successor.taps.keep(Set.of());
        requireAsBefore(pod, successor.records);
      }
    }
  }

  /** What was begun and not finished is no attachment, in no round; nor what somebody undid. */
  @Test
  void framesThatGoPastThePipesAreNoAttachment() throws Exception {
    PipeGraph graph = TwoNodeGraph.of(1, 1_000_000, false, "h1");
    String mac = PipeGraphs.stations(graph.getSpec()).get(0).mac().toString();
    try (NetworkNamespace pod = new NetworkNamespace(PodThread.POD);
        Descriptor qemu = TapTakeoverKernelIT.launcher(pod);
        PodThread thread = PodThread.start(pod);
        ModelNetworks networks =
            new ModelNetworks(
                thread.proc(),
                RecordStore.open(directory),
                () -> List.of(graph),
                new Rendezvous(
                    _ -> Optional.empty(), "h1", Optional.empty(), PeerIdentity.generate()))) {
      NetworkedNode node =
          new NetworkedNode(
              VM,
              new ModelKey("default", "m"),
              DilationFactor.NONE,
              mac,
              1400,
              Optional.of(
                  new QemuProcess(
                      thread.key(),
                      VM.uid(),
                      Optional.empty(),
                      List.of(),
                      Map.of(mac, new NetworkChannel.InheritedTap(qemu.number())))));
      pod.run("link", "set", "tap0", "nomaster");
      for (int round = 0; round < 3; round++) {
        assertThat(outcome(networks, node))
            .isInstanceOfSatisfying(
                NetworkOutcome.Refused.class,
                refused -> assertThat(refused.message()).contains("tap0", "k6t-eth0"));
      }
      pod.run("link", "set", "tap0", "master", "k6t-eth0");
      assertThat(outcome(networks, node)).isInstanceOf(NetworkOutcome.Attached.class);
      pod.run("link", "set", "tap0", "master", "k6t-eth0");
      assertThat(outcome(networks, node))
          .as("put right")
          .isInstanceOf(NetworkOutcome.Attached.class);
      assertThat(pod.inside(() -> Bridges.isIn(TapTakeover.BRIDGE, "tap0"))).isTrue();
      assertThat(networks.step(List.of())).as("its network is removed").isEmpty();
      assertThat(pod.inside(() -> Bridges.isIn("k6t-eth0", "tap0"))).isTrue();
      assertThat(pod.inside(() -> Bridges.mtu("tap0"))).isEqualTo(1500);
      assertThat(pod.inside(() -> Bridges.exists(TapTakeover.BRIDGE))).isFalse();
      assertThat(pod.inside(() -> Bridges.exists(TapTakeover.TAP))).isFalse();
    }
  }

  private static NetworkOutcome outcome(ModelNetworks networks, NetworkedNode node) {
    return networks.step(List.of(node)).get(VM.uid());
  }

  private void killed(PodThread thread, TapTakeover.Step last) throws IOException {
    try (Life life = new Life(thread, Optional.of(last))) {
      assertThatThrownBy(
              () -> {
                life.take();
                life.taps.keep(Set.of());
              })
          .isInstanceOf(Killed.class);
    }
  }

  private static void requireAsBefore(NetworkNamespace pod, RecordStore records) throws Exception {
    assertThat(pod.inside(() -> Bridges.isIn("k6t-eth0", "tap0"))).isTrue();
    assertThat(pod.inside(() -> Bridges.mtu("tap0"))).isEqualTo(LAUNCHERS_MTU);
    assertThat(pod.inside(() -> Bridges.exists(TapTakeover.BRIDGE))).isFalse();
    assertThat(records.all()).isEmpty();
  }
}
