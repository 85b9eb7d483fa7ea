package dev.diecast.core.network.attach;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.network.TestTopologies;
import dev.diecast.core.network.topology.Generator;
import dev.diecast.core.network.topology.LinkDefaults;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class IslandsTest {

  @Test
  void saysWhichNodesCannotReachWhich() {
    AttachedNetwork network =
        TestTopologies.attached(
            TestTopologies.read(
                "graph [ node [ id 0 ] node [ id 1 ] node [ id 2 ] node [ id 3 ]"
                    + " edge [ source 0 target 1 ] ]"),
            "web=10",
            "db=1");
    Islands islands = Islands.of(network, new BitSet());
    assertThat(islands.isOne()).isFalse();
    assertThat(islands.describe(network))
        .containsExactly(
            "web-0, web-1, web-4, web-5, web-8 and 2 more", "web-2, web-6", "web-3, web-7");
  }

  @Test
  void failuresPartNetworks() {
    AttachedNetwork ring =
        TestTopologies.attached(new Generator.Ring(4).generate(LinkDefaults.STANDARD), "n=4");
    BitSet down = new BitSet();
    assertThat(Islands.of(ring, down).isOne()).isTrue();
    down.set(0);
    assertThat(Islands.of(ring, down).isOne()).isTrue();
    down.set(2);
    assertThat(Islands.of(ring, down).describe(ring)).containsExactly("n-0, n-3", "n-1, n-2");
  }

  @Test
  void manyIslandsAreCutShort() {
    StringBuilder gml = new StringBuilder("graph [");
    for (int node = 0; node < 30; node++) {
      gml.append(" node [ id ").append(node).append(" ]");
    }
    AttachedNetwork network = TestTopologies.attached(TestTopologies.read(gml.append("]")), "n=30");
    assertThat(Islands.of(network, new BitSet()).describe(network))
        .hasSize(11)
        .last()
        .isEqualTo("and 20 more islands");
  }
}
