package dev.diecast.core.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.Seeded;
import dev.diecast.core.placement.PlacementOutcome.DoesNotFit;
import dev.diecast.core.placement.PlacementOutcome.Placed;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AutoFactorTest {

  private static final PlacementOutcome PLACED =
      new Placed(Map.of(), Map.of(), new Binding(Resource.CPU, "w", 0));
  private static final PlacementOutcome REFUSED = new DoesNotFit(List.of());
  private static final Rational TENTH = Rational.of(1, 10);

  private static Function<DilationFactor, PlacementOutcome> from(Rational least) {
    return factor -> factor.value().compareTo(least) >= 0 ? PLACED : REFUSED;
  }

  private static Optional<String> smallest(String least, String max) {
    return AutoFactor.smallest(from(Rational.parse(least)), DilationFactor.parse(max))
        .map(DilationFactor::toText);
  }

  @Test
  void isTheNextTenthAboveWhatIsNeeded() {
    assertThat(smallest("4.13", "100")).contains("4.2");
    assertThat(smallest("4.2", "100")).contains("4.2");
    assertThat(smallest("0", "100")).contains("1");
    assertThat(smallest("100", "100")).contains("100");
    assertThat(smallest("1000", "1000")).contains("1000");
  }

  @Test
  void theLargestAllowedIsACandidateOffTheGridToo() {
    assertThat(smallest("3.31", "10/3")).contains("10/3");
    assertThat(smallest("3.3", "10/3")).contains("3.3");
    assertThat(smallest("1", "1")).contains("1");
    assertThat(smallest("1.01", "1.04")).contains("1.04");
  }

  @Test
  void thereIsNoneWhereTheLargestAllowedDoesNotFit() {
    assertThat(smallest("10.1", "10")).isEmpty();
    assertThat(smallest("2", "1")).isEmpty();
  }

  @Test
  void triesFewOfManyCandidates() {
    int[] tried = {0};
    AutoFactor.smallest(
        factor -> {
          tried[0]++;
          return from(Rational.of(777)).apply(factor);
        },
        DilationFactor.of(1000));
    assertThat(tried[0]).isLessThanOrEqualTo(16);
  }

  @Test
  void evenWherePackingIsNotMonotoneTheStepBelowWasTriedAndFailed() {
    Seeded.forAll(
        1000,
        random -> {
          Set<Rational> unlucky = new HashSet<>();
          IntStream.range(0, 60)
              .forEach(i -> unlucky.add(Rational.of(10 + random.nextInt(200), 10)));
          Rational least = Rational.of(10 + random.nextInt(150), 10);
          DilationFactor max = DilationFactor.of(20);
          Function<DilationFactor, PlacementOutcome> placeAt =
              factor -> unlucky.contains(factor.value()) ? REFUSED : from(least).apply(factor);
          Optional<DilationFactor> found = AutoFactor.smallest(placeAt, max);
          assertThat(found.isPresent()).isEqualTo(placeAt.apply(max) == PLACED);
          found.ifPresent(
              factor -> {
                assertThat(placeAt.apply(factor)).isEqualTo(PLACED);
                if (factor.value().compareTo(Rational.ONE) > 0) {
                  assertThat(placeAt.apply(new DilationFactor(factor.value().minus(TENTH))))
                      .isEqualTo(REFUSED);
                }
              });
        });
  }

  @Test
  void holdsForRealPlacements() {
    Seeded.forAll(
        100,
        random -> {
          List<HostOffer> hosts =
              IntStream.range(0, 1 + random.nextInt(4))
                  .mapToObj(
                      h ->
                          new HostOffer(
                              "w" + h,
                              ResourceVector.of(
                                  Resource.CPU,
                                  Rational.of(1 + random.nextInt(8)),
                                  Resource.MEMORY,
                                  Rational.of(1000 + random.nextInt(1000)))))
                  .toList();
          List<MachineDemand> machines =
              IntStream.range(0, 1 + random.nextInt(20))
                  .mapToObj(
                      n ->
                          new MachineDemand(
                              1 + random.nextInt(4),
                              Rational.of(1 + random.nextInt(20), 10),
                              ResourceVector.of(
                                  Resource.MEMORY, Rational.of(1 + random.nextInt(150)))))
                  .toList();
          Function<DilationFactor, PlacementOutcome> placeAt =
              factor -> placeAt(hosts, machines, factor);
          DilationFactor max = DilationFactor.of(100);
          AutoFactor.smallest(placeAt, max)
              .ifPresentOrElse(
                  factor -> {
                    assertThat(placeAt.apply(factor)).isInstanceOf(Placed.class);
                    if (factor.value().compareTo(Rational.ONE) > 0) {
                      DilationFactor below = new DilationFactor(factor.value().minus(TENTH));
                      assertThat(placeAt.apply(below)).isInstanceOf(DoesNotFit.class);
                    }
                  },
                  () -> assertThat(placeAt.apply(max)).isInstanceOf(DoesNotFit.class));
        });
  }

  private static PlacementOutcome placeAt(
      List<HostOffer> hosts, List<MachineDemand> machines, DilationFactor factor) {
    if (machines.stream().anyMatch(m -> m.relativeSpeed().compareTo(factor.value()) > 0)) {
      return REFUSED;
    }
    List<NodeDemand> nodes =
        IntStream.range(0, machines.size())
            .mapToObj(
                n ->
                    new NodeDemand(
                        "n" + n,
                        machines.get(n).hostFrame(factor, ResourceVector.EMPTY),
                        Optional.empty()))
            .toList();
    return Placement.place(hosts, nodes);
  }
}
