package dev.diecast.core.network.assign;

import dev.diecast.core.network.Pipe;
import dev.diecast.core.network.distill.DistilledNetwork;
import dev.diecast.core.network.distill.ExpectedTraffic;
import dev.diecast.core.network.route.RouterGraph;
import java.util.Optional;

/** Finds the pipe within a network that saturates first. */
final class Busiest {
  private Optional<BusiestPipe> best = Optional.empty();

  private Busiest() {}

  static Optional<BusiestPipe> of(DistilledNetwork network, ExpectedTraffic traffic) {
    Busiest busiest = new Busiest();
    RouterGraph graph = network.topologyRoutes().graph();
    for (int arc = 0; arc < graph.arcCount(); arc++) {
      if (network.isEmulated(arc)) {
        busiest.offer(
            graph.tail(arc),
            graph.head(arc),
            graph.attributes(arc).bitsPerSecond(),
            traffic.arcBitsPerSecond(arc));
      }
    }
    traffic.forEachPair(
        (from, to, bits, ending) ->
            network
                .meshPipe(from, to)
                .map(Pipe::bitsPerSecond)
                .ifPresent(bandwidth -> busiest.offer(from, to, bandwidth, bits)));
    return busiest.best;
  }

  private void offer(int from, int to, long bandwidth, double bits) {
    double utilisation = bits / bandwidth;
    if (best.isEmpty() || utilisation > best.get().utilisation()) {
      best = Optional.of(new BusiestPipe(from, to, bandwidth, utilisation));
    }
  }
}
