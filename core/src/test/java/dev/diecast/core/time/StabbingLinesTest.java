package dev.diecast.core.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.diecast.core.Seeded;
import dev.diecast.core.time.StabbingLines.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StabbingLinesTest {

  /** All pairs, by the inequality of the class comment. */
  private static Optional<double[]> bruteForce(List<Segment> segments) {
    double least = Double.NEGATIVE_INFINITY;
    double greatest = Double.POSITIVE_INFINITY;
    for (Segment low : segments) {
      for (Segment up : segments) {
        double distance = up.upperX() - low.lowerX();
        double rise = up.upper() - low.lower();
        if (distance == 0 && rise < 0) {
          return Optional.empty();
        } else if (distance > 0) {
          greatest = Math.min(greatest, rise / distance);
        } else if (distance < 0) {
          least = Math.max(least, rise / distance);
        }
      }
    }
    return least <= greatest ? Optional.of(new double[] {least, greatest}) : Optional.empty();
  }

  @Test
  void agreesWithBruteForceOnAnySegments() {
    int[] feasible = {0};
    Seeded.forAll(
        3000,
        random -> {
          // Whole numbers from a small range: many equal abscissas and collinear points.
          List<Segment> segments = new ArrayList<>();
          int count = 1 + random.nextInt(8);
          for (int i = 0; i < count; i++) {
            double x = random.nextInt(10);
            double low = random.nextInt(10);
            double height = random.nextInt(12);
            segments.add(new Segment(x, low + height, x + random.nextInt(2), low));
          }
          feasible[0] += compare(segments) ? 1 : 0;
        });
    assertThat(feasible[0]).as("cases with a line").isBetween(500, 2500);
  }

  @Test
  void agreesWithBruteForceAroundALine() {
    Seeded.forAll(
        500,
        random -> {
          List<Segment> segments = aroundALine(random, 2 + random.nextInt(120), 0);
          assertThat(compare(segments)).isTrue();
        });
  }

  @Test
  void agreesWithBruteForceWhereOneSegmentIsOff() {
    int[] feasible = {0};
    Seeded.forAll(
        1000,
        random -> {
          double off = random.nextDouble() * 3e6;
          feasible[0] += compare(aroundALine(random, 2 + random.nextInt(30), off)) ? 1 : 0;
        });
    assertThat(feasible[0]).as("cases with a line").isBetween(100, 900);
  }

  @Test
  void ordinatesHoldEveryFeasibleLine() {
    Seeded.forAll(
        300,
        random -> {
          List<Segment> segments = aroundALine(random, 2 + random.nextInt(20), 0);
          StabbingLines lines = StabbingLines.through(segments).orElseThrow();
          double at = segments.stream().mapToDouble(Segment::upperX).max().orElseThrow();
          for (double share = 0; share <= 1; share += 0.125) {
            double slope =
                lines.leastSlope() + share * (lines.greatestSlope() - lines.leastSlope());
            double highest = Double.POSITIVE_INFINITY;
            double lowest = Double.NEGATIVE_INFINITY;
            for (Segment segment : segments) {
              highest = Math.min(highest, segment.upper() + slope * (at - segment.upperX()));
              lowest = Math.max(lowest, segment.lower() + slope * (at - segment.lowerX()));
            }
            assertThat(highest).isLessThanOrEqualTo(lines.greatestAt(at) + 1e-3);
            assertThat(lowest).isGreaterThanOrEqualTo(lines.leastAt(at) - 1e-3);
          }
        });
  }

  @Test
  void takesThousandsOfSegments() {
    List<Segment> segments = aroundALine(new Random(1), 20_000, 0);
    StabbingLines lines = StabbingLines.through(segments).orElseThrow();
    assertThat(lines.leastSlope()).isLessThanOrEqualTo(lines.greatestSlope());
  }

  /** Whether there is a line; fails where the two methods differ. */
  private static boolean compare(List<Segment> segments) {
    Optional<double[]> expected = bruteForce(segments);
    Optional<StabbingLines> found = StabbingLines.through(segments);
    assertThat(found.isPresent()).as("%s", segments).isEqualTo(expected.isPresent());
    expected.ifPresent(
        bounds -> {
          assertThat(found.get().leastSlope())
              .as("%s", segments)
              .isEqualTo(bounds[0], same(bounds[0]));
          assertThat(found.get().greatestSlope())
              .as("%s", segments)
              .isEqualTo(bounds[1], same(bounds[1]));
        });
    return expected.isPresent();
  }

  private static org.assertj.core.data.Offset<Double> same(double value) {
    return within(Double.isInfinite(value) ? 0 : 1e-12 * Math.max(1, Math.abs(value)));
  }

  private static List<Segment> aroundALine(Random random, int count, double firstOffBy) {
    double slope = (random.nextDouble() - 0.5) * 1e-3;
    double intercept = (random.nextDouble() - 0.5) * 1e9;
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double x = random.nextDouble() * 3e10;
      double width = random.nextDouble() * 2e6;
      double line = intercept + slope * x + (i == 0 ? firstOffBy : 0);
      double low = line - random.nextDouble() * width;
      segments.add(new Segment(x, low + width, x + 10, low));
    }
    return segments;
  }
}
