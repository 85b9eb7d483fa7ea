package dev.diecast.daemon.disk;

import dev.diecast.core.disk.DiskThrottle;
import dev.diecast.daemon.cgroup.CgroupApplier;
import dev.diecast.daemon.cgroup.CgroupHierarchy;
import dev.diecast.daemon.cgroup.CgroupOperation;
import dev.diecast.daemon.cgroup.CgroupRefusedException;
import dev.diecast.daemon.cgroup.CgroupVersion;
import dev.diecast.daemon.cgroup.OwnedCgroups;
import dev.diecast.daemon.process.DiskServer;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.ProcessKey;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.record.OwnedThrottle;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.record.VmRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Keeps each VM's disks to what they are due: observe, compare, record, apply, read back. For one
 * thread only.
 */
public final class DiskThrottling {
  /** Processes may start while others are being moved. */
  private static final int ROUNDS = 3;

  private final CgroupHierarchy hierarchy;
  private final ProcFiles proc;
  private final CgroupApplier applier;
  private final ThrottleRecords records;
  private final VmDisks disks;
  private final ThrottleObserver observer;
  private final Map<String, Verified> verified = new HashMap<>();

  private record Verified(ProcessKey process, Path cgroup, Map<DeviceNumber, DiskThrottle> due) {}

  /**
   * @param hierarchy that with the blkio (v1) or io (v2) controller
   */
  public DiskThrottling(
      CgroupHierarchy hierarchy,
      ProcFiles proc,
      BlockDevices devices,
      CgroupApplier applier,
      RecordStore records) {
    this.hierarchy = hierarchy;
    this.proc = proc;
    this.applier = applier;
    this.records = new ThrottleRecords(records);
    this.disks = new VmDisks(proc, devices);
    this.observer = new ThrottleObserver(hierarchy.version(), proc);
  }

  /** Makes the throttles hold, and says whether they do. */
  public ThrottleOutcome throttle(VmIdentity vm, DiskTarget target, QemuProcess qemu) {
    try {
      if (target.isUnlimited()) {
        letGo(vm.uid());
        return new ThrottleOutcome.Unlimited();
      }
      VmDisks.Found found = disks.find(target, qemu);
      return proc.isAlive(qemu.key()) ? throttle(vm, target, qemu, found) : gone(qemu);
    } catch (IOException e) {
      return proc.isAlive(qemu.key()) ? refused(target, problem(e)) : gone(qemu);
    }
  }

  private ThrottleOutcome throttle(
      VmIdentity vm, DiskTarget target, QemuProcess qemu, VmDisks.Found found) throws IOException {
    Path home = home(qemu.pid());
    Optional<DiskProblem> shared = sharedWith(vm.uid(), home);
    if (shared.isPresent()) {
      return refused(target, shared.get());
    }
    Path cgroup =
        hierarchy.version() == CgroupVersion.V1
            ? home.resolve(ThrottleCgroup.nameFor(vm.uid()))
            : home;
    boolean drift = false;
    for (int round = 0; round < ROUNDS; round++) {
      VmThrottles now = observer.observe(cgroup);
      Map<DeviceNumber, DiskThrottle> before =
          records.writeAhead(vm, qemu, now, found.due().keySet());
      List<CgroupOperation> operations =
          ThrottlePlan.compare(now, found.due(), before, issuers(qemu));
      Verified right = new Verified(qemu.key(), cgroup, found.due());
      drift |= right.equals(verified.get(vm.uid())) && !operations.isEmpty();
      if (operations.isEmpty()) {
        verified.put(vm.uid(), right);
        forgetOthers(vm.uid(), cgroup, found.due().keySet());
        return new ThrottleOutcome.Throttled(
            found.backings(),
            found.due(),
            found.delays(),
            delivered(cgroup),
            found.problems(),
            drift);
      }
      applier.apply(operations);
    }
    return refused(
        target,
        new DiskProblem(
            DiskProblem.Reason.CgroupNotWritable,
            "what was written to "
                + cgroup
                + " does not read back: somebody else writes there too"));
  }

  /** Whoever reads and writes the disks: QEMU, or what serves them to it. */
  private List<ProcessKey> issuers(QemuProcess qemu) {
    return Stream.concat(Stream.of(qemu.key()), qemu.diskServers().stream().map(DiskServer::key))
        .filter(proc::isAlive)
        .toList();
  }

  private Map<DeviceNumber, DiskCounters> delivered(Path cgroup) {
    try {
      return observer.delivered(cgroup);
    } catch (IOException e) {
      return Map.of(); // counters are a courtesy, and the VM may just have ended
    }
  }

  /** Takes back what was done where the QEMU, or its predecessor, was before. */
  private void forgetOthers(String uid, Path cgroup, Set<DeviceNumber> due) throws IOException {
    List<OwnedThrottle> owned = records.owned(uid);
    List<OwnedThrottle> kept = new ArrayList<>();
    for (OwnedThrottle throttle : owned) {
      if (throttle.cgroup().equals(cgroup.toString())) {
        kept.add(throttle.withDevices(due.stream().map(DeviceNumber::toString).toList()));
      } else {
        undo(uid, throttle);
      }
    }
    if (!kept.equals(owned)) {
      records.keep(uid, kept);
    }
  }

