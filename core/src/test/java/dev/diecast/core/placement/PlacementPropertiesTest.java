package dev.diecast.core.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.Rational;
import dev.diecast.core.Seeded;
import dev.diecast.core.placement.PlacementOutcome.DoesNotFit;
import dev.diecast.core.placement.PlacementOutcome.Placed;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlacementPropertiesTest {

  private record Problem(List<HostOffer> hosts, List<NodeDemand> nodes) {}

  /** Hosts that a hidden placement fills to a given share, so that one is known to exist. */
  private static Problem solvable(Random random, int hostCount, int perHost, double fill) {
    List<HostOffer> hosts = new ArrayList<>();
    List<NodeDemand> nodes = new ArrayList<>();
    int resources = 1 + random.nextInt(3);
    for (int h = 0; h < hostCount; h++) {
      ResourceVector sum = ResourceVector.EMPTY;
      for (int i = 0; i < perHost; i++) {
        ResourceVector demand = demand(random, resources, 100);
        sum = sum.plus(demand);
        nodes.add(new NodeDemand("n" + nodes.size(), demand, Optional.empty()));
      }
      hosts.add(new HostOffer("w" + h, sum.times(Rational.of(Math.round(1000 / fill), 1000))));
    }
    return new Problem(hosts, nodes);
  }

  private static ResourceVector demand(Random random, int resources, int most) {
    ResourceVector demand = ResourceVector.EMPTY;
    for (int r = 0; r < resources; r++) {
      demand =
          demand.with(
              Resource.values()[r], Rational.of(random.nextInt(most), 1 + random.nextInt(3)));
    }
    return demand;
  }

  private static Problem any(Random random) {
    int resources = 1 + random.nextInt(4);
    List<HostOffer> hosts = new ArrayList<>();
    int hostCount = 1 + random.nextInt(3);
    for (int h = 0; h < hostCount; h++) {
      ResourceVector offer = ResourceVector.EMPTY;
      for (int r = 0; r < resources; r++) {
        if (random.nextInt(8) > 0) {
          offer = offer.with(Resource.values()[r], Rational.of(random.nextInt(18)));
        }
      }
      hosts.add(new HostOffer("w" + h, offer));
    }
    List<NodeDemand> nodes = new ArrayList<>();
    int nodeCount = 1 + random.nextInt(6);
    for (int n = 0; n < nodeCount; n++) {
      nodes.add(new NodeDemand("n" + n, demand(random, resources, 9), Optional.empty()));
    }
    return new Problem(hosts, nodes);
  }

  private static boolean placeable(Problem problem, int next, Map<String, ResourceVector> left) {
    if (next == problem.nodes.size()) {
      return true;
    }
    ResourceVector demand = problem.nodes.get(next).demand();
    for (HostOffer host : problem.hosts) {
      ResourceVector room = left.get(host.name());
      if (demand.fitsIn(room)) {
        left.put(host.name(), room.minus(demand));
        if (placeable(problem, next + 1, left)) {
          return true;
        }
        left.put(host.name(), room);
      }
    }
    return false;
  }

  private static boolean placeable(Problem problem) {
    Map<String, ResourceVector> left = new HashMap<>();
    problem.hosts.forEach(host -> left.put(host.name(), host.plannable()));
    return placeable(problem, 0, left);
  }

  private static Placed check(Problem problem, PlacementOutcome outcome) {
    assertThat(outcome).isInstanceOf(Placed.class);
    Placed placed = (Placed) outcome;
    assertThat(placed.hostByNode().keySet())
        .containsExactlyInAnyOrderElementsOf(problem.nodes.stream().map(NodeDemand::name).toList());
    Map<String, ResourceVector> used = new HashMap<>();
    problem.hosts.forEach(host -> used.put(host.name(), ResourceVector.EMPTY));
    for (NodeDemand node : problem.nodes) {
      used.merge(placed.hostByNode().get(node.name()), node.demand(), ResourceVector::plus);
    }
    assertThat(placed.usedByHost()).isEqualTo(used);
    int most = 0;
    for (HostOffer host : problem.hosts) {
      assertThat(used.get(host.name()).fitsIn(host.plannable())).as(host.name()).isTrue();
      for (Resource resource : host.plannable().resources()) {
        Rational amount = used.get(host.name()).get(resource);
        if (amount.signum() > 0) {
          Rational share = amount.dividedBy(host.plannable().get(resource));
          most = Math.max(most, share.times(100).round().intValueExact());
        }
      }
    }
    assertThat(placed.binding().percent()).isEqualTo(most);
    return placed;
  }

  private static void check(DoesNotFit refusal) {
    assertThat(refusal.shortfalls()).isNotEmpty();
    for (Shortfall shortfall : refusal.shortfalls()) {
      assertThat(shortfall.missing().signum()).isPositive();
      assertThat(shortfall.missing()).isEqualTo(shortfall.demanded().minus(shortfall.available()));
      assertThat(shortfall.available().signum()).isNotNegative();
      assertThat(shortfall.message()).endsWith(" missing");
    }
  }

  @Test
  void smallProblemsAreSolvedExactly() {
    int[] placedCount = {0};
    Seeded.forAll(
        6000,
        random -> {
          Problem problem = any(random);
          PlacementOutcome outcome = Placement.place(problem.hosts, problem.nodes);
          if (placeable(problem)) {
            check(problem, outcome);
            placedCount[0]++;
          } else {
            assertThat(outcome).isInstanceOf(DoesNotFit.class);
            check((DoesNotFit) outcome);
          }
        });
    assertThat(placedCount[0]).as("problems with a placement").isBetween(1000, 5000);
  }

  @Test
  void aFullHouseOfAFewNodesIsFound() {
    // Every host filled to the brim in every resource: the hardest that has a solution.
    Seeded.forAll(
        400,
        random -> {
          int hosts = 2 + random.nextInt(2);
          Problem problem = solvable(random, hosts, hosts == 2 ? 3 : 2, 1);
          check(problem, Placement.place(problem.hosts, problem.nodes));
        });
  }

  /** No theorem but what the search has to achieve; any seed tried so far does. */
  @Test
  void manyNodesAreFoundAPlaceWhereATenthOfEachHostIsFree() {
    Seeded.forAll(
        60,
        random -> {
          Problem problem = solvable(random, 2 + random.nextInt(8), 3 + random.nextInt(20), 0.9);
          check(problem, Placement.place(problem.hosts, problem.nodes));
        });
  }

  @Test
  void aThousandNodesOnFiftyHosts() {
    Seeded.forAll(
        2,
        random -> {
          Problem problem = solvable(random, 50, 20, 0.95);
          check(problem, Placement.place(problem.hosts, problem.nodes));
        });
  }

  @Test
  void nodesThatRunStayWhenOthersComeAndGo() {
    Seeded.forAll(
        200,
        random -> {
          Problem before = solvable(random, 2 + random.nextInt(5), 2 + random.nextInt(6), 0.7);
          Placed running = check(before, Placement.place(before.hosts, before.nodes));
          List<NodeDemand> nodes = new ArrayList<>();
          for (NodeDemand node : before.nodes) {
            if (random.nextInt(3) > 0) {
              nodes.add(
                  new NodeDemand(
                      node.name(),
                      node.demand(),
                      Optional.of(running.hostByNode().get(node.name()))));
            }
          }
          IntStream.range(0, 2)
              .mapToObj(i -> new NodeDemand("new" + i, demand(random, 1, 10), Optional.empty()))
              .forEach(nodes::add);
          PlacementOutcome outcome = Placement.place(before.hosts, nodes);
          if (outcome instanceof Placed) {
            Placed after = check(new Problem(before.hosts, nodes), outcome);
            assertThat(after.moved()).isEmpty();
            for (NodeDemand node : nodes) {
              node.pinnedHost()
                  .ifPresent(pin -> assertThat(after.hostByNode()).containsEntry(node.name(), pin));
            }
          }
        });
  }

  @Test
  void aPlacementIsAFixedPoint() {
    Seeded.forAll(
        200,
        random -> {
          Problem problem = solvable(random, 2 + random.nextInt(5), 2 + random.nextInt(6), 0.8);
          Placed first = check(problem, Placement.place(problem.hosts, problem.nodes));
          List<NodeDemand> pinned =
              problem.nodes.stream()
                  .map(
                      node ->
                          new NodeDemand(
                              node.name(),
                              node.demand(),
                              Optional.of(first.hostByNode().get(node.name()))))
                  .toList();
          assertThat(Placement.place(problem.hosts, pinned)).isEqualTo(first);
        });
  }

  @Test
  void amountsBeyondALongAreRoundedAgainstTheUser() {
    Seeded.forAll(
        300,
        random -> {
          List<NodeDemand> nodes = new ArrayList<>();
          ResourceVector sum = ResourceVector.EMPTY;
          for (int n = 0; n < 6; n++) {
            Rational amount =
                new Rational(new BigInteger(80, random), new BigInteger(50, random).setBit(49));
            ResourceVector demand = ResourceVector.of(Resource.MEMORY, amount);
            sum = sum.plus(demand);
            nodes.add(new NodeDemand("n" + n, demand, Optional.empty()));
          }
          Problem roomy =
              new Problem(
                  List.of(new HostOffer("w", sum.times(Rational.of(1_000_001, 1_000_000)))), nodes);
          check(roomy, Placement.place(roomy.hosts, roomy.nodes));
          Problem tight =
              new Problem(
                  List.of(new HostOffer("w", sum.times(Rational.of(999_999, 1_000_000)))), nodes);
          assertThat(Placement.place(tight.hosts, tight.nodes)).isInstanceOf(DoesNotFit.class);
        });
  }
}
