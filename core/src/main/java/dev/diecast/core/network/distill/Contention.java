package dev.diecast.core.network.distill;

import dev.diecast.core.network.Pipe;
import java.util.List;
import java.util.Random;

/**
 * Which pairs of flows hold each other up in the topology, and of which of them the distilled
 * network no longer knows.
 *
 * <p>Two flows share a pipe where both pass it. They share a bottleneck where one of those pipes is
 * narrower than their own bottlenecks together: then they are slower at once than each alone.
 *
 * @param pairs of flows that were looked at
 * @param sharingPipe of these, pairs that share a pipe in the topology
 * @param sharingPipeLost of these, pairs that share none in the distilled network
 * @param sharingBottleneck pairs that share a bottleneck in the topology
 * @param sharingBottleneckLost of these, pairs that share none in the distilled network
 * @param exact whether all pairs were looked at, and not only some, drawn by a seed
 */
public record Contention(
    long pairs,
    long sharingPipe,
    long sharingPipeLost,
    long sharingBottleneck,
    long sharingBottleneckLost,
    boolean exact) {

  /** Pairs of so many flows, two million, are looked at in full. */
  private static final int MOST_FLOWS_EXACT = 2_000;

  private static final int SAMPLED_FLOWS = 5_000;
  private static final int SAMPLED_PAIRS = 200_000;
  private static final long SEED = 1996;

  private record Path(int[] pipes, long[] bitsPerSecond, long bottleneck) {
    static Path of(List<Pipe> route) {
      long[] bits = route.stream().mapToLong(Pipe::bitsPerSecond).toArray();
      long least = Long.MAX_VALUE;
      for (long of : bits) {
        least = Math.min(least, of);
      }
      return new Path(route.stream().mapToInt(Pipe::id).toArray(), bits, least);
    }

    Sharing with(Path other) {
      Sharing sharing = Sharing.NOTHING;
      for (int i = 0; i < pipes.length; i++) {
        for (int pipe : other.pipes) {
          if (pipe == pipes[i]) {
            if (bitsPerSecond[i] < bottleneck + other.bottleneck) {
              return Sharing.BOTTLENECK;
            }
            sharing = Sharing.PIPE;
          }
        }
      }
      return sharing;
    }
  }

  private enum Sharing {
    NOTHING,
    PIPE,
    BOTTLENECK
  }

  static Contention measure(DistilledNetwork whole, DistilledNetwork distilled) {
    Flows flows = Flows.of(whole.network(), MOST_FLOWS_EXACT, SAMPLED_FLOWS, SEED);
    Count count = new Count(paths(whole, flows), paths(distilled, flows));
    int size = flows.flows().size();
    if (flows.exact()) {
      for (int a = 0; a < size; a++) {
        for (int b = a + 1; b < size; b++) {
          count.add(a, b);
        }
      }
    } else if (size > 1) {
      Random random = new Random(SEED + 1);
      for (int drawn = 0; drawn < SAMPLED_PAIRS; drawn++) {
        int a = random.nextInt(size);
        count.add(a, (a + 1 + random.nextInt(size - 1)) % size);
      }
    }
    return count.result(flows.exact());
  }

  private static Path[] paths(DistilledNetwork network, Flows flows) {
    return flows.flows().stream()
        .map(flow -> Path.of(network.route(flow.from(), flow.to())))
        .toArray(Path[]::new);
  }

  private static final class Count {
    private final Path[] whole;
    private final Path[] distilled;
    private long pairs;
    private long sharingPipe;
    private long sharingPipeLost;
    private long sharingBottleneck;
    private long sharingBottleneckLost;

    Count(Path[] whole, Path[] distilled) {
      this.whole = whole;
      this.distilled = distilled;
    }

    void add(int a, int b) {
      pairs++;
      Sharing truth = whole[a].with(whole[b]);
      if (truth == Sharing.NOTHING) {
        return;
      }
      Sharing left = distilled[a].with(distilled[b]);
      sharingPipe++;
      sharingPipeLost += left == Sharing.NOTHING ? 1 : 0;
      if (truth == Sharing.BOTTLENECK) {
        sharingBottleneck++;
        sharingBottleneckLost += left == Sharing.BOTTLENECK ? 0 : 1;
      }
    }

    Contention result(boolean exact) {
      return new Contention(
          pairs, sharingPipe, sharingPipeLost, sharingBottleneck, sharingBottleneckLost, exact);
    }
  }
}
