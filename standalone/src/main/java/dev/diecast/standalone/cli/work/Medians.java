package dev.diecast.standalone.cli.work;

import java.util.List;
import java.util.OptionalDouble;

/** The median: what one disturbed round cannot move. */
public final class Medians {
  private Medians() {}

  public static OptionalDouble of(List<Double> values) {
    if (values.isEmpty()) {
      return OptionalDouble.empty();
    }
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return OptionalDouble.of(
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2);
  }
}
