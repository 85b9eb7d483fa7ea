package dev.diecast.daemon.network.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.api.resources.PipeGraphs;
import dev.diecast.api.v1alpha1.Engine;
import dev.diecast.api.v1alpha1.PipeGraph;
import dev.diecast.core.DilationFactor;
import dev.diecast.daemon.linux.Bridges;
import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.network.EngineSettings;
import dev.diecast.daemon.network.NetworkNamespace;
import dev.diecast.daemon.network.PeerIdentity;
import dev.diecast.daemon.network.PipeEngine;
import dev.diecast.daemon.network.TwoStations;
import dev.diecast.daemon.network.kernel.KernelSupportKernelIT;
import dev.diecast.daemon.process.NetworkChannel;
import dev.diecast.daemon.process.ProcessKey;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmIdentity;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The daemon dies after any step of taking a tap, or of giving it back; its successor goes on. */
@Timeout(180)
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
    final PodThread pod;
    private final Engine engine;
    private Closeable end = () -> {};

    Life(PodThread pod, Engine engine, Optional<TapTakeover.Step> last) throws IOException {
      this.pod = pod;
      this.engine = engine;
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

    /** Who only gives back needs no engine. */
    private TapTakeover.Door door() throws IOException {
      if (engine == Engine.Core) {
        PipeEngine core =
            PipeEngine.start(
                "life",
                TwoStations.network(100_000_000, 1_000_000, DilationFactor.NONE),
                EngineSettings.DEFAULT);
        end = core::close;
        return new TapDoor(spec -> core.attach(0, spec));
      }
      KernelEngine kernel =
          KernelEngine.open(
              ModelEngine.read(
                  TwoNodeGraph.ofKernel(1, 100_000_000, 1_000_000), DilationFactor.NONE, 1400));
      end = kernel::abandon;
      return kernel.door(0, pod.key());
    }

    void take() throws IOException {
      ProcessKey key = pod.key();
      TapTakeover.Door door = door();
      try (PinnedNamespace namespace = PinnedNamespace.of(pod.proc(), key)) {
        QemuProcess qemu = new QemuProcess(key, VM.uid(), Optional.empty());
        taps.take(VM, qemu, namespace, "tap0", 1400, door);
        assertThat(taps.isInForce(namespace, "tap0", door)).isTrue();
      }
    }

    @Override
    public void close() throws IOException {
      end.close();
    }
  }

  static Stream<Arguments> engineAndStep() {
    return Stream.of(Engine.values())
        .flatMap(
            engine -> Stream.of(TapTakeover.Step.values()).map(step -> Arguments.of(engine, step)));
  }

  @ParameterizedTest
  @MethodSource("engineAndStep")
  void aSuccessorFinishesOrUndoesIt(Engine engine, TapTakeover.Step last) throws Exception {
    if (engine == Engine.Kernel) {
      KernelSupportKernelIT.assumeWorks();
    }
    try (NetworkNamespace pod = new NetworkNamespace(PodThread.POD);
        Descriptor qemu = TapTakeoverKernelIT.launcher(pod);
        PodThread thread = PodThread.start(pod)) {
      assertThat(qemu.number()).as("QEMU's end keeps it there").isPositive();
      pod.run("link", "set", "tap0", "mtu", Integer.toString(LAUNCHERS_MTU));
      // Undone at once.
      killed(thread, engine, last);
      try (Life successor = new Life(thread, engine, Optional.empty())) {
        successor.taps.keep(Set.of());
        requireAsBefore(pod, successor.records);
      }
      // Finished first, and undone by one that knows of it from the record alone.
      killed(thread, engine, last);
      try (Life successor = new Life(thread, engine, Optional.empty())) {
        successor.take();
        assertThat(pod.inside(() -> Bridges.mtu("tap0"))).isEqualTo(1400);
        assertThat(pod.inside(() -> Bridges.isIn("k6t-eth0", "tap0"))).isFalse();
      }
      try (Life successor = new Life(thread, engine, Optional.empty())) {
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
        ModelNetworks networks = networks(thread, List.of(graph))) {
      NetworkedNode node = node(thread, qemu, mac);
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

  /** From one to the other and back, in a model that runs; and then all is as it was. */
  @Test
  void aModelMayChangeItsEngine() throws Exception {
    KernelSupportKernelIT.assumeWorks();
    List<PipeGraph> graphs = new ArrayList<>();
    graphs.add(TwoNodeGraph.of(1, 1_000_000, false, "h1"));
    String mac = PipeGraphs.stations(graphs.getFirst().getSpec()).get(0).mac().toString();
    try (NetworkNamespace pod = new NetworkNamespace(PodThread.POD);
        Descriptor qemu = TapTakeoverKernelIT.launcher(pod);
        PodThread thread = PodThread.start(pod);
        ModelNetworks networks = networks(thread, graphs)) {
      NetworkedNode node = node(thread, qemu, mac);
      for (Engine engine : List.of(Engine.Core, Engine.Kernel, Engine.Core, Engine.Kernel)) {
        long revision = graphs.size();
        graphs.add(
            engine == Engine.Core
                ? TwoNodeGraph.of(revision, 1_000_000, false, "h1")
                : TwoNodeGraph.ofKernel(revision, 1_000_000, 1_000_000));
        assertThat(outcome(networks, node))
            .isInstanceOfSatisfying(
                NetworkOutcome.Attached.class,
                attached -> assertThat(attached.engine()).isEqualTo(engine));
        assertThat(outcome(networks, node)).isInstanceOf(NetworkOutcome.Attached.class);
        boolean kernel = engine == Engine.Kernel;
        assertThat(pod.inside(() -> Bridges.exists(TapTakeover.LINK))).isEqualTo(kernel);
        assertThat(pod.inside(() -> Bridges.exists(TapTakeover.TAP))).isEqualTo(!kernel);
        assertThat(networks.reports().get(node.model()).attached()).isEqualTo(1);
      }
      assertThat(networks.step(List.of())).as("its network is removed").isEmpty();
      requireAsBefore(pod, RecordStore.open(directory), 1500);
    }
  }

  private ModelNetworks networks(PodThread thread, List<PipeGraph> graphs) throws IOException {
    return new ModelNetworks(
        thread.proc(),
        RecordStore.open(directory),
        () -> graphs,
        new Rendezvous(_ -> Optional.empty(), "h1", Optional.empty(), PeerIdentity.generate()));
  }

  private static NetworkedNode node(PodThread thread, Descriptor qemu, String mac) {
    return new NetworkedNode(
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
  }

  private static NetworkOutcome outcome(ModelNetworks networks, NetworkedNode node) {
    return networks.step(List.of(node)).get(VM.uid());
  }

  private void killed(PodThread thread, Engine engine, TapTakeover.Step last) throws IOException {
    try (Life life = new Life(thread, engine, Optional.of(last))) {
      assertThatThrownBy(
              () -> {
                life.take();
                life.taps.keep(Set.of());
              })
          .isInstanceOf(Killed.class);
    }
  }

  private static void requireAsBefore(NetworkNamespace pod, RecordStore records) throws Exception {
    requireAsBefore(pod, records, LAUNCHERS_MTU);
  }

  private static void requireAsBefore(NetworkNamespace pod, RecordStore records, int mtu)
      throws Exception {
    assertThat(pod.inside(() -> Bridges.isIn("k6t-eth0", "tap0"))).isTrue();
    assertThat(pod.inside(() -> Bridges.mtu("tap0"))).isEqualTo(mtu);
    assertThat(pod.inside(() -> Bridges.exists(TapTakeover.BRIDGE))).isFalse();
    assertThat(pod.inside(() -> Bridges.exists(TapTakeover.LINK))).isFalse();
    assertThat(records.all()).isEmpty();
  }
}
