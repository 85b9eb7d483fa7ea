package dev.diecast.core.network.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.network.QueueLimit;
import dev.diecast.core.network.TopologyException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LinkChangesTest {

  private static DeclaredLink link(String from, String to, Long bits, boolean down) {
    return new DeclaredLink(
        from,
        to,
        Optional.ofNullable(bits),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        down);
  }

  private final LinkChanges square =
      LinkChanges.declared(
          List.of(
              link("a", "b", 10_000_000L, false),
              link("b", "c", null, true),
              link("c", "d", null, false),
              link("d", "a", null, false)),
          LinkDefaults.STANDARD);

  @Test
  void nodesAreTheEndsInOrder() {
    assertThat(square.topology().nodes())
        .extracting(TopologyNode::id)
        .containsExactly("a", "b", "c", "d");
    assertThat(square.topology().links().getFirst().forward().bitsPerSecond())
        .isEqualTo(10_000_000);
    assertThat(square.topology().links().get(1).forward().bitsPerSecond()).isEqualTo(1_000_000_000);
    assertThat(square.down().stream()).containsExactly(1);
  }

  /** What a change does not say stays, whichever way round its ends are named. */
  @Test
  void changesOnlyWhatIsSaid() {
    LinkChanges changed =
        square.with(
            List.of(
                link("c", "b", null, false),
                new DeclaredLink(
                    "b",
                    "a",
                    Optional.empty(),
                    Optional.of(7_000_000L),
                    Optional.of(1000),
                    Optional.of(new QueueLimit.Packets(3)),
                    true)));
    Link first = changed.topology().links().getFirst();
    assertThat(first.forward()).isEqualTo(first.backward());
    assertThat(first.forward().bitsPerSecond()).isEqualTo(10_000_000);
    assertThat(first.forward().delayNanos()).isEqualTo(7_000_000);
    assertThat(first.forward().queue()).isEqualTo(new QueueLimit.Packets(3));
    assertThat(changed.down().stream()).containsExactly(0);
    assertThat(square.down().stream()).as("the first stays as it was").containsExactly(1);
  }

  @Test
  void refusesWhatIsNotThere() {
    assertThatThrownBy(() -> square.with(List.of(link("a", "c", null, true))))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining("no link a - c");
    assertThatThrownBy(() -> square.with(List.of(link("a", "x", null, true))))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining("no node x");
    assertThatThrownBy(
            () -> LinkChanges.declared(List.of(link("a", "a", null, false)), LinkDefaults.STANDARD))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining("joins a node to itself");
  }
}
