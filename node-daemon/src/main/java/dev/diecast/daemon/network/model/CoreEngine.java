package dev.diecast.daemon.network.model;

import dev.diecast.core.network.Pipe;
import dev.diecast.core.pipe.EmulatedNetwork;
import dev.diecast.core.pipe.HostPipe;
import dev.diecast.core.pipe.Routing;
import dev.diecast.daemon.network.EngineSettings;
import dev.diecast.daemon.network.Peer;
import dev.diecast.daemon.network.PeerCounters;
import dev.diecast.daemon.network.Peers;
import dev.diecast.daemon.network.PipeEngine;
import dev.diecast.daemon.network.PortSpec;
import dev.diecast.daemon.process.ProcessKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** Engine {@code Core} of one model on this host: in user space, in this process. */
final class CoreEngine implements ModelEngine {
  /** 14 of the header and 4 of a VLAN tag. */
  private static final int FRAME_OVERHEAD_BYTES = 18;

  private final PipeEngine engine;
  private final AtomicReference<Routing> routing;
  private final Map<Integer, Port> ports = new ConcurrentHashMap<>();
  private Now now;

  /** What is attached, and to which process; another process of the same path is another port. */
  private record Port(PortSpec spec, Object process) {}

  private CoreEngine(PipeEngine engine, AtomicReference<Routing> routing, Now now) {
    this.engine = engine;
    this.routing = routing;
    this.now = now;
  }

  /**
   * @param peers the engines of other hosts; empty where this one has all of it
   */
  static CoreEngine start(ModelKey model, Now now, Optional<Peers> peers) throws IOException {
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
    return new CoreEngine(engine, routing, now);
  }

  @Override
  public Now now() {
    return now;
  }

  @Override
  public int change(Now next) throws IOException {
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

  @Override
  public void connect(int station, Path socket, ProcessKey process) throws IOException {
    attach(station, new PortSpec.StreamConnect(socket), process);
  }

  @Override
  public TapTakeover.Door door(int station, ProcessKey process) {
    return new TapDoor(spec -> attach(station, spec, process));
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

  @Override
  public boolean isAttached(int station, ProcessKey process) {
    return Optional.ofNullable(ports.get(station))
        .filter(port -> Objects.equals(port.process(), process))
        .isPresent();
  }

  @Override
  public Optional<String> disconnected(int station) {
    return Optional.ofNullable(ports.get(station))
        .filter(_ -> !engine.isConnected(station))
        .map(Port::spec)
        .map(
            spec ->
                spec instanceof PortSpec.StreamConnect(Path p) ? p.toString() : spec.toString());
  }

  @Override
  public Optional<Throwable> failure() {
    return engine.failure();
  }

  @Override
  public void detach(int station) throws IOException {
    if (ports.remove(station) != null) {
      engine.detach(station);
    }
  }

  @Override
  public void keep(Set<Integer> stations) throws IOException {
    for (int station : List.copyOf(ports.keySet())) {
      if (!stations.contains(station)) {
        detach(station);
      }
    }
  }

  /** What went to and came from the engines of other hosts, by host. */
  private Map<String, PeerCounters> peers() {
    Map<String, PeerCounters> peers = new TreeMap<>();
    engine
        .totals()
        .link()
        .peers()
        .forEach((number, counters) -> peers.put(now.shape().hostNames().get(number), counters));
    return peers;
  }

  @Override
  public List<String> silentPeers() {
    return peers().entrySet().stream()
        .filter(peer -> peer.getValue().silent())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The engine of another host has begun anew, or elsewhere; what waits in pipes goes there. */
  void meet(String host, Peer peer) throws IOException {
    engine.meet(now.shape().hostNames().indexOf(host), peer);
  }

  @Override
  public ModelReport report() {
    return new ModelReport(ports.size(), engine.totals(), peers());
  }

  @Override
  public List<NamedPipe> busiestPipes(int most) {
    return engine.busiestPipes(most).stream()
        .map(traffic -> new NamedPipe(now.pipeName(traffic.pipe()), traffic))
        .toList();
  }

  @Override
  public void close() throws IOException {
    engine.close();
  }
}
