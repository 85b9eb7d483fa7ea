package dev.diecast.daemon.node;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.core.Rational;
import dev.diecast.core.fidelity.Cause;
import dev.diecast.core.fidelity.DiskUse;
import dev.diecast.core.fidelity.HostCpu;
import dev.diecast.core.fidelity.Judgement;
import dev.diecast.core.fidelity.PipeUse;
import dev.diecast.daemon.metrics.Watched;
import dev.diecast.daemon.network.model.ModelKey;
import dev.diecast.daemon.network.model.ModelNetworks;
import dev.diecast.daemon.network.model.ModelReport;
import dev.diecast.daemon.network.model.NamedPipe;
import dev.diecast.daemon.network.model.NetworkOutcome;
import dev.diecast.daemon.network.model.NetworkedNode;
import dev.diecast.daemon.overload.DiskLoad;
import dev.diecast.daemon.overload.FidelityWatch;
import dev.diecast.daemon.overload.HostLoad;
import dev.diecast.daemon.overload.HostOverload;
import dev.diecast.daemon.overload.PipeLoad;
import dev.diecast.daemon.overload.Standstill;
import dev.diecast.daemon.process.ProcessKey;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.process.QemuScanner;
import dev.diecast.daemon.record.VmRecord;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** All VMs of this host, stepped in turn. A VM that makes trouble never holds up the others. */
public final class NodeLoop implements Watched {
  private static final Logger LOG = Logger.getLogger(NodeLoop.class);
  private static final String AFTER_PIPES = " after the pipes";

  private final QemuScanner scanner;
  private final Surroundings daemon;
  private final ModelNetworks networks;
  private final Map<String, Vm> vms = new ConcurrentHashMap<>();
  private final Map<String, String> complaints = new ConcurrentHashMap<>();

  private final Semaphore news = new Semaphore(0);
  private Set<Optional<Cause>> lastCauses = Set.of();
  private final HostLoad load;
  private final DiskLoad disks;
  private final PipeLoad pipes;
  private final Standstill standstill = new Standstill();
  private Map<String, ModelKey> models = Map.of();
  private volatile HostOverload overload = HostOverload.IDLE;

  NodeLoop(
      QemuScanner scanner,
      Surroundings daemon,
      ModelNetworks networks,
      HostLoad load,
      DiskLoad disks,
      PipeLoad pipes) {
    this.scanner = scanner;
    this.daemon = daemon;
    this.networks = networks;
    this.load = load;
    this.disks = disks;
    this.pipes = pipes;
  }

  @Override
  public Collection<NodeView> views() {
    return vms.values().stream().map(Vm::view).toList();
  }

  public Optional<NodeView> view(String uid) {
    return Optional.ofNullable(vms.get(uid)).map(Vm::view);
  }

  /**
   * One round.
   *
   * @param nodes all DilatedNodes placed on this host; what is not among them is undone
   */
  public void step(Collection<DilatedNode> nodes) throws IOException {
    long start = System.nanoTime();
    Map<String, QemuProcess> processes = scanner.scan();
    Set<String> wanted = new HashSet<>();
    for (DilatedNode node : nodes) {
      String uid = node.getMetadata().getUid();
      wanted.add(uid);
      Vm vm =
          vms.computeIfAbsent(
              uid, _ -> new Vm(NodeTarget.identity(node), daemon, FidelityStatus.resume(node)));
      attempt(uid, () -> vm.step(node, Optional.ofNullable(processes.get(uid))));
    }
    for (VmRecord record : List.copyOf(daemon.records().all())) {
      if (!wanted.contains(record.vm().uid())) {
        attempt(record.vm().uid(), () -> forget(record));
      }
    }
    vms.keySet().stream().filter(uid -> !wanted.contains(uid)).toList().forEach(this::drop);
    join(nodes, processes);
    vms.forEach((uid, vm) -> attempt(uid + AFTER_PIPES, vm::afterPipes));
    judge();
    daemon.metrics().roundDone(views(), System.nanoTime() - start);
  }

