package dev.diecast.core.pipe;

import java.util.Arrays;

/**
 * Remembers the routes that packets take, for routing computes them: n² of them do not fit, those
 * in use do. Looking one up that is known allocates nothing.
 */
public final class RouteTable {
  private static final int[] NONE = {};

  /** Beyond this many everything is forgotten, and what is still in use computed again. */
  private static final int MOST = 1 << 17;

  private final Routing routing;
  private long[] pairs = new long[1024];
  private int[][] routes = new int[1024][];
  private int size;

  public RouteTable(Routing routing) {
    this.routing = routing;
  }

  /** Pipes from source to destination, or null where there is no way: asked once per packet. */
  public int[] route(int source, int destination) {
    long pair = (long) source << Integer.SIZE | destination;
    int slot = slot(pair);
    if (routes[slot] == null) {
      slot = learn(pair, source, destination);
    }
    int[] route = routes[slot];
    return route == NONE ? null : route;
  }

  /** Forgets all routes, for a link has failed or come back. Packets on their way keep theirs. */
  public void clear() {
    Arrays.fill(routes, null);
    size = 0;
  }

  private int learn(long pair, int source, int destination) {
    if (size >= MOST) {
      clear();
    } else if (2 * (size + 1) > routes.length) {
      grow();
    }
    int slot = slot(pair);
    pairs[slot] = pair;
    routes[slot] = routing.route(source, destination).orElse(NONE);
    size++;
    return slot;
  }

  private int slot(long pair) {
    int slot = (int) (pair * 0x9E3779B97F4A7C15L >>> 40) & routes.length - 1;
    while (routes[slot] != null && pairs[slot] != pair) {
      slot = slot + 1 & routes.length - 1;
    }
    return slot;
  }

  private void grow() {
    long[] oldPairs = pairs;
    int[][] oldRoutes = routes;
    pairs = new long[2 * oldRoutes.length];
    routes = new int[2 * oldRoutes.length][];
    for (int i = 0; i < oldRoutes.length; i++) {
      if (oldRoutes[i] != null) {
        int slot = slot(oldPairs[i]);
        pairs[slot] = oldPairs[i];
        routes[slot] = oldRoutes[i];
      }
    }
  }
}
