package dev.diecast.core.placement;

import static dev.diecast.core.placement.Resource.CPU;
import static dev.diecast.core.placement.Resource.DISK_IOPS;
import static dev.diecast.core.placement.Resource.MEMORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.Rational;
import dev.diecast.core.placement.PlacementOutcome.DoesNotFit;
import dev.diecast.core.placement.PlacementOutcome.Move;
import dev.diecast.core.placement.PlacementOutcome.Placed;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlacementTest {

  private static HostOffer host(String name, String cores, long memory) {
    return new HostOffer(
        name, ResourceVector.of(CPU, Rational.parse(cores), MEMORY, Rational.of(memory)));
  }

  private static NodeDemand node(String name, String cores, long memory) {
    return new NodeDemand(
        name,
        ResourceVector.of(CPU, Rational.parse(cores), MEMORY, Rational.of(memory)),
        Optional.empty());
  }

  private static NodeDemand pinned(String name, String cores, long memory, String host) {
    return new NodeDemand(
        name,
        ResourceVector.of(CPU, Rational.parse(cores), MEMORY, Rational.of(memory)),
        Optional.of(host));
  }

  private static Placed placed(List<HostOffer> hosts, List<NodeDemand> nodes) {
    PlacementOutcome outcome = Placement.place(hosts, nodes);
    assertThat(outcome).isInstanceOf(Placed.class);
    return (Placed) outcome;
  }

  private static List<String> refusal(List<HostOffer> hosts, List<NodeDemand> nodes) {
    PlacementOutcome outcome = Placement.place(hosts, nodes);
    assertThat(outcome).isInstanceOf(DoesNotFit.class);
    return ((DoesNotFit) outcome).shortfalls().stream().map(Shortfall::message).toList();
  }

  @Test
  void tenTenthsFillOneCoreExactly() {
    List<NodeDemand> nodes = IntStream.range(0, 10).mapToObj(i -> node("n" + i, "0.1", 1)).toList();
    Placed placed = placed(List.of(host("w1", "1", 100)), nodes);
    assertThat(placed.hostByNode()).hasSize(10).containsValue("w1");
    assertThat(placed.binding()).isEqualTo(new Binding(CPU, "w1", 100));
    assertThat(placed.binding().message()).isEqualTo("cpu on w1, 100 %");
    assertThat(placed.usedByHost().get("w1"))
        .isEqualTo(ResourceVector.of(CPU, Rational.ONE, MEMORY, Rational.of(10)));
  }

  @Test
  void aHairMoreThanHalfDoesNotFitTwice() {
    // Too fine for a common unit in a long: rounded, but never in favour of the nodes.
    Rational hair = new Rational(BigInteger.ONE, BigInteger.ONE.shiftLeft(70));
    ResourceVector demand = ResourceVector.of(CPU, Rational.of(1, 2).plus(hair));
    List<NodeDemand> nodes =
        IntStream.range(0, 3)
            .mapToObj(i -> new NodeDemand("n" + i, demand, Optional.empty()))
            .toList();
    assertThat(Placement.place(List.of(host("w1", "1", 1), host("w2", "1", 1)), nodes))
        .isInstanceOf(DoesNotFit.class);
  }

  @Test
  void spreadsEqualNodesEvenly() {
    List<HostOffer> hosts = IntStream.range(0, 5).mapToObj(i -> host("w" + i, "10", 1000)).toList();
    List<NodeDemand> nodes =
        IntStream.range(0, 50).mapToObj(i -> node("n" + i, "0.5", 10)).toList();
    Placed placed = placed(hosts, nodes);
    for (HostOffer host : hosts) {
      assertThat(Collections.frequency(placed.hostByNode().values(), host.name())).isEqualTo(10);
    }
    assertThat(placed.binding()).isEqualTo(new Binding(CPU, "w0", 50));
  }

  @Test
  void loadsUnequalHostsInProportion() {
    List<NodeDemand> nodes = IntStream.range(0, 30).mapToObj(i -> node("n" + i, "1", 1)).toList();
    Placed placed = placed(List.of(host("large", "40", 1000), host("small", "20", 1000)), nodes);
    assertThat(Collections.frequency(placed.hostByNode().values(), "large")).isEqualTo(20);
    assertThat(placed.binding().percent()).isEqualTo(50);
  }

  @Test
  void doesNotDependOnTheOrderOfItsInput() {
    List<HostOffer> hosts = new ArrayList<>(List.of(host("a", "4", 9), host("b", "4", 9)));
    List<NodeDemand> nodes =
        new ArrayList<>(
            List.of(node("x", "1", 2), node("y", "2", 3), node("z", "1", 4), node("v", "3", 1)));
    PlacementOutcome first = Placement.place(hosts, nodes);
    Collections.reverse(hosts);
    Collections.reverse(nodes);
    assertThat(Placement.place(hosts, nodes)).isEqualTo(first);
  }

  @Test
  void findsWhatFirstFitDecreasingMisses() {
    // Decreasing: 6+4, 5+5 is lost when 6 takes 5 first; only {6,4} {5,3,2} fills both.
    List<NodeDemand> nodes =
        List.of(
            node("a", "6", 0),
            node("b", "5", 0),
            node("c", "4", 0),
            node("d", "3", 0),
            node("e", "2", 0));
    Placed placed = placed(List.of(host("w1", "10", 0), host("w2", "10", 0)), nodes);
    assertThat(placed.binding().percent()).isEqualTo(100);
  }

  @Test
  void whatIsNotOfferedAsLimitedIsUnlimited() {
    NodeDemand hungry =
        new NodeDemand("n", ResourceVector.of(DISK_IOPS, Rational.of(1 << 30)), Optional.empty());
    Placed placed = placed(List.of(host("w1", "1", 1)), List.of(hungry));
    assertThat(placed.binding()).isEqualTo(new Binding(CPU, "w1", 0));
    HostOffer limited = new HostOffer("w0", ResourceVector.of(DISK_IOPS, Rational.of(5)));
    assertThat(placed(List.of(limited, host("w1", "1", 1)), List.of(hungry)).hostByNode())
        .isEqualTo(Map.of("n", "w1"));
  }

  @Test
  void noNodesNeedNoHosts() {
    assertThat(placed(List.of(), List.of()).hostByNode()).isEmpty();
    assertThat(placed(List.of(host("w1", "1", 1)), List.of()).usedByHost())
        .isEqualTo(Map.of("w1", ResourceVector.EMPTY));
  }

  @Test
  void pinnedNodesStay() {
    List<HostOffer> hosts = List.of(host("w1", "10", 100), host("w2", "10", 100));
    List<NodeDemand> nodes =
        List.of(
            pinned("a", "3", 1, "w2"),
            pinned("b", "3", 1, "w2"),
            pinned("c", "3", 1, "w2"),
            node("d", "1", 1));
    Placed placed = placed(hosts, nodes);
    assertThat(placed.hostByNode()).isEqualTo(Map.of("a", "w2", "b", "w2", "c", "w2", "d", "w1"));
    assertThat(placed.moved()).isEmpty();
  }

  @Test
  void pinnedNodesStayEvenWhereThatKeepsANewcomerOut() {
    List<HostOffer> hosts = List.of(host("w1", "10", 1), host("w2", "10", 1));
    List<NodeDemand> nodes =
        List.of(pinned("a", "4", 0, "w1"), pinned("b", "4", 0, "w2"), node("c", "8", 0));
    assertThat(refusal(hosts, nodes))
        .containsExactly(
            "cpu: node c needs 8 cores, beside the other nodes the host that comes nearest has"
                + " 6 cores left: 2 cores missing");
    assertThat(Placement.place(hosts, List.of(node("a", "4", 0), node("b", "4", 0), nodes.get(2))))
        .isInstanceOf(Placed.class);
  }

  @Test
  void aPinnedNodeMovesWhereItsHostIsGoneOrTooSmall() {
    List<HostOffer> hosts = List.of(host("w1", "10", 10), host("w2", "10", 100));
    List<NodeDemand> nodes = List.of(pinned("gone", "1", 1, "w9"), pinned("tight", "1", 50, "w1"));
    Placed placed = placed(hosts, nodes);
    assertThat(placed.hostByNode()).containsEntry("tight", "w2");
    assertThat(placed.moved())
        .containsExactly(
            new Move("gone", "w9", placed.hostByNode().get("gone"), Optional.empty()),
            new Move("tight", "w1", "w2", Optional.of(MEMORY)));
    assertThat(placed.moved().stream().map(Move::message))
        .containsExactly(
            "node gone moves from w9 to %s: w9 is no longer offered"
                .formatted(placed.hostByNode().get("gone")),
            "node tight moves from w1 to w2: w1 is short of memory");
  }

  @Test
  void ofPinnedNodesThatNoLongerFitTogetherTheLargestStay() {
    List<HostOffer> hosts = List.of(host("w1", "4", 100), host("w2", "4", 100));
    List<NodeDemand> nodes =
        List.of(pinned("a", "1", 1, "w1"), pinned("b", "3", 1, "w1"), pinned("c", "2", 1, "w1"));
    Placed placed = placed(hosts, nodes);
    assertThat(placed.hostByNode()).isEqualTo(Map.of("a", "w1", "b", "w1", "c", "w2"));
    assertThat(placed.moved()).containsExactly(new Move("c", "w1", "w2", Optional.of(CPU)));
  }

  @Test
  void refusesASumThatIsTooMuch() {
    List<NodeDemand> nodes =
        IntStream.range(0, 6).mapToObj(i -> node("n" + i, "0.5", 1L << 30)).toList();
    assertThat(refusal(List.of(host("w1", "1", 4L << 30), host("w2", "1", 1L << 30)), nodes))
        .containsExactly(
            "cpu: all nodes together need 3 cores, the hosts have 2 cores: 1 core missing",
            "memory: all nodes together need 6 GiB, the hosts have 5 GiB: 1 GiB missing");
  }

  @Test
  void refusesANodeThatNoHostHolds() {
    assertThat(
            refusal(
                List.of(host("w1", "4", 8L << 30), host("w2", "4", 6L << 30), host("w3", "4", 1)),
                List.of(node("small", "1", 1), node("db-0", "5", 2L << 30), node("db-1", "5", 1))))
        .containsExactly(
            "cpu: node db-0 alone needs 5 cores, the host that comes nearest to holding it offers"
                + " 4 cores: 1 core missing");
  }

  @Test
  void refusesANodeThatFitsNoHostInAllThings() {
    List<HostOffer> hosts = List.of(host("w1", "8", 10), host("w2", "1", 1000));
    assertThat(refusal(hosts, List.of(node("n", "2", 12))))
        .containsExactly(
            "memory: node n alone needs 12 B, the host that comes nearest to holding it offers"
                + " 10 B: 2 B missing");
  }

  @Test
  void refusesWhereThereIsNoHost() {
    assertThat(refusal(List.of(), List.of(node("n", "2", 12))))
        .containsExactly(
            "cpu: all nodes together need 2 cores, the hosts have 0 cores: 2 cores missing",
            "memory: all nodes together need 12 B, the hosts have 0 B: 12 B missing");
  }

  @Test
  void anOverbookedHostOffersNothing() {
    HostOffer overbooked = new HostOffer("w1", ResourceVector.of(CPU, Rational.of(-3)));
    assertThat(refusal(List.of(overbooked), List.of(node("n", "2", 12))))
        .first()
        .isEqualTo("cpu: all nodes together need 2 cores, the hosts have 0 cores: 2 cores missing");
    NodeDemand nothing = new NodeDemand("n", ResourceVector.EMPTY, Optional.empty());
    assertThat(placed(List.of(overbooked), List.of(nothing)).binding().percent()).isZero();
  }

  @Test
  void refusesNamesGivenTwiceAndNegativeDemands() {
    assertThatThrownBy(
            () ->
                Placement.place(
                    List.of(host("w", "1", 1)), List.of(node("n", "1", 1), node("n", "2", 1))))
        .hasMessage("node n is given twice: names must be unique");
    assertThatThrownBy(
            () -> Placement.place(List.of(host("w", "1", 1), host("w", "2", 1)), List.of()))
        .hasMessage("host w is given twice: names must be unique");
    assertThatThrownBy(
            () -> new NodeDemand("n", ResourceVector.of(CPU, Rational.of(-1)), Optional.empty()))
        .hasMessage("node n demands -1 cores of cpu: a demand is never negative");
  }
}
