package dev.diecast.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.fidelity.Cause;
import dev.diecast.core.fidelity.UnfaithfulInterval;
import dev.diecast.daemon.cgroup.CgroupApplier;
import dev.diecast.daemon.cgroup.CgroupHierarchy;
import dev.diecast.daemon.cgroup.CgroupVersion;
import dev.diecast.daemon.cgroup.CpuCapping;
import dev.diecast.daemon.clock.ClockSettings;
import dev.diecast.daemon.clock.HostEpochClock;
import dev.diecast.daemon.cpu.CpuCorrection;
import dev.diecast.daemon.dilation.HostModuleDilator;
import dev.diecast.daemon.dilation.KvmModule;
import dev.diecast.daemon.host.HostProbe;
import dev.diecast.daemon.metrics.DaemonMetrics;
import dev.diecast.daemon.network.PeerIdentity;
import dev.diecast.daemon.network.model.ModelNetworks;
import dev.diecast.daemon.network.model.Rendezvous;
import dev.diecast.daemon.overload.DiskLoad;
import dev.diecast.daemon.overload.HostLoad;
import dev.diecast.daemon.overload.PipeLoad;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.QemuScanner;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.status.Conditions;
import dev.diecast.daemon.support.Hog;
import dev.diecast.daemon.support.HostCgroup;
import dev.diecast.daemon.support.VcpuProcess;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sabotage with real threads in real cgroups, judged as the daemon does, once a second. The VMs and
 * their saboteurs outweigh all else on this machine, so that nothing but the sabotage shows; so
 * does the daemon. Needs root.
 */
@DisabledIf(
    value = "dev.diecast.daemon.support.Processor#isEmulated",
    disabledReason =
        "SKIPPED: the processor is emulated: this test's own JVM takes more than the guests leave of two cores")
@EnabledIf(
    value = "dev.diecast.daemon.support.HostCgroup#isWritable",
    disabledReason = HostCgroup.NOT_WRITABLE)
class OverloadKernelIT {
  private static final Path PROC = VcpuProcess.PROC;
  private static final Duration ROUND = Duration.ofSeconds(1);

  /** Rounds of a second; they take longer on a busy machine, and the fastest say it in one. */
  private static final int IN_TIME = 6;

  private static HostCgroup observer;

  @TempDir Path temporary;
  private HostCgroup cgroup;
  private final List<DilatedNode> nodes = new ArrayList<>();
  private final Deque<VcpuProcess> vms = new ArrayDeque<>();
  private NodeLoop loop;

  @BeforeAll
  static void outweighOthers() throws IOException {
    observer = HostCgroup.create().heavy();
    observer.adoptSelf();
  }

  @AfterAll
  static void weighAsBefore() throws IOException {
    if (observer != null) {
      observer.releaseSelf();
      observer.close();
    }
  }

  @BeforeEach
  void start() throws IOException {
    cgroup = HostCgroup.create().heavy();
    loop = newLoop();
  }

  @AfterEach
  void stop() throws IOException {
    loop.close(true);
    vms.forEach(VcpuProcess::close);
    cgroup.close();
  }

  private NodeLoop newLoop() throws IOException {
    ProcFiles proc = new ProcFiles(PROC);
    RecordStore records = RecordStore.open(temporary.resolve("state"));
    CgroupHierarchy hierarchy = cgroup.asHierarchy();
    DaemonMetrics metrics = new DaemonMetrics();
    CpuCapping capping =
        new CpuCapping(
            hierarchy, proc, new CgroupApplier(hierarchy, proc, metrics::applied), records);
    return new NodeLoop(
        new QemuScanner(proc),
        new Surroundings(
            proc,
            new HostModuleDilator(
                KvmModule.DEVICE,
                proc,
                records,
                Duration.ofSeconds(1),
                Clock.systemUTC(),
                metrics::applied),
            Optional.of(capping),
            Optional.empty(),
            records,
            HostEpochClock.start(),
            // Rough, so that a clock is proven in a second or two.
            new ClockSettings(Duration.ofMillis(100), Duration.ofSeconds(60), 50_000),
            Duration.ofSeconds(3),
            () -> CpuCorrection.NONE,
            metrics),
        new ModelNetworks(
            proc,
            records,
            List::of,
            new Rendezvous(
                _ -> Optional.empty(), "here", Optional.empty(), PeerIdentity.generate())),
        new HostLoad(PROC, HostProbe.processors(), Duration.ofSeconds(3)),
        new DiskLoad(PROC, Path.of("/sys")),
        new PipeLoad(Duration.ofSeconds(3)));
  }

  /** A VM of one busy vCPU. */
  private DilatedNode vm(String factor) throws IOException {
    return vm(factor, 1, 0);
  }

