package dev.diecast.standalone.compare;

import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.DoubleStream;

/** Latencies in seconds of guest time. */
public sealed interface Distribution {

  /** Values that were counted. */
  long count();

  /** The least value that at least this share of all do not exceed; 0 to 1. */
  double quantile(double share);

  /** The share of all values that do not exceed this one, 0 to 1. */
  double cumulative(double seconds);

  /** Where the cumulative curve has its corners, ascending. */
  double[] corners();

  /**
   * All values of several as one. Of quantiles the common range is kept, each weighted by its
   * count.
   *
   * @param parts at least one
   * @return empty where that cannot be said: single values beside quantiles, or quantiles whose
   *     ranges do not overlap
   */
  static Optional<Distribution> pooled(List<Distribution> parts) {
    List<Samples> samples =
        parts.stream().filter(Samples.class::isInstance).map(Samples.class::cast).toList();
    List<Curve> curves =
        parts.stream().filter(Curve.class::isInstance).map(Curve.class::cast).toList();
    if (curves.isEmpty()) {
      return Optional.of(
          new Samples(
              samples.stream().flatMapToDouble(part -> DoubleStream.of(part.sorted)).toArray()));
    }
    return samples.isEmpty()
        ? Curve.pooled(curves).map(Distribution.class::cast)
        : Optional.empty();
  }

  /** Every single value is known. */
  final class Samples implements Distribution {
    private final double[] sorted;

    /**
     * @param values at least one, finite, not negative
     */
    public Samples(double[] values) {
      sorted = values.clone();
      Arrays.sort(sorted);
      if (sorted.length == 0 || !(sorted[0] >= 0) || !Double.isFinite(sorted[sorted.length - 1])) {
        throw new IllegalArgumentException("latencies are finite, not negative, and not none");
      }
    }

    @Override
    public long count() {
      return sorted.length;
    }

    @Override
    public double quantile(double share) {
      int index = (int) Math.ceil(share * sorted.length) - 1;
      return sorted[Math.clamp(index, 0, sorted.length - 1)];
    }

    @Override
    public double cumulative(double seconds) {
      int low = 0;
      int high = sorted.length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (sorted[middle] <= seconds) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low / (double) sorted.length;
    }

    @Override
    public double[] corners() {
      return sorted.clone();
    }

    double[] values() {
      return sorted.clone();
    }
  }

  /** Some quantiles are known, and straight lines are drawn between them. */
  final class Curve implements Distribution {
    private final TreeMap<Double, Double> shares = new TreeMap<>();
    private final long count;

    /**
     * @param secondsByShare quantiles: value by share, at least two, neither descending
     * @param count of values behind them
     */
    public Curve(NavigableMap<Double, Double> secondsByShare, long count) {
      double last = 0;
      for (var point : secondsByShare.entrySet()) {
        if (!(point.getValue() >= last) || !(point.getKey() >= 0) || !(point.getKey() <= 1)) {
          throw new IllegalArgumentException(
              "quantiles ascend, of shares from 0 to 1: " + secondsByShare);
        }
        last = point.getValue();
        shares.put(last, point.getKey());
      }
      if (secondsByShare.size() < 2) {
        throw new IllegalArgumentException("a curve has two quantiles at least");
      }
      this.count = count;
    }

    private static Optional<Curve> pooled(List<Curve> parts) {
      double from = parts.stream().mapToDouble(part -> part.shares.firstKey()).max().orElseThrow();
      double to = parts.stream().mapToDouble(part -> part.shares.lastKey()).min().orElseThrow();
      long count = parts.stream().mapToLong(Curve::count).sum();
      if (from > to || count == 0) {
        return Optional.empty();
      }
      TreeMap<Double, Double> secondsByShare = new TreeMap<>();
      for (Curve part : parts) {
        for (double seconds : part.shares.subMap(from, true, to, true).keySet()) {
          double below =
              parts.stream().mapToDouble(each -> each.count * each.cumulative(seconds)).sum();
          secondsByShare.merge(below / count, seconds, Math::max);
        }
      }
      return secondsByShare.size() < 2
          ? Optional.empty()
          : Optional.of(new Curve(secondsByShare, count));
    }

    @Override
    public long count() {
      return count;
    }

    @Override
    public double quantile(double share) {
      double before = shares.firstKey();
      double shareBefore = 0;
      for (var point : shares.entrySet()) {
        if (point.getValue() >= share) {
          double step = point.getValue() - shareBefore;
          double part = step <= 0 ? 1 : (share - shareBefore) / step;
          return before + part * (point.getKey() - before);
        }
        before = point.getKey();
        shareBefore = point.getValue();
      }
      return shares.lastKey();
    }

    @Override
    public double cumulative(double seconds) {
      var below = shares.floorEntry(seconds);
      var above = shares.higherEntry(seconds);
      if (below == null) {
        return 0;
      }
      if (above == null) {
        return below.getValue();
      }
      double part = (seconds - below.getKey()) / (above.getKey() - below.getKey());
      return below.getValue() + part * (above.getValue() - below.getValue());
    }

    @Override
    public double[] corners() {
      return shares.keySet().stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** The greatest share that is known. */
    double known() {
      return shares.lastEntry().getValue();
    }

    /** The least share that is known. */
    double knownFrom() {
      return shares.firstEntry().getValue();
    }
  }
}
