package dev.diecast.daemon.network.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TcPlanTest {
  private static final KernelPipe PIPE = new KernelPipe(125_000, 20_000_000, 1_000_000, 60);
  private static final TcState EMPTY =
      new TcState(Optional.of("noqueue"), "0:", 0, Map.of(), Map.of(), Map.of());

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
    Map<String, TcState.Filter> filters = new HashMap<>();
    for (int minor : tree.minors()) {
      DeviceTree.Leaf leaf = tree.leaves().get(minor - 1);
      rates.put(minor, leaf.pipe().bytesPerSecond());
      pipes.put(minor, leaf.pipe());
      leaf.destinations().forEach(d -> filters.put(d, new TcState.Filter(minor, 1)));
    }
    return new TcState(Optional.of("htb"), "dc0:", tree.otherwise(), rates, pipes, filters);
  }

  private static List<String> changes(TcState now, DeviceTree wanted) throws KernelPipesException {
    return TcPlan.changes("tap0", now, wanted).stream().map(c -> String.join(" ", c)).toList();
  }

  @Test
  void makesTheWholeTree() throws Exception {
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
  void doesNothingWhereAllIsSo() throws Exception {
    DeviceTree tree = tree(PIPE, PIPE, PIPE);
    assertThat(changes(stateOf(tree), tree)).isEmpty();
  }

  @Test
  void changesInPlaceWhatDiffersAndNothingElse() throws Exception {
    KernelPipe slower = new KernelPipe(60_000, 20_000_000, 1_000_000, 60);
    KernelPipe lossy = new KernelPipe(125_000, 20_000_000, 9_000_000, 60);
    assertThat(changes(stateOf(tree(PIPE, PIPE, PIPE)), tree(PIPE, slower, lossy)))
        .hasSize(3)
        .anyMatch(command -> command.startsWith("class change dev tap0 parent dc0: classid dc0:2"))
        .anyMatch(command -> command.startsWith("qdisc change dev tap0 parent dc0:2"))
        .anyMatch(command -> command.startsWith("qdisc change dev tap0 parent dc0:3"));
  }

  @Test
  void takesAwayWhatIsTooMuchFiltersFirst() throws Exception {
    List<String> commands = changes(stateOf(tree(PIPE, PIPE, PIPE)), tree(PIPE));
    assertThat(commands.getFirst()).startsWith("filter del");
    assertThat(commands.subList(commands.size() - 2, commands.size()))
        .containsExactly("class del dev tap0 classid dc0:2", "class del dev tap0 classid dc0:3");
  }

  @Test
  void leavesSomebodyElsesRoot() throws Exception {
    TcState others = new TcState(Optional.of("fq_codel"), "8001:", 0, Map.of(), Map.of(), Map.of());
    assertThatThrownBy(() -> TcPlan.changes("tap0", others, tree(PIPE)))
        .isInstanceOf(KernelPipesException.class)
        .hasMessageContaining("tc qdisc del dev tap0 root");
  }

  /** Decimals of tc's output are not worth a change. */
  @Test
  void isNotMisledByRounding() throws Exception {
    assertThat(
            TcPlan.isSame(
                new KernelPipe(1, 20_000_010, 1_000_003, 5),
                new KernelPipe(1, 20_000_000, 1_000_000, 5)))
        .isTrue();
    assertThat(
            TcPlan.isSame(new KernelPipe(1, 20_100_000, 0, 5), new KernelPipe(1, 20_000_000, 0, 5)))
        .isFalse();
  }

  /** iproute2 6.1: HTB's classes are text, and rates are cut. */
  @Test
  void readsWhatTcPrints() throws Exception {
    var json = new com.fasterxml.jackson.databind.ObjectMapper();
    TcState state =
        TcState.parse(
            json.readTree(
                """
                [{"kind":"htb","handle":"dc0:","root":true,"options":{"r2q":10,"default":"0"}}]"""),
            """
            class htb dc0:1 root leaf e001: prio 0 rate 1234Kbit overhead 24 ceil 1234Kbit burst 3200b
            class htb dc0:a root prio 0 rate 1Gbit ceil 1Gbit burst 3200b cburst 3200b
            class htb 7:1 root prio 0 rate 8bit ceil 8bit burst 3200b cburst 3200b
            """,
            json.readTree(
                """
                [{"protocol":"ip","pref":3520,"kind":"flower","chain":0},
                 {"protocol":"ipv6","pref":3521,"kind":"flower","chain":0,"options":{"handle":7,
                  "classid":"dc0:a","keys":{"eth_type":"ipv6","dst_ip":"fddc::a40:101"}}}]"""));
    assertThat(state.isOurs()).isTrue();
    assertThat(state.rates()).isEqualTo(Map.of(1, 154_250L, 10, 125_000_000L));
    assertThat(state.filters())
        .isEqualTo(Map.of(TcState.canonical("fddc::a40:101"), new TcState.Filter(10, 7)));
  }
}
