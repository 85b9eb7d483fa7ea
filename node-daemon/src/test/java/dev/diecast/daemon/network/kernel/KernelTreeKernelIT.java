package dev.diecast.daemon.network.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.Rational;
import dev.diecast.core.network.QueueLimit;
import dev.diecast.core.pipe.HostPipe;
import dev.diecast.daemon.network.NetworkNamespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Trees on the uplink of a bridge as virt-launcher makes it: in place, idempotent, ours alone. */
@ExtendWith(KernelPipesWork.class)
class KernelTreeKernelIT {
  private static final String POD = "diecast-it-tree";
  private static final String UPLINK = "eth0-nic";

  private final KernelPipes engine = KernelPipes.in(Path.of("/run/netns", POD));

  private static NetworkNamespace pod() throws Exception {
    NetworkNamespace pod = new NetworkNamespace(POD);
    pod.run("link", "add", "name", "k6t-eth0", "type", "bridge");
    pod.run("link", "add", "name", UPLINK, "type", "veth", "peer", "name", "outside");
    pod.run("link", "set", UPLINK, "master", "k6t-eth0");
    pod.run("tuntap", "add", "dev", "tap0", "mode", "tap");
    pod.run("link", "set", "tap0", "master", "k6t-eth0");
    for (String device : List.of("outside", UPLINK, "tap0", "k6t-eth0")) {
      pod.run("link", "set", device, "up");
    }
    return pod;
  }

  private static DeviceTree tree(long delayNanos, int destinations) {
    List<DeviceTree.Leaf> leaves = new ArrayList<>();
    for (int i = 1; i <= destinations; i++) {
      HostPipe pipe =
          new HostPipe(
              Rational.of(1_000_000L * i),
              delayNanos * i,
              1_000_000 * i,
              new QueueLimit.Packets(50),
              true);
      leaves.add(
          new DeviceTree.Leaf(
              KernelPipe.of(pipe), List.of("10.64.1." + i, "fddc::a40:" + (0x100 + i))));
    }
    return new DeviceTree(leaves);
  }

  @Test
  void aSecondTimeDoesNothingAndChangesAreInPlace() throws Exception {
    try (NetworkNamespace pod = pod()) {
      assertThat(engine.apply(UPLINK, tree(10_000_000, 5))).isNotEmpty();
      assertThat(engine.apply(UPLINK, tree(10_000_000, 5))).as("a second time").isEmpty();
      assertThat(engine.apply(UPLINK, tree(20_000_000, 5)))
          .as("another delay")
          .hasSize(5)
          .allMatch(command -> command.get(1).equals("change"));
      assertThat(engine.apply(UPLINK, tree(20_000_000, 7)).stream().map(c -> c.get(1)))
          .as("two more destinations")
          .containsOnly("add");
      engine.apply(UPLINK, tree(20_000_000, 3));
      assertThat(engine.observe(UPLINK).rates().keySet()).containsExactlyInAnyOrder(1, 2, 3);
      assertThat(engine.observe(UPLINK).filters()).hasSize(6);
      engine.remove(UPLINK);
      engine.close();
      assertThat(engine.observe(UPLINK).isDefault()).isTrue();
      pod.run("link", "show", UPLINK);
    }
  }

  /** What another instance of the daemon finds, on the guest's side too. */
  @Test
  void aRestartedDaemonFindsItsTreesAndMovesADestination() throws Exception {
    try (NetworkNamespace pod = pod();
        KernelPipes anew = KernelPipes.in(Path.of("/run/netns", POD))) {
      engine.apply("tap0", tree(10_000_000, 3));
      engine.close();
      assertThat(anew.apply("tap0", tree(10_000_000, 3))).isEmpty();
      List<DeviceTree.Leaf> leaves = new ArrayList<>(tree(10_000_000, 3).leaves());
      DeviceTree.Leaf first = leaves.getFirst();
      DeviceTree.Leaf second = leaves.get(1);
      leaves.set(0, new DeviceTree.Leaf(first.pipe(), second.destinations()));
      leaves.set(1, new DeviceTree.Leaf(second.pipe(), first.destinations()));
      assertThat(anew.apply("tap0", new DeviceTree(leaves)))
          .hasSize(4)
          .allMatch(command -> command.subList(0, 2).equals(List.of("filter", "change")));
      anew.remove("tap0");
      anew.remove("tap0");
      assertThat(anew.observe("tap0").isDefault()).isTrue();
      pod.run("link", "show", "tap0");
    }
  }

  /** What it knows of the device is not so any more: it looks again, and mends. */
  @Test
  void whatOthersDidMeanwhileIsMended() throws Exception {
    try (NetworkNamespace pod = pod();
        KernelPipes stale = KernelPipes.in(Path.of("/run/netns", POD));
        Tc tc = new Tc(Optional.of(Path.of("/run/netns", POD)))) {
      stale.apply(UPLINK, tree(10_000_000, 3));
      tc.batch(List.of(List.of("qdisc", "del", "dev", UPLINK, "parent", "dc0:2")));
      assertThat(stale.apply(UPLINK, tree(20_000_000, 3))).isNotEmpty();
      assertThat(stale.apply(UPLINK, tree(20_000_000, 3))).as("mended at once").isEmpty();
      tc.batch(List.of(List.of("qdisc", "del", "dev", UPLINK, "root")));
      assertThat(stale.apply(UPLINK, tree(10_000_000, 3))).isNotEmpty();
      assertThat(stale.observe(UPLINK).pipes().keySet()).containsExactlyInAnyOrder(1, 2, 3);
      pod.run("link", "show", UPLINK);
    }
  }

  @Test
  void somebodyElsesTreeIsLeftAndSaid() throws Exception {
    try (NetworkNamespace pod = pod()) {
      new Tc(Optional.of(Path.of("/run/netns", POD)))
          .batch(List.of(List.of("qdisc", "add", "dev", UPLINK, "root", "handle", "7:", "pfifo")));
      assertThatThrownBy(() -> engine.apply(UPLINK, tree(1, 1)))
          .isInstanceOf(KernelPipesException.class)
          .hasMessageContaining(UPLINK)
          .hasMessageContaining("tc qdisc del");
      engine.remove(UPLINK);
      engine.close();
      assertThat(engine.observe(UPLINK).rootHandle()).isEqualTo("7:");
      pod.run("link", "show", UPLINK);
    }
  }
}