  private DilatedNode vm(String factor, int busy, int idle) throws IOException {
    String uid = UUID.randomUUID().toString();
    DilatedNode node =
        Serialization.unmarshal(
            """
            apiVersion: diecast.dev/v1alpha1
            kind: DilatedNode
            metadata:
              name: m-web-%d
              namespace: default
              uid: %s
              generation: 1
              labels: {%s: here}
            spec:
              model: m
              group: web
              index: %d
              host: here
              timeDilation:
                factor: "%s"
                driver: GuestKernel
                modelClockOrigin: "2026-11-22T00:00:00.000000Z"
              tscKilohertz: 2500000
              machine: {cpus: %d, memory: 128Mi}
              vm: {image: diecast.dev/guests/base, instancetype: {name: small}}
            """
                .formatted(nodes.size(), uid, Api.LABEL_HOST, nodes.size(), factor, busy + idle),
            DilatedNode.class);
    double t = DilationFactor.parse(factor).value().toDouble();
    VcpuProcess vm = VcpuProcess.start(busy, idle, uid, t);
    vms.add(vm);
    cgroup.add(vm.pid());
    nodes.add(node);
    return node;
  }

  private void round() throws Exception {
    loop.step(nodes);
    Thread.sleep(ROUND);
  }

  private NodeView view(DilatedNode node) {
    return loop.view(node.getMetadata().getUid()).orElseThrow();
  }

  private DilatedNodeStatus status(DilatedNode node) {
    return NodeStatus.of(view(node), 50_000, List.of(), Instant.now());
  }

  private String faithful(DilatedNode node) {
    Condition condition =
        Conditions.find(status(node).conditions(), NodeStatus.FAITHFUL).orElseThrow();
    return condition.getStatus() + " " + condition.getReason();
  }

  private List<UnfaithfulInterval> intervals(DilatedNode node) {
    return view(node).fidelity().history().intervals();
  }

  /**
   * @return how many rounds it took
   */
  private int awaitFaithful(DilatedNode node, String wanted, int rounds) throws Exception {
    for (int n = 1; n <= rounds; n++) {
      round();
      if (faithful(node).equals(wanted)) {
        return n;
      }
    }
    Condition now = Conditions.find(status(node).conditions(), NodeStatus.FAITHFUL).orElseThrow();
    throw new AssertionError(
        "after " + rounds + " rounds not " + wanted + " but " + now + " " + view(node));
  }

  private void awaitAllWell() throws Exception {
    for (DilatedNode node : nodes) {
      awaitFaithful(node, "True Delivered", 60);
    }
    assertThat(nodes).allSatisfy(node -> assertThat(intervals(node)).isEmpty());
  }

  /** In time, by its cause, on record, and over when it is over. */
  private void assertDetected(DilatedNode node, Cause cause, AutoCloseable sabotage)
      throws Exception {
    long start = System.nanoTime();
    int rounds = awaitFaithful(node, "False " + cause, IN_TIME);
    System.out.printf(
        "sabotage: %s told after %d rounds, %.1f s, cgroup %s%n",
        cause, rounds, (System.nanoTime() - start) / 1e9, cgroup.version());
    sabotage.close();
    awaitFaithful(node, "True Delivered", 20);
    assertThat(intervals(node)).extracting(UnfaithfulInterval::cause).containsExactly(cause);
    assertThat(intervals(node).getFirst().to()).isPresent();
    assertThat(status(node).fidelity().unfaithfulIntervals()).isEqualTo(1);
  }

  @Test
  void theCleanControlIsClean() throws Exception {
    vm("5/4");
    vm("4", 1, 1);
    awaitAllWell();
    for (int n = 0; n < 10; n++) {
      round();
      assertThat(nodes).allSatisfy(n1 -> assertThat(faithful(n1)).isEqualTo("True Delivered"));
      assertThat(loop.overload().cause()).isEmpty();
    }
    awaitAllWell();
    assertThat(status(nodes.getFirst()).fidelity().deliveredPercent()).isBetween(90, 110);
  }

  @Test
  void aCpuHogBesideTheGuests() throws Exception {
    DilatedNode node = vm("5/4");
    vm("5/4");
    awaitAllWell();
    Hog hog = new Hog(2 * HostProbe.processors());
    assertDetected(node, Cause.CpuContention, hog);
    assertThat(intervals(node).getFirst().deliveredPercent()).isLessThan(90);
  }

