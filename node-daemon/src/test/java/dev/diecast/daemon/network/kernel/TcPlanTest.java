package dev.diecast.daemon.network.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TcPlanTest {
  private static final KernelPipe PIPE = new KernelPipe(125_000, 20_000_000, 1_000_000, 60);
  private static final TcState EMPTY =
      new TcState(Optional.of("noqueue"), "0:", 0, Map.of(), Map.of(), Set.of());

  private static DeviceTree tree(KernelPipe... pipes) {
    List<DeviceTree.Leaf> leaves = new java.util.ArrayList<>();
    for (KernelPipe pipe : pipes) {
      leaves.add(new DeviceTree.Leaf(pipe, List.of("10.64.1." + leaves.size())));
    }
    return new DeviceTree(leaves);
  }

  /** The state that a tree leaves behind. */
  private static TcState stateOf(DeviceTree tree) {
    Map<Integer, Long> rates = new HashMap<>();
    Map<Integer, KernelPipe> pipes = new HashMap<>();
    Set<String> filters = new HashSet<>();
    for (int minor : tree.minors()) {
      DeviceTree.Leaf leaf = tree.leaves().get(minor - 1);
      rates.put(minor, leaf.pipe().bytesPerSecond());
      pipes.put(minor, leaf.pipe());
      leaf.destinations()
          .forEach(d -> filters.add("dc0:%s %s".formatted(Integer.toHexString(minor), d)));
    }
    return new TcState(Optional.of("htb"), "dc0:", tree.otherwise(), rates, pipes, filters);
  }

  private static List<String> changes(TcState now, DeviceTree wanted) {
    return TcPlan.changes("tap0", now, wanted).stream().map(c -> String.join(" ", c)).toList();
  }

  @Test
  void makesTheWholeTree() {
    assertThat(changes(EMPTY, tree(PIPE)))
        .containsExactly(
            "qdisc add dev tap0 root handle dc0: htb default 0",
            "class add dev tap0 parent dc0: classid dc0:1 htb rate 125000bps ceil 125000bps burst"
                + " 3200 cburst 3200 quantum 1514 overhead 24 mpu 84",
            "qdisc add dev tap0 parent dc0:1 handle e001: netem limit 60 delay 20000.000us loss"
                + " 0.1000000% rate 125000bps 24",
            "filter add dev tap0 parent dc0: protocol ip pref 3520 flower dst_ip 10.64.1.0 classid"
                + " dc0:1");
  }

  @Test
  void doesNothingWhereAllIsSo() {
    DeviceTree tree = tree(PIPE, PIPE, PIPE);
    assertThat(changes(stateOf(tree), tree)).isEmpty();
  }

  @Test
  void changesInPlaceWhatDiffersAndNothingElse() {
    KernelPipe slower = new KernelPipe(60_000, 20_000_000, 1_000_000, 60);
    KernelPipe lossy = new KernelPipe(125_000, 20_000_000, 9_000_000, 60);
    assertThat(changes(stateOf(tree(PIPE, PIPE, PIPE)), tree(PIPE, slower, lossy)))
        .hasSize(3)
        .anyMatch(command -> command.startsWith("class change dev tap0 parent dc0: classid dc0:2"))
        .anyMatch(command -> command.startsWith("qdisc change dev tap0 parent dc0:2"))
        .anyMatch(command -> command.startsWith("qdisc change dev tap0 parent dc0:3"));
  }

  @Test
  void takesAwayWhatIsTooMuchFiltersFirst() {
    List<String> commands = changes(stateOf(tree(PIPE, PIPE, PIPE)), tree(PIPE));
    assertThat(commands.getFirst()).startsWith("filter del");
    assertThat(commands.subList(commands.size() - 2, commands.size()))
        .containsExactly(
            "class del dev tap0 classid dc0:2", "class del dev tap0 classid dc0:3");
  }

  @Test
  void leavesSomebodyElsesRoot() {
    TcState others =
        new TcState(Optional.of("fq_codel"), "8001:", 0, Map.of(), Map.of(), Set.of());
    assertThatThrownBy(() -> TcPlan.changes("tap0", others, tree(PIPE)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("tc qdisc del dev tap0 root");
  }

  /** Decimals of tc's output are not worth a change. */
  @Test
  void isNotMisledByRounding() {
    assertThat(TcPlan.isSame(new KernelPipe(1, 20_000_010, 1_000_003, 5), new KernelPipe(1, 20_000_000, 1_000_000, 5)))
        .isTrue();
    assertThat(TcPlan.isSame(new KernelPipe(1, 20_100_000, 0, 5), new KernelPipe(1, 20_000_000, 0, 5)))
        .isFalse();
  }
}
