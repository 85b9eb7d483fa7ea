package dev.diecast.daemon.node;

import dev.diecast.api.v1alpha1.DilationHostStatus;
import dev.diecast.daemon.Settings;
import dev.diecast.daemon.cgroup.CgroupApplier;
import dev.diecast.daemon.cgroup.CgroupHierarchy;
import dev.diecast.daemon.cgroup.Controller;
import dev.diecast.daemon.cgroup.CpuCapping;
import dev.diecast.daemon.clock.HostEpochClock;
import dev.diecast.daemon.cpu.WakefulCores;
import dev.diecast.daemon.dilation.HostModuleDilator;
import dev.diecast.daemon.dilation.KvmModule;
import dev.diecast.daemon.disk.BlockDevices;
import dev.diecast.daemon.disk.DiskThrottling;
import dev.diecast.daemon.host.HostFacts;
import dev.diecast.daemon.host.HostProbe;
import dev.diecast.daemon.host.HostPublisher;
import dev.diecast.daemon.host.HostSettings;
import dev.diecast.daemon.metrics.DaemonMetrics;
import dev.diecast.daemon.network.PeerIdentity;
import dev.diecast.daemon.network.PublishedPeer;
import dev.diecast.daemon.network.model.ModelNetworks;
import dev.diecast.daemon.network.model.PipeGraphSource;
import dev.diecast.daemon.network.model.Rendezvous;
import dev.diecast.daemon.overload.DiskLoad;
import dev.diecast.daemon.overload.HostLoad;
import dev.diecast.daemon.overload.PipeLoad;
import dev.diecast.daemon.overload.Standstill;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.QemuScanner;
import dev.diecast.daemon.record.RecordStore;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * The daemon of one host, put together and kept going. Starts with what a predecessor left, then
 * takes DilatedNodes.
 */