  @Test
  void aCapWidenedByHand() throws Exception {
    DilatedNode node = vm("4");
    awaitAllWell();
    Path child = HostCgroup.children(cgroup.directory()).getFirst();
    if (cgroup.version() == CgroupVersion.V1) {
      HostCgroup.write(child.resolve("cpu.cfs_quota_us"), "-1");
    } else {
      HostCgroup.write(child.resolve("cpu.max"), "max 100000");
    }
    Thread.sleep(ROUND);
    assertDetected(node, Cause.CapChanged, () -> {});
    assertThat(intervals(node).getFirst().deliveredPercent())
        .as("what it got meanwhile")
        .isGreaterThan(110);
  }

  @Test
  void aVcpuMovedOutOfItsCgroup() throws Exception {
    DilatedNode node = vm("4");
    awaitAllWell();
    HostCgroup.write(
        cgroup.directory().resolve(cgroup.version().threadsFile()),
        Integer.toString(vms.getFirst().vcpu(0)));
    assertDetected(node, Cause.CgroupMoved, () -> {});
  }

  @Test
  void guestsPackedPastWhatTheHostHas() throws Exception {
    DilatedNode node = vm("5/4");
    awaitAllWell();
    int cpus = HostProbe.processors();
    for (int n = 0; n < 2 * cpus; n++) {
      vm("5/4", 0, 1);
    }
    int rounds = 0;
    for (; loop.overload().cause().isEmpty() && rounds < 2 * IN_TIME; rounds++) {
      round();
    }
    assertThat(loop.overload().cause()).contains(Cause.HostOverpacked);
    assertThat(faithful(node)).as("nobody suffers yet").isEqualTo("True Delivered");
    System.out.printf("sabotage: HostOverpacked of the host told after %d rounds%n", rounds);

    for (int n = 0; n < 2 * cpus; n++) {
      vm("5/4");
    }
    List<DilatedNode> suffering = List.copyOf(nodes);
    assertDetected(
        node,
        Cause.HostOverpacked,
        () -> {
          nodes.removeAll(suffering.subList(1, suffering.size()));
          vms.stream().skip(1).forEach(VcpuProcess::kill);
        });
  }

  @Test
  void anotherProcessSaturatesTheDisk() throws Exception {
    Path disk = temporary.resolve("disk.img");
    Path others = temporary.resolve("others.img");
    assumeTrue(
        hasBlockDevice(temporary), "SKIPPED: " + temporary + " is on no block device of its own");
    Files.write(disk, new byte[4 << 20]);
    Files.write(others, new byte[64 << 20]);
    DilatedNode node = vm("4", 0, 1);
    vms.getFirst().writeTo(disk);
    awaitAllWell();
    List<Process> readers = new ArrayList<>();
    for (int n = 0; n < 16; n++) {
      readers.add(
          new ProcessBuilder(
                  "timeout",
                  "60",
                  "sh",
                  "-c",
                  "while :; do dd if=\"$0\" of=/dev/null bs=64k iflag=direct 2> /dev/null; done",
                  others.toString())
              .start());
    }
    assertDetected(
        node,
        Cause.DiskContention,
        () ->
            readers.forEach(
                reader -> {
                  reader.descendants().forEach(ProcessHandle::destroyForcibly);
                  reader.destroyForcibly();
                }));
  }

  private static boolean hasBlockDevice(Path directory) throws IOException {
    long device = (Long) Files.getAttribute(directory, "unix:dev");
    return ((device >> 8) & 0xfff) != 0;
  }

  @Test
  void aLimitOnACgroupAbove() throws Exception {
    DilatedNode node = vm("5/4");
    vm("5/4");
    awaitAllWell();
    String quota = cgroup.version() == CgroupVersion.V1 ? "cpu.cfs_quota_us" : "cpu.max";
    HostCgroup.write(cgroup.directory().resolve(quota), "90000");
    assertDetected(
        node,
        Cause.LimitAbove,
        () ->
            HostCgroup.write(
                cgroup.directory().resolve(quota),
                cgroup.version() == CgroupVersion.V1 ? "-1" : "max"));
  }

  @Test
  void theRecordOutlivesTheDaemon() throws Exception {
    DilatedNode node = vm("4");
    awaitAllWell();
    HostCgroup.write(
        cgroup.directory().resolve(cgroup.version().threadsFile()),
        Integer.toString(vms.getFirst().vcpu(0)));
    awaitFaithful(node, "False CgroupMoved", IN_TIME);
    node.setStatus(status(node));
    assertThat(node.getStatus().fidelity().intervals().getFirst().to()).as("lasts").isNull();
    loop.close(false);
    loop = newLoop();
    awaitFaithful(node, "True Delivered", 60);
    assertThat(intervals(node)).extracting(UnfaithfulInterval::cause).contains(Cause.CgroupMoved);
    assertThat(intervals(node)).allSatisfy(interval -> assertThat(interval.to()).isPresent());
    assertThat(view(node).fidelity().history().count()).isEqualTo(1);
  }
}
