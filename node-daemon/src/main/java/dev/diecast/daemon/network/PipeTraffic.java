package dev.diecast.daemon.network;

import dev.diecast.core.pipe.DurationHistogram;
import dev.diecast.core.pipe.PipeCounters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What has gone through one pipe so far, and how long it was inside by the host's clock: the truth
 * about the pipe, whatever guests believe.
 *
 * @param pipe its number
 * @param propagationNanos the delay that it is to have on an idle wire, without the frame's own
 *     time on it; host time
 * @param delays how long frames were inside: queue, wire, delay line, lateness; host time
 */
public record PipeTraffic(
    int pipe, long propagationNanos, PipeCounters counters, List<Quantile> delays) {
  private static final double[] SHARES = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};

  /**
   * @param share of the frames that were inside no longer; 0 is of the least, 1 of the greatest
   */
  public record Quantile(double share, long nanos) {}

  public PipeTraffic {
    delays = List.copyOf(delays);
  }

  /** Who knows of pipes what went through them, and goes on counting meanwhile. */
  public interface Source {
    PipeCounters counters(int pipe);

    /** Of an idle wire; host time. */
    long propagationNanos(int pipe);

    /** How long frames were inside; host time. */
    DurationHistogram delay(int pipe);
  }

  /** Of some pipes at most so many: those that most frames have come to. */
  public static List<PipeTraffic> busiest(IntStream pipes, Source source, int most) {
    return pipes
        // Read once: the engine's thread goes on counting, and an order must not change while
        // sorted.
        .mapToObj(pipe -> new Counted(pipe, source.counters(pipe)))
        .filter(counted -> counted.counters.enteredPackets() > 0)
        .sorted(
            Comparator.comparingLong((Counted counted) -> counted.counters.enteredPackets())
                .reversed())
        .limit(most)
        .map(counted -> counted.in(source))
        .toList();
  }

  private record Counted(int pipe, PipeCounters counters) {

    PipeTraffic in(Source source) {
      return new PipeTraffic(
          pipe, source.propagationNanos(pipe), counters, quantiles(source.delay(pipe)));
    }
  }

  private static List<Quantile> quantiles(DurationHistogram delay) {
    List<Quantile> quantiles = new ArrayList<>();
    if (delay.count() > 0) {
      quantiles.add(new Quantile(0, delay.minNanos()));
      for (double share : SHARES) {
        quantiles.add(new Quantile(share, delay.quantileNanos(share)));
      }
      quantiles.add(new Quantile(1, delay.maxNanos()));
    }
    return quantiles;
  }
}
