package dev.diecast.core.network.assign;

import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.attach.VirtualNode;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;

/** Where the routers' pipes go when the virtual nodes are on hosts already. */
record PlacedNodes(AttachedNetwork network, int hosts, List<Integer> hostOfVirtualNode) {
  private static final int NOWHERE = -1;

  /** Each cluster on the host of most of its virtual nodes, the best match first. */
  int[] following(int[] clusterOfRouter) {
    int[][] common = new int[hosts][hosts];
    for (VirtualNode node : network.virtualNodes()) {
      common[clusterOfRouter[node.router()]][hostOfVirtualNode.get(node.index())]++;
    }
    int[] hostOfCluster = new int[hosts];
    boolean[] clusterDone = new boolean[hosts];
    boolean[] hostDone = new boolean[hosts];
    for (int round = 0; round < hosts; round++) {
      int best = NOWHERE;
      for (int pair = 0; pair < hosts * hosts; pair++) {
        if (!clusterDone[pair / hosts]
            && !hostDone[pair % hosts]
            && (best == NOWHERE
                || common[pair / hosts][pair % hosts] > common[best / hosts][best % hosts])) {
          best = pair;
        }
      }
      clusterDone[best / hosts] = true;
      hostDone[best % hosts] = true;
      hostOfCluster[best / hosts] = best % hosts;
    }
    int[] hostOf = new int[clusterOfRouter.length];
    for (int router = 0; router < hostOf.length; router++) {
      int cluster = clusterOfRouter[router];
      hostOf[router] = cluster < 0 ? NOWHERE : hostOfCluster[cluster];
    }
    return hostOf;
  }

  /** Each router on the host of most of its virtual nodes; those without on that of a neighbour. */
  int[] spreading(WeightedGraph graph, List<Integer> routers) {
    int[][] count = new int[network.routerCount()][hosts];
    for (VirtualNode node : network.virtualNodes()) {
      count[node.router()][hostOfVirtualNode.get(node.index())]++;
    }
    int[] hostOf = new int[network.routerCount()];
    Arrays.fill(hostOf, NOWHERE);
    Queue<Integer> next = new ArrayDeque<>();
    for (int router : routers) {
      int most = mostOf(count[router]);
      if (count[router][most] > 0) {
        hostOf[router] = most;
        next.add(router);
      }
    }
    while (!next.isEmpty()) {
      int router = next.remove();
      for (int at = graph.first(router); at < graph.end(router); at++) {
        int neighbour = graph.neighbour(at);
        if (hostOf[neighbour] == NOWHERE) {
          hostOf[neighbour] = hostOf[router];
          next.add(neighbour);
        }
      }
    }
    for (int router : routers) {
      hostOf[router] = Math.max(0, hostOf[router]);
    }
    return hostOf;
  }

  private static int mostOf(int[] counts) {
    int most = 0;
    for (int host = 1; host < counts.length; host++) {
      most = counts[host] > counts[most] ? host : most;
    }
    return most;
  }
}
