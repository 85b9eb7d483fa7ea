package dev.diecast.core.fidelity;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * What several groups have in common, where each was read a few times only: the value of a group is
 * drawn to the mean of all of them, the more so the less the groups differ beyond what readings of
 * one group scatter (a random-effects model; R. DerSimonian, N. Laird, Meta-Analysis in Clinical
 * Trials, 1986, with the groups' best linear predictors).
 */
public final class RandomEffects {
  /** Variance of a median of normal readings, over that of a mean of as many. */
  private static final double MEDIAN_VARIANCE = Math.PI / 2;

  private RandomEffects() {}

  /** Median of a group's readings, and the variance that scatter alone gives it. */
  private record Group(double value, double variance) {
    double weight() {
      return 1 / variance;
    }
  }

  /**
   * @param readings of each group, at least one; how they scatter is taken to be the same in all
   * @return for each its value, with a standard error; a group alone keeps its median
   */
  public static <K extends Comparable<K>> Map<K, Share> of(Map<K, List<Double>> readings) {
    Map<K, Share> shares = new TreeMap<>();
    readings.forEach((key, values) -> shares.put(key, Share.ofReadings(array(values))));
    double scatter = scatter(readings, shares);
    if (shares.size() < 2 || scatter == 0) {
      return shares;
    }
    Map<K, Group> groups = new TreeMap<>();
    readings.forEach(
        (key, values) ->
            groups.put(
                key,
                new Group(shares.get(key).value(), MEDIAN_VARIANCE * scatter / values.size())));
    double mean = sum(groups, group -> group.weight() * group.value) / sum(groups, Group::weight);
    double between = between(groups, mean);
    shares.replaceAll(
        (key, _) -> {
          Group group = groups.get(key);
          double own = between / (between + group.variance);
          return new Share(
              own * group.value + (1 - own) * mean,
              Math.sqrt(own * group.variance + (1 - own) * (1 - own) / sum(groups, Group::weight)));
        });
    return shares;
  }

  /** Variance of one reading about its group's median, by the median distance. */
  private static <K extends Comparable<K>> double scatter(
      Map<K, List<Double>> readings, Map<K, Share> medians) {
    double[] distances =
        readings.entrySet().stream()
            .filter(group -> group.getValue().size() > 1)
            .flatMapToDouble(
                group ->
                    group.getValue().stream()
                        .mapToDouble(value -> Math.abs(value - medians.get(group.getKey()).value()))
                        // Of n readings one is their median, and tells nothing.
                        .sorted()
                        .skip(1))
            .toArray();
    double deviation =
        distances.length == 0 ? 0 : Share.NORMAL_DEVIATION * Share.ofReadings(distances).value();
    return deviation * deviation;
  }

  /** Variance of the groups' true values, never below 0. */
  private static <K> double between(Map<K, Group> groups, double mean) {
    double excess =
        sum(groups, group -> group.weight() * (group.value - mean) * (group.value - mean))
            - (groups.size() - 1);
    double weights = sum(groups, Group::weight);
    double squares = sum(groups, group -> group.weight() * group.weight());
    return Math.max(0, excess / (weights - squares / weights));
  }

  private static <K> double sum(Map<K, Group> groups, ToDoubleFunction<Group> term) {
    return groups.values().stream().mapToDouble(term).sum();
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
