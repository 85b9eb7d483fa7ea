package dev.diecast.daemon.network.model;

import dev.diecast.api.v1alpha1.PipeGraph;
import dev.diecast.core.DilationFactor;
import dev.diecast.daemon.network.model.NetworkOutcome.Obstacle;
import dev.diecast.daemon.network.model.NetworkOutcome.Refused;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.record.RecordStore;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * An engine for each model that has networked nodes here, with these attached. Stepped by the
 * daemon's loop, and told at once when a PipeGraph has come: a link's change must not wait for the
 * next round.
 */
public final class ModelNetworks implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ModelNetworks.class);

  private final PipeGraphSource graphs;
  private final Rendezvous rendezvous;
  private final TakenTaps taps;
  private final NodeAttaching attaching;
  private final GraphReadings readings = new GraphReadings();
  private final TakenRevisions taken = new TakenRevisions();
  private final Map<ModelKey, ModelEngine> engines = new ConcurrentHashMap<>();
  private final Map<ModelKey, Refused> refusals = new HashMap<>();

  /** T and MTU of the models that have nodes here. */
  private final Map<ModelKey, Wanted> wanted = new HashMap<>();

  private record Wanted(DilationFactor factor, int mtuBytes) {}

  /**
   * @param records where what is done to VMs' taps is written ahead
   */
  public ModelNetworks(
      ProcFiles proc, RecordStore records, PipeGraphSource graphs, Rendezvous rendezvous) {
    this.graphs = graphs;
    this.rendezvous = rendezvous;
    this.taps = new TakenTaps(proc, records, _ -> {});
    this.attaching = new NodeAttaching(new NodePorts(proc, taps), rendezvous.host());
  }

  /**
   * One round: engines as the graphs and nodes want them, nodes attached.
   *
   * @return what became of each node, by the uid of its VM
   */
  public synchronized Map<String, NetworkOutcome> step(Collection<NetworkedNode> nodes) {
    wanted.clear();
    Map<ModelKey, List<NetworkedNode>> byModel = new LinkedHashMap<>();
    for (NetworkedNode node : nodes) {
      byModel.computeIfAbsent(node.model(), _ -> new ArrayList<>()).add(node);
      // While T is changing nodes disagree; the slower pipes of the greater T are never too fast.
      wanted.merge(node.model(), new Wanted(node.factor(), node.mtuBytes()), ModelNetworks::slower);
    }
    refresh();
    Map<String, NetworkOutcome> outcomes = new HashMap<>();
    byModel.forEach((model, members) -> outcomes.putAll(attach(model, members)));
    taps.keep(
        nodes.stream()
            .filter(node -> node.qemu().isPresent())
            .map(node -> node.vm().uid())
            .collect(Collectors.toSet()));
    return outcomes;
  }

  private static Wanted slower(Wanted one, Wanted other) {
    return one.factor().compareTo(other.factor()) >= 0 ? one : other;
  }

  /** Brings engines to the newest graphs; nodes that are attached stay so. */
  public synchronized void refresh() {
    Set<ModelKey> ended = endFailed();
    for (ModelKey model : List.copyOf(engines.keySet())) {
      if (!wanted.containsKey(model) || graphs.newest(model).isEmpty()) {
        LOG.infof("%s: its network is not emulated here any more", model);
        end(model);
      }
    }
    refusals.keySet().retainAll(wanted.keySet());
    readings.keep(wanted.keySet());
    taken.keep(wanted.keySet());
    wanted.forEach(
        (model, asked) ->
            graphs
                .newest(model)
                .filter(_ -> !ended.contains(model))
                .ifPresent(g -> refresh(model, asked, g)));
  }

  /**
   * Takes engines away that have ended by themselves. Their successors start a round later, so that
   * it shows in the nodes' conditions.
   */
  private Set<ModelKey> endFailed() {
    Set<ModelKey> failed = new HashSet<>();
    for (ModelKey model : List.copyOf(engines.keySet())) {
      engines
          .get(model)
          .failure()
          .ifPresent(
              failure -> {
                end(model);
                refuse(
                    model,
                    Obstacle.EngineFailed,
                    "the engine ended, which is a fault of the daemon's; another is started: "
                        + failure);
                failed.add(model);
              });
    }
    return failed;
  }

  /** The engine of a model here. */
  Optional<ModelEngine> engine(ModelKey model) {
    return Optional.ofNullable(engines.get(model));
  }

  private void refresh(ModelKey model, Wanted asked, PipeGraph graph) {
    ModelEngine engine = engines.get(model);
    if (engine != null
        && engine.now().graph().equals(graph.getMetadata().getName())
        && engine.now().shape().factor().equals(asked.factor())
        && engine.now().shape().mtuBytes() == asked.mtuBytes()) {
      return;
    }
    try {
      ModelEngine.Now next = readings.read(model, graph, asked.factor(), asked.mtuBytes());
      if (engine != null && engine.now().shape().equals(next.shape())) {
        int changed = engine.change(next);
        took(model, graph);
        LOG.infof("%s: %s: %d pipes changed in place", model, next.graph(), changed);
        return;
      }
      // The old one goes first: it holds this host's port for other hosts.
      end(model);
      start(model, next);
      took(model, graph);
    } catch (IOException | RuntimeException e) {
      refuse(model, Obstacle.EngineFailed, "the engine could not be started: " + e);
    }
  }

  private void took(ModelKey model, PipeGraph graph) {
    taken.take(
        model,
        graph.getSpec().revision(),
        Optional.ofNullable(graph.getSpec().lastTrustedRevision()),
        Instant.now());
  }

  /**
   * Since when the pipes of a model did what somebody else had made them do, by a PipeGraph or in
   * the kernel, for models of which that is over; each is told once.
   */
  public synchronized Map<ModelKey, Instant> changedByOthers() {
    return taken.foreignSince();
  }

  private void start(ModelKey model, ModelEngine.Now next) throws IOException {
    String host = rendezvous.host();
    int self = next.shape().hostNames().indexOf(host);
    if (self < 0) {
      refuse(
          model,
          Obstacle.NotInPipeGraph,
          "PipeGraph %s is for other hosts than %s".formatted(next.graph(), host));
      return;
    }
    try {
      engines.put(
          model,
          switch (next.shape().engine()) {
            case Core -> CoreEngine.start(model, next, rendezvous.peers(model, next, self));
            case Kernel -> KernelEngine.start(next);
          });
    } catch (NoPeerException e) {
      refuse(model, Obstacle.NoPeerAddress, e.getMessage());
      return;
    }
    refusals.remove(model);
    LOG.infof(
        "%s: %s: %d pipes on %d hosts, engine %s",
        model,
        next.graph(),
        next.network().pipes().size(),
        next.shape().hostNames().size(),
        next.shape().engine());
  }

  private void refuse(ModelKey model, Obstacle obstacle, String message) {
    Refused refused = new Refused(obstacle, message);
    if (!refused.equals(refusals.put(model, refused))) {
      LOG.warnf("%s: %s: %s", model, obstacle, message);
    }
  }

  private void end(ModelKey model) {
    ModelEngine engine = engines.remove(model);
    if (engine != null) {
      try {
        engine.close();
      } catch (IOException e) {
        LOG.warnf("%s: its engine did not end well: %s", model, e);
      }
    }
  }

  private Map<String, NetworkOutcome> attach(ModelKey model, List<NetworkedNode> members) {
    Map<String, NetworkOutcome> outcomes = new HashMap<>();
    ModelEngine engine = engines.get(model);
    Optional<Refused> silence =
        Optional.ofNullable(engine).flatMap(e -> rendezvous.silence(model, e));
    Set<Integer> here = new HashSet<>();
    for (NetworkedNode node : members) {
      outcomes.put(
          node.vm().uid(),
          engine == null
              ? withoutEngine(model)
              : unlessSilent(attaching.attach(engine, node, here), silence));
    }
    if (engine != null) {
      try {
        engine.keep(here);
      } catch (IOException e) {
        LOG.warnf("%s: %s", model, e);
      }
      restore(model, engine);
    }
    return outcomes;
  }

  /** A node's own obstacle comes first. */
  private static NetworkOutcome unlessSilent(NetworkOutcome outcome, Optional<Refused> silence) {
    return outcome instanceof NetworkOutcome.Attached && silence.isPresent()
        ? silence.get()
        : outcome;
  }

  /** Pipes that somebody else changed are wrong for all nodes of the model. */
  private void restore(ModelKey model, ModelEngine engine) {
    try {
      engine.restore(Instant.now()).ifPresent(since -> taken.wereForeign(model, since));
    } catch (IOException e) {
      LOG.warnf("%s: %s", model, e);
    }
  }

  private NetworkOutcome withoutEngine(ModelKey model) {
    return Optional.ofNullable(refusals.get(model))
        .or(() -> graphs.trouble().map(why -> new Refused(Obstacle.PipeGraphsUnreadable, why)))
        .orElseGet(
            () ->
                new Refused(
                    Obstacle.NoPipeGraph,
                    "there is no PipeGraph of ScaleModel " + model + ": the operator writes it"));
  }

  /** What the engines have done, by model. Waits for nobody. */
  public Map<ModelKey, ModelReport> reports() {
    Map<ModelKey, ModelReport> reports = new HashMap<>();
    engines.forEach((model, engine) -> reports.put(model, engine.report()));
    return reports;
  }

  /** Of each model's pipes here at most so many, the busiest. Waits for nobody. */
  public Map<ModelKey, List<NamedPipe>> busiestPipes(int most) {
    Map<ModelKey, List<NamedPipe>> pipes = new HashMap<>();
    engines.forEach((model, engine) -> pipes.put(model, engine.busiestPipes(most)));
    return pipes;
  }

  /** Gives all taps back: the VMs' wiring is as it was. Only once this is closed. */
  public synchronized void undo() {
    taps.keep(Set.of());
  }

  @Override
  public synchronized void close() {
    List.copyOf(engines.keySet()).forEach(this::end);
  }
}
