package dev.diecast.core.network.distill;

import dev.diecast.core.network.attach.VirtualNode;
import dev.diecast.core.network.route.PathTree;

/**
 * The most pipes that a packet passes.
 *
 * @param pipes with both access pipes; 0 where no two virtual nodes reach each other
 * @param exact false where only some sources were looked at, as the topology is large
 */
public record LongestPath(int pipes, boolean exact) {

  public static LongestPath of(DistilledNetwork network) {
    if (network instanceof EndToEndMesh) {
      return new LongestPath(network.counts().mesh() > 0 ? 1 : 0, true);
    }
    int[] attached = new int[network.network().routerCount()];
    for (VirtualNode node : network.network().virtualNodes()) {
      attached[node.router()]++;
    }
    SampledSources sources = SampledSources.of(network.network());
    int longest = 0;
    for (int source : sources.routers()) {
      PathTree tree = network.topologyRoutes().from(source);
      RouteImage image = new RouteImage(network, tree);
      for (int i = 0; i < tree.reachedCount(); i++) {
        int node = tree.reached(i);
        if (attached[node] > (node == source ? 1 : 0)) {
          longest = Math.max(longest, image.pipesTo(node) + 2);
        }
      }
    }
    return new LongestPath(longest, sources.exact());
  }
}
