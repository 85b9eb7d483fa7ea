package dev.diecast.daemon.network.model;

import dev.diecast.core.ethernet.IpAddress;
import dev.diecast.core.ethernet.Station;
import dev.diecast.daemon.host.KernelFeatures;
import dev.diecast.daemon.linux.BridgePorts;
import dev.diecast.daemon.linux.Bridges;
import dev.diecast.daemon.linux.Offloads;
import dev.diecast.daemon.network.kernel.DeviceTree;
import dev.diecast.daemon.network.kernel.KernelSupport;
import dev.diecast.daemon.process.ProcessKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Engine {@code Kernel} of one model, all of which is on this host: frames pass queueing
 * disciplines of the kernel, and wait for nothing in this process, which looks on.
 */
final class KernelEngine implements ModelEngine {
  private final KernelHub hub;
  private final KernelWatch watch;
  private final Map<Integer, ProcessKey> attached = new ConcurrentHashMap<>();

  /** What each node's port was last brought to. */
  private final Map<Integer, DeviceTree> trees = new HashMap<>();

  /** When those of each node were last seen to be so. */
  private final Map<Integer, Instant> right = new HashMap<>();

  private volatile Now now;

  private KernelEngine(KernelHub hub, KernelWatch watch, Now now) {
    this.hub = hub;
    this.watch = watch;
    this.now = now;
  }

  /**
   * @throws IOException where the network or the host's kernel does not allow it, with the mend
   */
  static KernelEngine start(Now now) throws IOException {
    if (now.shape().hostNames().size() > 1) {
      throw new IOException(
          "engine Kernel has all pipes on one host, and PipeGraph %s is for %s: take Core"
              .formatted(now.graph(), String.join(", ", now.shape().hostNames())));
    }
    Optional<String> obstacle = EndToEndPipes.obstacle(now.network()).or(KernelEngine::ofHost);
    if (obstacle.isPresent()) {
      throw new IOException(obstacle.get());
    }
    return open(now);
  }

  /** Where it is known that it can be had. */
  static KernelEngine open(Now now) throws IOException {
    KernelHub hub = KernelHub.open();
    try {
      return new KernelEngine(hub, KernelWatch.start(hub.path(), now.network()), now);
    } catch (IOException | RuntimeException e) {
      hub.close();
      throw e;
    }
  }

  private static Optional<String> ofHost() {
    try {
      return KernelSupport.probe(KernelFeatures.ofHost(Path.of("/proc"))).obstacle();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }

  @Override
  public Now now() {
    return now;
  }

  /** Pipes to nodes that are not attached change when they are. */
  @Override
  public int change(Now next) throws IOException {
    int changed = 0;
    for (int pipe = 0; pipe < next.network().pipes().size(); pipe++) {
      if (!next.network()
          .pipes()
          .get(pipe)
          .attributes()
          .equals(now.network().pipes().get(pipe).attributes())) {
        changed++;
      }
    }
    for (int station : attached.keySet()) {
      DeviceTree wanted = EndToEndPipes.towards(next.network(), station);
      // What failed half-way is not remembered, and so tried again.
      if (!wanted.equals(trees.remove(station))) {
        hub.change(station, wanted);
        watch.changed(station, next.network());
      }
      brought(station, wanted);
    }
    now = next;
    return changed;
  }

  private void brought(int station, DeviceTree tree) {
    trees.put(station, tree);
    right.put(station, Instant.now());
  }

  /** One node's at each call: to look takes three programs. */
  @Override
  public Optional<Instant> restore(Instant at) throws IOException {
    Optional<Integer> next = trees.keySet().stream().min(Comparator.comparing(right::get));
    if (next.isEmpty()) {
      return Optional.empty();
    }
    Instant before = right.put(next.get(), at);
    return hub.change(next.get(), trees.get(next.get())) ? Optional.of(before) : Optional.empty();
  }

  @Override
  public void connect(int station, Path socket, ProcessKey process) throws IOException {
    throw new IOException(
        "engine Kernel joins tap devices, and its QEMU has the socket %s: take engine Core"
            .formatted(socket));
  }

  @Override
  public TapTakeover.Door door(int station, ProcessKey process) {
    return new TapTakeover.Door() {
      @Override
      public String device() {
        return TapTakeover.LINK;
      }

      @Override
      public void open(Path namespace) throws IOException {
        plug(station, process, namespace);
      }

      @Override
      public void teach() throws IOException {
        KernelEngine.this.teach(station);
      }
    };
  }

  private void plug(int station, ProcessKey process, Path namespace) throws IOException {
    DeviceTree tree = EndToEndPipes.towards(now.network(), station);
    int device =
        hub.plug(
            station,
            stations().get(station).mac(),
            now.shape().mtuBytes(),
            tree,
            TapTakeover.LINK,
            namespace);
    watch.plugged(station, device, now.network());
    brought(station, tree);
    attached.put(station, process);
  }

  /**
   * In a node's pod: who the others are, so that neighbours are found as at the door of engine
   * Core; and no offloads, so that the kernel cuts up what is longer than a frame before it comes
   * to a pipe.
   */
  private void teach(int station) throws IOException {
    Offloads.turnOff(TapTakeover.LINK);
    Offloads.receiveInOrder(TapTakeover.LINK);
    Bridges.keepAddress(TapTakeover.BRIDGE);
    BridgePorts.close(TapTakeover.LINK, true);
    Bridges.knowIpv6(TapTakeover.BRIDGE);
    for (Station other : stations()) {
      if (other.number() != station) {
        BridgePorts.owns(TapTakeover.LINK, other.mac().bytes());
        for (IpAddress address : other.addresses()) {
          BridgePorts.answers(TapTakeover.BRIDGE, address.bytes(), other.mac().bytes());
        }
      }
    }
  }

  private List<Station> stations() {
    return now.network().stations();
  }

  @Override
  public boolean isAttached(int station, ProcessKey process) {
    return process.equals(attached.get(station));
  }

  /** A veth has no other side that could be missing. */
  @Override
  public Optional<String> disconnected(int station) {
    return Optional.empty();
  }

  /** The kernel does not end; but what nobody looks at nobody can vouch for. */
  @Override
  public Optional<Throwable> failure() {
    return watch.failure();
  }

  @Override
  public void detach(int station) throws IOException {
    if (attached.remove(station) != null) {
      trees.remove(station);
      right.remove(station);
      watch.unplugged(station);
      hub.unplug(station);
    }
  }

  @Override
  public void keep(Set<Integer> stations) throws IOException {
    for (int station : List.copyOf(attached.keySet())) {
      if (!stations.contains(station)) {
        detach(station);
      }
    }
  }

  @Override
  public List<String> silentPeers() {
    return List.of();
  }

  @Override
  public ModelReport report() {
    return new ModelReport(attached.size(), watch.totals(), Map.of());
  }

  @Override
  public List<NamedPipe> busiestPipes(int most) {
    return watch.busiest(most, now::pipeName);
  }

  KernelHub hub() {
    return hub;
  }

  /** Leaves everything as the end of this process would. */
  void abandon() throws IOException {
    watch.close();
    hub.close();
  }

  @Override
  public void close() throws IOException {
    try {
      keep(Set.of());
    } finally {
      abandon();
    }
  }
}
