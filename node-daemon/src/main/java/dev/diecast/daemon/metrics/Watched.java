package dev.diecast.daemon.metrics;

import dev.diecast.daemon.node.NodeView;
import dev.diecast.daemon.overload.HostOverload;
import java.util.Collection;

/** What metrics are read from at the time of a scrape. */
public interface Watched {
  Collection<NodeView> views();

  HostOverload overload();
}