  /** Nodes to the networks of their models. */
  private void join(Collection<DilatedNode> nodes, Map<String, QemuProcess> processes) {
    List<NetworkedNode> networked =
        nodes.stream()
            .flatMap(
                node ->
                    NodeTarget.network(
                        node,
                        Optional.ofNullable(processes.get(node.getMetadata().getUid())),
                        vms.get(node.getMetadata().getUid()).ofResources(node))
                        .stream())
            .toList();
    models =
        networked.stream().collect(Collectors.toMap(node -> node.vm().uid(), NetworkedNode::model));
    Map<String, NetworkOutcome> outcomes = networks.step(networked);
    vms.forEach((uid, vm) -> vm.networked(Optional.ofNullable(outcomes.get(uid))));
  }

  /** A PipeGraph has come or gone. */
  void networksChanged() {
    networks.refresh();
  }

  @Override
  public Map<ModelKey, ModelReport> networks() {
    return networks.reports();
  }

  @Override
  public Map<ModelKey, List<NamedPipe>> busiestPipes(int most) {
    return networks.busiestPipes(most);
  }

  /** When all have been looked at, so that each is judged by what the whole host did. */
  private void judge() throws IOException {
    List<HostLoad.Own> own = vms.values().stream().flatMap(vm -> vm.own().stream()).toList();
    HostCpu cpu =
        load.read(own, views().stream().map(NodeView::cores).reduce(Rational.ZERO, Rational::plus));
    Map<ProcessKey, DiskUse> busyDisks =
        disks.read(
            own.stream()
                .collect(Collectors.toMap(HostLoad.Own::process, HostLoad.Own::diskProcesses)));
    Map<ModelKey, PipeUse> busyPipes = pipes.read(networks.reports(), System.nanoTime());
    Optional<String> paused = standstill.seen(System.nanoTime());
    Map<ModelKey, Instant> changedPipes = networks.changedByOthers();
    Instant now = Instant.now();
    List<FidelityWatch.Verdict> verdicts =
        vms.entrySet().stream()
            .map(
                vm ->
                    vm.getValue()
                        .judge(
                            cpu,
                            paused,
                            Optional.ofNullable(models.get(vm.getKey())).map(changedPipes::get),
                            vm.getValue().own().map(o -> busyDisks.get(o.process())),
                            Optional.ofNullable(models.get(vm.getKey())).map(busyPipes::get),
                            now))
            .toList();
    overload = HostOverload.of(own.size(), cpu, verdicts);
    Set<Optional<Cause>> causes =
        vms.values().stream()
            .map(vm -> vm.view().fidelity().bad().map(Judgement::cause))
            .collect(Collectors.toSet());
    if (!causes.equals(lastCauses)) {
      lastCauses = causes;
      news.release();
    }
  }

  /** Between rounds: what is stopped for a moment only may be so in none of them. */
  void look() {
    standstill.woken(System.nanoTime());
    vms.values().forEach(Vm::lookForStops);
  }

  /** Waits until a node has become faithful or ceased to be so, but not for ever. */
  void awaitNews(Duration atMost) throws InterruptedException {
    if (news.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      news.drainPermits();
    }
  }

  /** How loaded the host was at the end of the last round. */
  @Override
  public HostOverload overload() {
    return overload;
  }

  private void forget(VmRecord record) throws IOException {
    daemon.undo(record);
    LOG.infof("%s: undone", record.vm());
  }

  private void drop(String uid) {
    Vm vm = vms.remove(uid);
    if (vm != null) {
      vm.close();
    }
    complaints.remove(uid);
    complaints.remove(uid + AFTER_PIPES);
  }

  /** Stops watching clocks; caps stay unless they are undone. */
  public void close(boolean undo) {
    vms.keySet().forEach(this::drop);
    networks.close();
    if (undo) {
      networks.undo();
      for (VmRecord record : daemon.records().all()) {
        attempt(record.vm().uid(), () -> forget(record));
      }
    }
  }

  @FunctionalInterface
  private interface Attempt {
    void run() throws IOException;
  }

  private void attempt(String uid, Attempt attempt) {
    try {
      attempt.run();
      complaints.remove(uid);
    } catch (IOException | RuntimeException e) {
      // Tried again in the next round; said once.
      if (!e.toString().equals(complaints.put(uid, e.toString()))) {
        LOG.warnf(e instanceof RuntimeException ? e : null, "VM %s: %s", uid, e);
      }
    }
  }
}
