package dev.diecast.daemon.network.model;

import dev.diecast.api.resources.PipeGraphs;
import dev.diecast.api.v1alpha1.PipeGraph;
import dev.diecast.api.v1alpha1.PipeGraphSpec;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.network.Pipe;
import dev.diecast.core.network.assign.PipeHosts;
import dev.diecast.core.pipe.EmulatedNetwork;
import dev.diecast.core.pipe.HostPipe;
import dev.diecast.core.pipe.Partition;
import dev.diecast.core.pipe.Routing;
import dev.diecast.daemon.network.EngineSettings;
import dev.diecast.daemon.network.EngineTotals;
import dev.diecast.daemon.network.Peer;
import dev.diecast.daemon.network.PeerCounters;
import dev.diecast.daemon.network.Peers;
import dev.diecast.daemon.network.PipeEngine;
import dev.diecast.daemon.network.PortSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** The engine of one model on this host, kept at the newest revision of its PipeGraph. */
final class ModelEngine implements AutoCloseable {
  /** 14 of the header and 4 of a VLAN tag. */
  private static final int FRAME_OVERHEAD_BYTES = 18;

  private final PipeEngine engine;
  private final AtomicReference<Routing> routing;
  private final Map<Integer, Port> ports = new ConcurrentHashMap<>();
  private Now now;

  /** What is attached, and to which process; another process of the same path is another port. */
  private record Port(PortSpec spec, Object process) {}

  /**
   * What the engine does.
   *
   * @param shape what cannot change in place
   */
  record Now(
      String graph,
      long revision,
      EmulatedNetwork network,
      NetworkShape shape,
      List<String> nodeNames) {

    /**
     * Which host has what.
     *
     * @param self number of the host that is to know
     */
    Partition partition(int self) {
      PipeHosts hosts = shape.hosts();
      return new Partition(
          self,
          network.pipes().stream().map(hosts::hostOf).toList(),
          IntStream.range(0, network.stationNumbers()).mapToObj(hosts::hostOfVirtualNode).toList());
    }
  }

  private ModelEngine(PipeEngine engine, AtomicReference<Routing> routing, Now now) {
    this.engine = engine;
    this.routing = routing;
    this.now = now;
  }

  /** Computes pipes and routes of a graph; costly for large ones. */
  static Now read(PipeGraph graph, DilationFactor factor, int mtuBytes) {
    PipeGraphSpec spec = graph.getSpec();
    EmulatedNetwork network = PipeGraphs.emulated(spec, factor);
    return new Now(
        graph.getMetadata().getName(),
        spec.revision(),
        network,
        NetworkShape.of(spec, network, factor, mtuBytes),
        PipeGraphs.nodeNames(spec));
  }

  /**
   * @param peers the engines of other hosts; empty where this one has all of it
   */
  static ModelEngine start(ModelKey model, Now now, Optional<Peers> peers) throws IOException {
    AtomicReference<Routing> routing = new AtomicReference<>(now.network().routing());
    EmulatedNetwork network =
        new EmulatedNetwork(
            now.network().pipes(),
            now.shape().factor(),
            (source, destination) -> routing.get().route(source, destination),
            now.network().stations());
    EngineSettings settings =
        new EngineSettings(
            EngineSettings.DEFAULT.door(),
            now.shape().mtuBytes() + FRAME_OVERHEAD_BYTES,
            model.hashCode(),
            EngineSettings.DEFAULT.spinNanos(),
            EngineSettings.DEFAULT.realTime());
    PipeEngine engine =
        peers.isEmpty()
            ? PipeEngine.start(model.toString(), network, settings)
            : PipeEngine.start(model.toString(), network, settings, peers.get());
    return new ModelEngine(engine, routing, now);
  }

  Now now() {
    return now;
  }

  /**
   * Takes over another revision of the same shape; what waits in pipes stays there.
   *
   * @return how many pipes changed
   */
  int change(Now next) throws IOException {
    List<Pipe> before = now.network().pipes();
    List<Pipe> after = next.network().pipes();
    // Routes first: a packet that comes now must not go where nothing leads any more.
    routing.set(next.network().routing());
    engine.forgetRoutes();
    int changed = 0;
    for (int pipe = 0; pipe < after.size(); pipe++) {
      if (!after.get(pipe).attributes().equals(before.get(pipe).attributes())) {
        engine.change(pipe, HostPipe.of(after.get(pipe).attributes(), next.shape().factor()));
        changed++;
      }
    }
    now = next;
    return changed;
  }

  /** The number of a node; -1 where the graph does not have it. */
  int stationOf(String nodeName) {
    return now.nodeNames().indexOf(nodeName);
  }

  /**
   * Attaches a node, where it is not attached so already.
   *
   * @param process whose port it is
   */
  void attach(int station, PortSpec spec, Object process) throws IOException {
    Port wanted = new Port(spec, process);
    if (!wanted.equals(ports.get(station))) {
      ports.remove(station);
      engine.attach(station, spec);
      ports.put(station, wanted);
    }
  }

  boolean isAttached(int station, Object process) {
    return Optional.ofNullable(ports.get(station))
        .filter(port -> Objects.equals(port.process(), process))
        .isPresent();
  }

  /** Where a node's frames come from and go to, where they cannot at the moment. */
  Optional<String> disconnected(int station) {
    return Optional.ofNullable(ports.get(station))
        .filter(_ -> !engine.isConnected(station))
        .map(Port::spec)
        .map(
            spec ->
                spec instanceof PortSpec.StreamConnect(Path p) ? p.toString() : spec.toString());
  }

  /** Why the engine ended by itself, if it did. */
  Optional<Throwable> failure() {
    return engine.failure();
  }

  /** Frames for this node are dropped from now on. */
  void detach(int station) throws IOException {
    if (ports.remove(station) != null) {
      engine.detach(station);
    }
  }

  /** Detaches all that are not among these. */
  void keep(java.util.Set<Integer> stations) throws IOException {
    for (int station : List.copyOf(ports.keySet())) {
      if (!stations.contains(station)) {
        detach(station);
      }
    }
  }

  /** What went to and came from the engines of other hosts, by host. */
  Map<String, PeerCounters> peers() {
    Map<String, PeerCounters> peers = new TreeMap<>();
    engine
        .totals()
        .link()
        .peers()
        .forEach((number, counters) -> peers.put(now.shape().hostNames().get(number), counters));
    return peers;
  }

  /** Hosts whose engines do not answer, or have not yet. */
  List<String> silentPeers() {
    return peers().entrySet().stream()
        .filter(peer -> peer.getValue().silent())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The engine of another host has begun anew, or elsewhere; what waits in pipes goes there. */
  void meet(String host, Peer peer) throws IOException {
    engine.meet(now.shape().hostNames().indexOf(host), peer);
  }

  int attached() {
    return ports.size();
  }

  EngineTotals totals() {
    return engine.totals();
  }

  @Override
  public void close() throws IOException {
    engine.close();
  }
}
