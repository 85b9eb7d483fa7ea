package dev.diecast.core.network.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.network.TestTopologies;
import dev.diecast.core.network.TopologyException;
import dev.diecast.core.network.topology.Generator;
import dev.diecast.core.network.topology.LinkDefaults;
import dev.diecast.core.network.topology.Topology;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttachmentTest {
  private static final Topology RING = new Generator.Ring(3).generate(LinkDefaults.STANDARD);

  private static int[] routers(Topology topology, String... attachments) {
    return TestTopologies.attached(topology, attachments).virtualNodes().stream()
        .mapToInt(VirtualNode::router)
        .toArray();
  }

  @Test
  void goesRoundTheNodes() {
    assertThat(routers(RING, "web=5")).containsExactly(0, 1, 2, 0, 1);
    assertThat(routers(RING, "web=2@round-robin", "db=2")).containsExactly(0, 1, 0, 1);
  }

  @Test
  void goesRoundStubNodesWhereThereAreAny() {
    Topology star = new Generator.Star(2).generate(LinkDefaults.STANDARD);
    assertThat(routers(star, "web=3")).containsExactly(1, 2, 1);
  }

  @Test
  void takesListsOfNodes() {
    assertThat(routers(RING, "web=r2,r0")).containsExactly(2, 0);
    assertThat(routers(RING, "web=r2")).containsExactly(2);
    assertThat(routers(RING, "web=3@r2, r0")).containsExactly(2, 0, 2);
  }

  @Test
  void drawsByASeed() {
    assertThat(routers(RING, "web=50@random:7"))
        .isEqualTo(routers(RING, "web=50@random:7"))
        .isNotEqualTo(routers(RING, "web=50@random:8"))
        .contains(0, 1, 2);
  }

  @Test
  void namesAreThoseOfTheModel() {
    AttachedNetwork network = TestTopologies.attached(RING, "web=2", "db=1");
    assertThat(network.virtualNodes())
        .extracting(VirtualNode::name)
        .containsExactly("web-0", "web-1", "db-0");
    assertThat(network.vertexName(network.vertex(network.virtualNodes().get(2)))).isEqualTo("db-0");
    assertThat(network.vertexName(1)).isEqualTo("r1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "web|is no attachment: write GROUP=COUNT",
        "=3|is no attachment",
        "web=|is no attachment",
        "web=x@r0|is no attachment",
        "web=0|group web has 0 nodes: write 1 to 20000",
        "web=20001|group web has 20001 nodes",
        "Web=1|\"Web\" is no name of a group",
        "web=nowhere|group web cannot be attached: the topology has no node nowhere",
        "web=2@r0,nowhere|group web cannot be attached: the topology has no node nowhere",
        "web=2@,|a list of places needs at least one node",
      })
  void refusesWhatCannotBe(String text, String message) {
    assertThatThrownBy(() -> routers(RING, text))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesAGroupTwiceAndTooManyNodes() {
    assertThatThrownBy(() -> routers(RING, "web=1", "web=2"))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining("group web is attached twice");
    assertThatThrownBy(() -> routers(RING, "web=20000", "db=1"))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining("with group db more than 20000 nodes");
    assertThatThrownBy(() -> routers(RING))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining("no node is attached");
  }
}
