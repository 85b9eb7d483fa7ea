package dev.diecast.core.fidelity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class RandomEffectsTest {
  private static final int GROUPS = 4;
  private static final double SCATTER = 300;

  private static Map<Integer, List<Double>> drawn(Random random, double[] truth, int readings) {
    Map<Integer, List<Double>> groups = new HashMap<>();
    for (int i = 0; i < truth.length; i++) {
      double middle = truth[i];
      groups.put(
          i,
          DoubleStream.generate(() -> middle + SCATTER * random.nextGaussian())
              .limit(readings)
              .boxed()
              .toList());
    }
    return groups;
  }

  private static double squaredError(Map<Integer, Share> found, double[] truth) {
    return found.entrySet().stream()
        .mapToDouble(group -> Math.pow(group.getValue().value() - truth[group.getKey()], 2))
        .average()
        .orElseThrow();
  }

  private record Errors(double together, double alone) {}

  private static Errors errors(double spread) {
    Random random = new Random(7);
    double together = 0;
    double alone = 0;
    for (int times = 0; times < 400; times++) {
      double[] truth =
          DoubleStream.generate(() -> 500 + spread * random.nextGaussian()).limit(GROUPS).toArray();
      Map<Integer, List<Double>> readings = drawn(random, truth, 5);
      together += squaredError(RandomEffects.of(readings), truth);
      Map<Integer, Share> medians = new HashMap<>();
      readings.forEach(
          (key, values) ->
              medians.put(
                  key,
                  Share.ofReadings(values.stream().mapToDouble(Double::doubleValue).toArray())));
      alone += squaredError(medians, truth);
    }
    return new Errors(together, alone);
  }

  @Test
  void groupsThatAreAlikeHelpEachOther() {
    Errors alike = errors(0);
    assertThat(alike.together()).isLessThan(0.5 * alike.alone());
  }

  @Test
  void groupsThatDifferByAsMuchAsTheyScatterAreNotWorseOff() {
    Errors some = errors(SCATTER / 2);
    assertThat(some.together()).isLessThan(some.alone());
  }

  @Test
  void groupsThatDifferMuchKeepWhatTheyHave() {
    Map<Integer, Share> found =
        RandomEffects.of(
            Map.of(
                1, List.of(100.0, 102.0, 98.0, 101.0), 2, List.of(5000.0, 5003.0, 4996.0, 4999.0)));
    assertThat(found.get(1).value()).isCloseTo(100.5, within(0.1));
    assertThat(found.get(2).value()).isCloseTo(4999.5, within(0.1));
    assertThat(found.get(1).error()).isPositive().isLessThan(5);
  }

  @Test
  void aGroupAloneKeepsItsMedian() {
    List<Double> readings = List.of(3.0, 1.0, 9.0);
    assertThat(RandomEffects.of(Map.of("x", readings)))
        .isEqualTo(Map.of("x", Share.ofReadings(new double[] {3, 1, 9})));
  }

  /** Whose error nobody knows. */
  @Test
  void singleReadingsAreLeftAsTheyAre() {
    assertThat(RandomEffects.of(Map.of(1, List.of(3.0), 2, List.of(5.0))))
        .isEqualTo(Map.of(1, new Share(3, 0), 2, new Share(5, 0)));
  }
}