public final class Daemon implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Daemon.class);
  private static final Duration STATUS_INTERVAL = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofSeconds(3);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Settings settings;
  private final FileChannel lock;
  private final NodeLoop loop;
  private final WakefulCores cores;
  private final DaemonMetrics metrics;
  private final HostPublisher publisher;
  private final HostProbe probe;
  private final ApiObjects api;
  private final StatusWriter writer;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean published;
  private volatile boolean hostTried;
  private volatile boolean stopping;

  private Daemon(
      Settings settings, KubernetesClient client, Hierarchies hierarchies, FileChannel lock)
      throws IOException, InterruptedException {
    this.settings = settings;
    this.lock = lock;
    this.cores = new WakefulCores(Path.of("/dev/cpu_dma_latency"));
    ProcFiles proc = new ProcFiles(settings.proc());
    LOG.infof("cpu controller: %s", text(hierarchies.cpu));
    LOG.infof("io controller: %s", text(hierarchies.io));
    RecordStore records = RecordStore.open(settings.stateDirectory());
    this.metrics = new DaemonMetrics();
    Optional<CpuCapping> capping =
        hierarchies.cpu.map(
            h -> new CpuCapping(h, proc, new CgroupApplier(h, proc, metrics::applied), records));
    Optional<DiskThrottling> throttling =
        hierarchies.io.map(
            h ->
                new DiskThrottling(
                    h,
                    proc,
                    new BlockDevices(settings.sys()),
                    new CgroupApplier(h, proc, metrics::applied),
                    records));
    HostModuleDilator hostModule =
        new HostModuleDilator(
            KvmModule.DEVICE,
            proc,
            records,
            settings.interval(),
            Clock.systemUTC(),
            metrics::applied);
    QemuScanner scanner = new QemuScanner(proc);
    Set<String> running = scanner.scan().keySet();
    int cleaned = throttling.isPresent() ? throttling.get().cleanDead(running) : 0;
    cleaned += capping.isPresent() ? capping.get().cleanDead(running) : 0;
    metrics.orphansCleaned(cleaned);
    LOG.infof("%d records, %d cgroups of dead VMs removed", records.all().size(), cleaned);
    this.api = new ApiObjects(client, settings.nodeName());
    PeerIdentity identity = PeerIdentity.generate();
    this.publisher =
        new HostPublisher(
            client,
            settings.nodeName(),
            new HostSettings(
                new DilationHostStatus.Overhead(settings.overheadCpu(), settings.overheadMemory()),
                settings
                    .networkAddress()
                    .map(address -> new PublishedPeer(address, identity.publicKey())),
                settings.correction()),
            () -> !records.all().isEmpty());
    this.loop =
        new NodeLoop(
            scanner,
            new Surroundings(
                proc,
                hostModule,
                capping,
                throttling,
                records,
                HostEpochClock.start(),
                settings.clock(),
                settings.starvationWindow(),
                publisher::correction,
                metrics),
            new ModelNetworks(
                proc,
                records,
                PipeGraphSource.of(api::graphs, api::graphsTrouble),
                new Rendezvous(
                    api::peer, settings.nodeName(), settings.networkAddress(), identity)),
            new HostLoad(settings.proc(), HostProbe.processors(), settings.starvationWindow()),
            new DiskLoad(settings.proc(), settings.sys()),
            new PipeLoad(settings.starvationWindow()));
    metrics.watch(loop, settings.metricsPerNode());
    this.probe = new HostProbe(settings.proc(), settings.stateDirectory(), hierarchies.cpu);
    this.writer = new StatusWriter(client, settings.clock().tolerancePpm(), metrics);
  }

  /**
   * Starts; returns when the host is known and what a predecessor left is in order, whether or not
   * the API server can be reached yet.
   *
   * @throws IllegalStateException where another daemon uses the same state directory
   */
  public static Daemon start(Settings settings, KubernetesClient client)
      throws IOException, InterruptedException {
    List<String> mounts = Files.readAllLines(Path.of("/proc/self/mountinfo"));
    return start(settings, client, Hierarchies.find(mounts, settings.cgroup()));
  }

  /**
   * Where the controllers are.
   *
   * @param cpu empty where no mounted hierarchy has the cpu controller
   * @param io the same of the blkio (v1) or io (v2) controller
   */
  record Hierarchies(Optional<CgroupHierarchy> cpu, Optional<CgroupHierarchy> io) {
    static Hierarchies find(List<String> mounts, Path below) {
      return new Hierarchies(
          CgroupHierarchy.find(Controller.CPU, mounts, below),
          CgroupHierarchy.find(Controller.IO, mounts, below));
    }
  }

  private static String text(Optional<CgroupHierarchy> hierarchy) {
    return hierarchy.map(Object::toString).orElse("none");
  }

  static Daemon start(Settings settings, KubernetesClient client, Hierarchies hierarchies)
      throws IOException, InterruptedException {
    FileChannel lock = lock(settings.stateDirectory());
    try {
      Daemon daemon = new Daemon(settings, client, hierarchies, lock);
      daemon.run();
      return daemon;
    } catch (IOException | InterruptedException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static FileChannel lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock held = channel.tryLock();
      if (held != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // said below
    }
    channel.close();
    throw new IllegalStateException(
        "another daemon runs with the state directory "
            + directory
            + ": end it, or give this one its own (DIECAST_STATE_DIRECTORY)");
  }

  private void run() {
    api.start(loop::networksChanged);
    threads.add(
        Thread.ofPlatform()
            .name("nodes")
            .start(() -> repeat(settings.interval(), this::nodes, Thread::sleep)));
    threads.add(
        Thread.ofPlatform()
            .name("looks")
            .start(() -> repeat(Standstill.LOOK, loop::look, Thread::sleep)));
    threads.add(
        Thread.ofVirtual()
            .name("status")
            .start(() -> repeat(STATUS_INTERVAL, this::statuses, loop::awaitNews)));
    threads.add(Thread.ofVirtual().name("host").start(this::publishHost));
  }

  private void nodes() throws IOException {
    // Before the first list is complete an absent node proves nothing; before the host was asked
    // for, caps that a predecessor has set would become those of the settings for a moment.
    if (api.hasSynced() && hostTried) {
      loop.step(api.nodes().values());
      cores.hold(!loop.views().isEmpty());
    }
  }

  private void statuses() {
    if (api.hasSynced()) {
      writer.write(loop.views(), api.nodes(), Instant.now());
    }
  }

  /** All facts seldom, how loaded the host is every second. */
  private void publishHost() {
    String complaint = "";
    Optional<HostFacts> facts = Optional.empty();
    Instant due = Instant.now();
    try {
      while (!stopping) {
        Duration wait = STATUS_INTERVAL;
        try {
          if (facts.isEmpty() || !Instant.now().isBefore(due)) {
            facts = Optional.of(probe.facts());
            publisher.publish(facts.get(), loop.overload());
            due = Instant.now().plus(settings.hostInterval());
            published = true;
          } else {
            publisher.publishLoad(facts.get(), loop.overload());
          }
          complaint = "";
        } catch (IOException | RuntimeException e) {
          facts = Optional.empty();
          wait = RETRY;
          if (!stopping && !complaint.equals(e.toString())) {
            complaint = e.toString();
            LOG.warnf("DilationHost %s cannot be written: %s", settings.nodeName(), e);
          }
        }
        hostTried = true;
        Thread.sleep(wait.compareTo(settings.hostInterval()) < 0 ? wait : settings.hostInterval());
      }
    } catch (InterruptedException e) {
      // The daemon stops.
    }
  }

  @FunctionalInterface
  private interface Round {
    void run() throws IOException;
  }

  /** What is between two rounds. */
  @FunctionalInterface
  private interface Pause {
    void atMost(Duration interval) throws InterruptedException;
  }

  private void repeat(Duration interval, Round round, Pause pause) {
    String complaint = "";
    try {
      while (!stopping) {
        try {
          round.run();
        } catch (IOException | RuntimeException e) {
          if (!stopping && !complaint.equals(e.toString())) {
            complaint = e.toString();
            LOG.errorf(e, "%s: the round failed", Thread.currentThread().getName());
          }
        }
        pause.atMost(interval);
      }
    } catch (InterruptedException e) {
      // The daemon stops.
    }
  }

  /** Whether DilatedNodes are known and the host is published. */
  public boolean isReady() {
    return published && api.hasSynced();
  }

  /** Whether the loop still turns. */
  public boolean isAlive() {
    return threads.stream().allMatch(Thread::isAlive);
  }

  public DaemonMetrics metrics() {
    return metrics;
  }

  /** Stops. Caps stay, for a restart must not uncap guests, unless settings say otherwise. */
  @Override
  public void close() throws IOException {
    stopping = true;
    api.close();
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      try {
        thread.join(PATIENCE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    loop.close(settings.undoOnExit());
    cores.close();
    lock.close();
  }
}
