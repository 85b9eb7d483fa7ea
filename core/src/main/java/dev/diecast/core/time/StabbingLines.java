package dev.diecast.core.time;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * All lines that pass below the upper end and above the lower end of every given segment.
 *
 * <p>For a slope s there is such a line exactly if l - s·x(l) <= u - s·x(u) for every lower end l
 * and upper end u (the intercept is eliminated, after Fourier and Motzkin). A pair with u to the
 * right of l bounds s from above by the slope from l to u, a pair with u to the left bounds it from
 * below. Only tangents to the convex hull of the lower (upper) ends can be the least (greatest) of
 * these, and they are found by bisection as the hull grows: O(n log n) (Andrew, "Another efficient
 * algorithm for convex hulls in two dimensions", 1979).
 */
record StabbingLines(List<Segment> segments, double leastSlope, double greatestSlope) {

  /**
   * @param upperX abscissa of the upper end
   * @param upper a line passes here or below
   * @param lowerX abscissa of the lower end
   * @param lower a line passes here or above
   */
  record Segment(double upperX, double upper, double lowerX, double lower) {}

  private record Point(double x, double y) {
    double slopeTo(Point other) {
      return (other.y - y) / (other.x - x);
    }
  }

  /** Empty where there is no such line. The slopes are infinite where nothing bounds them. */
  static Optional<StabbingLines> through(List<Segment> segments) {
    List<Point> upper = new ArrayList<>(segments.size());
    List<Point> lower = new ArrayList<>(segments.size());
    List<Point> mirroredUpper = new ArrayList<>(segments.size());
    List<Point> mirroredLower = new ArrayList<>(segments.size());
    for (Segment segment : segments) {
      upper.add(new Point(segment.upperX, segment.upper));
      lower.add(new Point(segment.lowerX, segment.lower));
      // Turned upside down, upper ends are lower ends and the least slope is the greatest.
      mirroredUpper.add(new Point(segment.lowerX, -segment.lower));
      mirroredLower.add(new Point(segment.upperX, -segment.upper));
    }
    OptionalDouble greatest = greatestSlope(lower, upper);
    OptionalDouble mirrored = greatestSlope(mirroredLower, mirroredUpper);
    if (greatest.isEmpty() || mirrored.isEmpty()) {
      return Optional.empty();
    }
    double least = -mirrored.getAsDouble();
    return least <= greatest.getAsDouble()
        ? Optional.of(new StabbingLines(List.copyOf(segments), least, greatest.getAsDouble()))
        : Optional.empty();
  }

  /** No line of these is above this at x, an abscissa not left of any upper end. */
  double greatestAt(double x) {
    double value = Double.POSITIVE_INFINITY;
    for (Segment segment : segments) {
      value = Math.min(value, along(segment.upperX, segment.upper, greatestSlope, x));
    }
    return value;
  }

  /** No line of these is below this at x. */
  double leastAt(double x) {
    double value = Double.NEGATIVE_INFINITY;
    for (Segment segment : segments) {
      double slope = x < segment.lowerX ? greatestSlope : leastSlope;
      value = Math.max(value, along(segment.lowerX, segment.lower, slope, x));
    }
    return value;
  }

  /** Also for infinite slopes, which no line has but lines come near to. */
  private static double along(double fromX, double fromY, double slope, double x) {
    return x == fromX ? fromY : fromY + slope * (x - fromX);
  }

  /**
   * The least slope from a lower end to an upper end on its right; empty where a lower end lies
   * above an upper end of the same abscissa, so that no line of any slope will do.
   */
  private static OptionalDouble greatestSlope(List<Point> lower, List<Point> upper) {
    List<Point> lowerInOrder = lower.stream().sorted(Comparator.comparingDouble(Point::x)).toList();
    List<Point> upperInOrder = upper.stream().sorted(Comparator.comparingDouble(Point::x)).toList();
    UpperHull hull = new UpperHull();
    double greatest = Double.POSITIVE_INFINITY;
    int next = 0;
    for (Point end : upperInOrder) {
      while (next < lowerInOrder.size() && lowerInOrder.get(next).x < end.x) {
        hull.add(lowerInOrder.get(next++));
      }
      for (int i = next; i < lowerInOrder.size() && lowerInOrder.get(i).x == end.x; i++) {
        if (lowerInOrder.get(i).y > end.y) {
          return OptionalDouble.empty();
        }
      }
      greatest = Math.min(greatest, hull.leastSlopeTo(end));
    }
    return OptionalDouble.of(greatest);
  }

  /** Upper convex hull of points that come in order of their abscissa. */
  private static final class UpperHull {
    private final List<Point> points = new ArrayList<>();

    void add(Point point) {
      if (!points.isEmpty() && points.getLast().x == point.x) {
        if (points.getLast().y >= point.y) {
          return;
        }
        points.removeLast();
      }
      while (points.size() >= 2
          && points.get(points.size() - 2).slopeTo(points.getLast())
              <= points.getLast().slopeTo(point)) {
        points.removeLast();
      }
      points.add(point);
    }

    /** Slopes from a hull to a point on its right fall and then rise: bisect for the turn. */
    double leastSlopeTo(Point end) {
      if (points.isEmpty()) {
        return Double.POSITIVE_INFINITY;
      }
      int low = 0;
      int high = points.size() - 1;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (points.get(middle).slopeTo(end) <= points.get(middle + 1).slopeTo(end)) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      return points.get(low).slopeTo(end);
    }
  }
}
