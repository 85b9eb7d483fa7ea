package dev.diecast.daemon.metrics;

import dev.diecast.daemon.network.model.ModelKey;
import dev.diecast.daemon.network.model.ModelReport;
import dev.diecast.daemon.network.model.NamedPipe;
import dev.diecast.daemon.node.NodeView;
import dev.diecast.daemon.overload.HostOverload;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What metrics are read from at the time of a scrape. */
public interface Watched {
  Collection<NodeView> views();

  HostOverload overload();

  /** What the engines of models' networks have done. */
  Map<ModelKey, ModelReport> networks();

  /** Of each model's pipes at most so many, the busiest. */
  Map<ModelKey, List<NamedPipe>> busiestPipes(int most);
}
