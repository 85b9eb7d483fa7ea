package dev.diecast.core.network.distill;

import dev.diecast.core.network.EthernetFrame;
import dev.diecast.core.network.Pipe;
import java.util.List;

/**
 * What a distillation gets wrong against hop-by-hop, over flows between virtual nodes (ordered
 * pairs that reach each other). Guest's frame.
 *
 * @param flows how many flows' paths were compared
 * @param exact whether these are all flows, and not only some, drawn by a seed
 * @param pathDelayNanos propagation alone
 * @param frameDelayNanos until a full frame has passed the idle path: each pipe sends it anew, and
 *     a distilled path has fewer of them
 * @param bottleneckShare difference of the narrowest pipe's bandwidth, over the true one
 */
public record DistillationError(
    long flows,
    boolean exact,
    Deviation pathDelayNanos,
    Deviation frameDelayNanos,
    Deviation bottleneckShare,
    Contention contention) {

  private static final int MOST_FLOWS_EXACT = 200_000;
  private static final int SAMPLED_FLOWS = 50_000;
  private static final long SEED = 2002;
  private static final double NANOS_PER_SECOND = 1e9;

  /** Compares a distilled network, as it stands, with hop-by-hop of the same topology. */
  public static DistillationError measure(DistilledNetwork distilled) {
    DistilledNetwork whole =
        new Distillation.HopByHop()
            .distill(distilled.network())
            .withLinksDown(distilled.topologyRoutes().downLinks());
    Flows flows = Flows.of(distilled.network(), MOST_FLOWS_EXACT, SAMPLED_FLOWS, SEED);
    Deviation.Sum delay = new Deviation.Sum();
    Deviation.Sum frame = new Deviation.Sum();
    Deviation.Sum bottleneck = new Deviation.Sum();
    for (Flows.Flow flow : flows.flows()) {
      List<Pipe> truth = whole.route(flow.from(), flow.to());
      if (!truth.isEmpty()) {
        List<Pipe> route = distilled.route(flow.from(), flow.to());
        delay.add((double) delayNanos(route) - delayNanos(truth));
        frame.add(
            delayNanos(route) - delayNanos(truth) + sendingNanos(route) - sendingNanos(truth));
        bottleneck.add((double) bottleneck(route) / bottleneck(truth) - 1);
      }
    }
    return new DistillationError(
        flows.flows().size(),
        flows.exact(),
        delay.result(),
        frame.result(),
        bottleneck.result(),
        Contention.measure(whole, distilled));
  }

  private static long delayNanos(List<Pipe> route) {
    long sum = 0;
    for (Pipe pipe : route) {
      sum += pipe.delayNanos();
    }
    return sum;
  }

  private static double sendingNanos(List<Pipe> route) {
    double sum = 0;
    for (Pipe pipe : route) {
      sum +=
          EthernetFrame.wireBits(EthernetFrame.FULL_BYTES)
              * NANOS_PER_SECOND
              / pipe.bitsPerSecond();
    }
    return sum;
  }

  private static long bottleneck(List<Pipe> route) {
    return route.stream().mapToLong(Pipe::bitsPerSecond).min().orElseThrow();
  }
}