  /** Two VMs in one cgroup of v2 would be throttled as one. */
  private Optional<DiskProblem> sharedWith(String uid, Path cgroup) {
    if (hierarchy.version() == CgroupVersion.V1) {
      return Optional.empty();
    }
    return records.all().stream()
        .filter(other -> !other.vm().uid().equals(uid) && proc.isAlive(other.process()))
        .filter(
            other -> other.throttles().stream().anyMatch(o -> o.cgroup().equals(cgroup.toString())))
        .findFirst()
        .map(
            other ->
                new DiskProblem(
                    DiskProblem.Reason.SharedCgroup,
                    "its QEMU shares the cgroup "
                        + cgroup
                        + " with that of "
                        + other.vm()
                        + ", which is throttled there: give each VM a cgroup of its own"));
  }

  /**
   * Takes back all that was done to a VM's disks, and forgets the VM where that was all. A
   * predecessor may have ended between the two.
   */
  public void release(String uid) throws IOException {
    letGo(uid);
    records.forgetIfSettled(uid);
  }

  private void letGo(String uid) throws IOException {
    verified.remove(uid);
    List<OwnedThrottle> owned = records.owned(uid);
    if (owned.isEmpty()) {
      return;
    }
    for (OwnedThrottle throttle : owned) {
      undo(uid, throttle);
    }
    records.keep(uid, List.of());
  }

  private void undo(String uid, OwnedThrottle owned) throws IOException {
    Path cgroup = Path.of(owned.cgroup());
    if (!owned.made()) {
      restore(cgroup, ThrottleFiles.parseV2(owned.before()));
    } else if (ThrottleCgroup.uidOf(cgroup).isPresent() && isBelowMount(cgroup)) {
      applier.apply(ThrottlePlan.undoOwn(cgroup, observer.processes(cgroup)));
    } else {
      throw new IOException("the record of " + uid + " names a cgroup that is not ours: " + cgroup);
    }
  }

  private void restore(Path cgroup, Map<DeviceNumber, DiskThrottle> before) throws IOException {
    if (Files.isDirectory(cgroup, LinkOption.NOFOLLOW_LINKS) && isBelowMount(cgroup)) {
      applier.apply(ThrottlePlan.compare(observer.observe(cgroup), Map.of(), before, List.of()));
    }
  }

  private boolean isBelowMount(Path cgroup) {
    return cgroup.normalize().equals(cgroup) && cgroup.startsWith(hierarchy.mountPoint());
  }

  /**
   * Removes what predecessors left for VMs that no longer run: by their records, and by the name of
   * our cgroups where there is no record. What cannot be removed holds up nothing else: a record
   * stays, and all is tried again at the next start.
   *
   * @param running uuids of all QEMU processes of the host
   * @return how many throttles were taken away
   */
  public int cleanDead(Set<String> running) {
    int cleaned = 0;
    for (VmRecord record : records.all()) {
      if (!proc.isAlive(record.process()) && !running.contains(record.vm().uid())) {
        int there =
            (int)
                record.throttles().stream().filter(o -> Files.exists(Path.of(o.cgroup()))).count();
        cleaned +=
            OwnedCgroups.remove(record.vm().toString(), () -> release(record.vm().uid()))
                ? there
                : 0;
      }
    }
    if (hierarchy.version() == CgroupVersion.V1) {
      for (Path own : OwnedCgroups.under(hierarchy.mountPoint(), ThrottleCgroup::uidOf)) {
        String uid = ThrottleCgroup.uidOf(own).orElseThrow();
        if (!running.contains(uid) && !records.knows(uid)) {
          OwnedThrottle owned = new OwnedThrottle(own.toString(), true, Map.of());
          cleaned += OwnedCgroups.remove(own.toString(), () -> undo(uid, owned)) ? 1 : 0;
        }
      }
    }
    return cleaned;
  }

  /** The cgroup of the process, and never our own child of it. */
  private Path home(int pid) throws IOException {
    Path directory = hierarchy.directoryOf(Files.readAllLines(proc.of(pid).resolve("cgroup")));
    return ThrottleCgroup.uidOf(directory).isPresent() ? directory.getParent() : directory;
  }

  private static DiskProblem problem(IOException e) {
    boolean noController =
        e instanceof NoSuchFileException missing
            && missing.getFile() != null
            && missing.getFile().endsWith(ThrottleFiles.V2_LIMITS);
    if (noController) {
      Path cgroup = Path.of(((NoSuchFileException) e).getFile()).getParent();
      return new DiskProblem(
          DiskProblem.Reason.NoIoController,
          cgroup
              + " has no io.max: the VM's cgroup must be given the io controller (write +io to"
              + " cgroup.subtree_control of those above it), and must not be the root");
    }
    String message =
        e instanceof CgroupRefusedException
            ? e.getMessage()
            : e.getClass().getSimpleName() + ": " + e.getMessage();
    return new DiskProblem(DiskProblem.Reason.CgroupNotWritable, message);
  }

  private static ThrottleOutcome refused(DiskTarget target, DiskProblem problem) {
    List<DiskProblem> problems = new ArrayList<>(VmDisks.invalid(target));
    problems.add(problem);
    return new ThrottleOutcome.Throttled(Map.of(), Map.of(), Map.of(), Map.of(), problems, false);
  }

  private static ThrottleOutcome gone(QemuProcess qemu) {
    return new ThrottleOutcome.NoProcess("QEMU (pid " + qemu.pid() + ") has ended");
  }
}
