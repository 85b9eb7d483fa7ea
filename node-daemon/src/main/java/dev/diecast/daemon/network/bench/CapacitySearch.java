package dev.diecast.daemon.network.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The greatest load that is sustained: it rises until it is not, twice in a row, for a machine that
 * was busy for a moment says nothing; then the gap is halved. What comes out is confirmed over a
 * longer time.
 */
public final class CapacitySearch {
  /** A load of so many packets a second, tried out. */
  @FunctionalInterface
  public interface Trial {
    LoadResult at(double packetsPerSecond) throws IOException, InterruptedException;
  }

  /**
   * One trial.
   *
   * @param offeredPerSecond packets
   */
  public record Step(double offeredPerSecond, LoadResult result) {
    /** Offered as asked for, and sustained. */
    boolean good() {
      return result.sustained() && result.packetsPerSecond() >= OFFERED_SHARE * offeredPerSecond;
    }
  }

  private static final double OFFERED_SHARE = 0.9;
  private static final double GROWTH = 1.5;
  private static final double PRECISION = 1.05;

  private static final int CONFIRMATIONS = 8;
  private static final double RETREAT = 0.9;

  private CapacitySearch() {}

  /**
   * Searches from a load that any machine bears.
   *
   * @return every trial, in order; none of them sustained where even the first was too much
   */
  public static List<Step> from(double leastPerSecond, double mostPerSecond, Trial trial)
      throws IOException, InterruptedException {
    List<Step> steps = new ArrayList<>();
    double good = 0;
    double bad = mostPerSecond;
    double load = leastPerSecond;
    while (load <= mostPerSecond && (good == 0 || bad / good > PRECISION)) {
      if (tried(load, trial, steps) || tried(load, trial, steps)) {
        good = load;
      } else {
        bad = load;
        if (good == 0) {
          return steps;
        }
      }
      load = bad < mostPerSecond ? Math.sqrt(good * bad) : load * GROWTH;
    }
    return steps;
  }

  private static boolean tried(double load, Trial trial, List<Step> steps)
      throws IOException, InterruptedException {
    Step step = new Step(load, trial.at(load));
    steps.add(step);
    return step.good();
  }

  /**
   * The greatest load up to {@code found} that a longer trial sustains as well; 0 where none is.
   */
  public static double confirmed(double found, Trial longer)
      throws IOException, InterruptedException {
    double load = found;
    for (int i = 0; i < CONFIRMATIONS && load > 0; i++) {
      if (new Step(load, longer.at(load)).good()) {
        return load;
      }
      load *= RETREAT;
    }
    return 0;
  }

  /** The greatest load that was sustained; 0 where none was. */
  public static double capacity(List<Step> steps) {
    return steps.stream()
        .filter(step -> step.good())
        .mapToDouble(Step::offeredPerSecond)
        .max()
        .orElse(0);
  }
}
