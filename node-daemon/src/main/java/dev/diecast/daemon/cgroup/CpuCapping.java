package dev.diecast.daemon.cgroup;

import dev.diecast.core.cpu.CpuCap;
import dev.diecast.core.cpu.ThreadTimes;
import dev.diecast.daemon.cgroup.CapOutcome.Obstacle;
import dev.diecast.daemon.cgroup.CgroupOperation.CreateCgroup;
import dev.diecast.daemon.cgroup.CgroupOperation.MoveProcess;
import dev.diecast.daemon.cgroup.CgroupOperation.MoveThread;
import dev.diecast.daemon.cgroup.CgroupOperation.RemoveCgroup;
import dev.diecast.daemon.cgroup.CgroupOperation.WriteCgroupFile;
import dev.diecast.daemon.cpu.SchedulerTimes;
import dev.diecast.daemon.cpu.Vcpu;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.ProcessKey;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.process.VcpuThreads;
import dev.diecast.daemon.record.RecordNotWritableException;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.record.VmRecord;
import dev.diecast.daemon.record.VmRecord.OwnedCgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Keeps each vCPU of each VM under its own cap: observe, compare, record, apply, read back. For one
 * thread only.
 */
public final class CpuCapping {
  /** Threads may start while others are being moved. */
  private static final int ROUNDS = 3;

  private final CgroupHierarchy hierarchy;
  private final ProcFiles proc;
  private final CgroupApplier applier;
  private final CgroupObserver observer;
  private final RecordStore records;
  private final CapRemoval removal;
  private final Map<String, Verified> verified = new HashMap<>();

  private record Verified(
      ProcessKey process, CpuCap cap, Path parent, Set<Path> children, Set<Integer> threads) {}

  public CpuCapping(
      CgroupHierarchy hierarchy, ProcFiles proc, CgroupApplier applier, RecordStore records) {
    this.hierarchy = hierarchy;
    this.proc = proc;
    this.applier = applier;
    this.observer = new CgroupObserver(hierarchy.version());
    this.records = records;
    this.removal = new CapRemoval(hierarchy, proc, applier, observer, records);
  }

  /**
   * Makes the cap hold for each vCPU, and says whether it does.
   *
   * @param due of each single vCPU
   */
  public CapOutcome cap(VmIdentity vm, CpuCap due, QemuProcess qemu, VcpuThreads threads) {
    try {
      Path parent = parentOf(qemu.pid());
      SortedMap<Integer, Set<Integer>> vcpus = threads.read().vcpus();
      if (!proc.isAlive(qemu.key())) {
        return gone(qemu);
      }
      if (vcpus.isEmpty()) {
        return new CapOutcome.NoProcess(
            "QEMU (pid "
                + qemu.pid()
                + ") has no thread named CPU <n>/KVM or CPU <n>/TCG: it has just started, or was"
                + " started without -name ...,debug-threads=on, or with -accel tcg,thread=single");
      }
      return cap(vm, due, qemu, threads, vcpus, parent);
    } catch (IOException e) {
      Obstacle obstacle =
          e instanceof RecordNotWritableException
              ? Obstacle.RecordNotWritable
              : Obstacle.CgroupNotWritable;
      return proc.isAlive(qemu.key()) ? new CapOutcome.Refused(obstacle, message(e)) : gone(qemu);
    }
  }

  private CapOutcome cap(
      VmIdentity vm,
      CpuCap due,
      QemuProcess qemu,
      VcpuThreads threads,
      SortedMap<Integer, Set<Integer>> justRead,
      Path parent)
      throws IOException {
    Set<Drift> drift = EnumSet.noneOf(Drift.class);
    for (int round = 0; round < ROUNDS; round++) {
      List<Vcpu> vcpus = vcpus(vm, round == 0 ? justRead : threads.read().vcpus(), parent);
      VmCgroups found = observer.observe(parent, threadsByCgroup(vcpus));
      VmRecord record = record(vm, qemu, found);
      List<CgroupOperation> operations = CapPlan.compare(found, due);
      drift.addAll(drift(verified.get(vm.uid()), qemu.key(), due, parent, operations));
      if (operations.isEmpty()) {
        Set<Path> children = found.directories();
        verified.put(
            vm.uid(), new Verified(qemu.key(), due, parent, children, found.vcpuThreads()));
        return new CapOutcome.Capped(due, vcpus, dropOthers(record, children), drift);
      }
      applier.apply(operations, tid -> pin(tid, qemu.key(), found));
    }
    return new CapOutcome.Refused(
        Obstacle.CgroupNotWritable,
        "what was written to the vCPUs' cgroups below "
            + parent
            + " does not read back: somebody else writes there too");
  }

  private static List<Vcpu> vcpus(
      VmIdentity vm, SortedMap<Integer, Set<Integer>> threads, Path parent) {
    return threads.entrySet().stream()
        .map(
            vcpu ->
                new Vcpu(
                    vcpu.getKey(),
                    vcpu.getValue(),
                    parent.resolve(VcpuCgroup.nameFor(vm.uid(), vcpu.getKey()))))
        .toList();
  }

  private static SortedMap<Path, Set<Integer>> threadsByCgroup(List<Vcpu> vcpus) {
    SortedMap<Path, Set<Integer>> threads = new TreeMap<>();
    vcpus.forEach(vcpu -> threads.put(vcpu.cgroup(), vcpu.threads()));
    return threads;
  }

  /** On disk before the host is changed, and with all that the change is about to make. */
  private VmRecord record(VmIdentity vm, QemuProcess qemu, VmCgroups found) throws IOException {
    return records.compute(
        vm.uid(),
        before -> {
          VmRecord record =
              before
                  .filter(r -> r.process().equals(qemu.key()))
                  .orElseGet(() -> VmRecord.of(vm, qemu.key(), before));
          VmRecord counted =
              record.baseline().isEmpty() ? record.withBaseline(baseline(qemu, found)) : record;
          return counted.withCgroups(withChildren(record.cgroups(), found));
        });
  }

  private Map<Integer, ThreadTimes> baseline(QemuProcess qemu, VmCgroups found) {
    Map<Integer, ThreadTimes> baseline = new HashMap<>();
    SchedulerTimes times = new SchedulerTimes(proc, qemu.pid());
    found.vcpuThreads().forEach(tid -> times.read(tid).ifPresent(t -> baseline.put(tid, t)));
    return baseline;
  }

  private static List<OwnedCgroup> withChildren(List<OwnedCgroup> owned, VmCgroups found) {
    String parent = found.parent().toString();
    boolean asked =
        owned.stream().anyMatch(o -> o.parent().equals(parent) && o.handsOnCpu())
            || !found.cpuInParent();
    List<OwnedCgroup> all = new ArrayList<>(owned);
    all.removeIf(o -> found.directories().contains(Path.of(o.child())));
    found.children().forEach(c -> all.add(new OwnedCgroup(parent, c.child().toString(), asked)));
    return all;
  }

  /**
   * Removes what was made for vCPUs that are gone, and where the QEMU, or its predecessor, was
   * before.
   */
  private VmRecord dropOthers(VmRecord record, Set<Path> children) throws IOException {
    List<OwnedCgroup> others =
        record.cgroups().stream().filter(o -> !children.contains(Path.of(o.child()))).toList();
    if (others.isEmpty()) {
      return record;
    }
    removal.undo(record.vm().uid(), others);
    records.update(
        record.vm().uid(),
        r -> r.withCgroups(r.cgroups().stream().filter(o -> !others.contains(o)).toList()));
    return records.find(record.vm().uid()).orElse(record);
  }

  private static Set<Drift> drift(
      Verified before,
      ProcessKey process,
      CpuCap due,
      Path parent,
      List<CgroupOperation> operations) {
    boolean wasRight = before != null && before.process.equals(process) && before.cap.equals(due);
    if (!wasRight) {
      return Set.of();
    }
    if (!before.parent.equals(parent)) {
      return Set.of(Drift.ProcessMoved);
    }
    return operations.stream()
        .filter(operation -> !isForNewVcpu(operation, before))
        .map(CpuCapping::undone)
        .collect(Collectors.toSet());
  }

  private static Drift undone(CgroupOperation mend) {
    return switch (mend) {
      case CreateCgroup _ -> Drift.CgroupRemoved;
      case WriteCgroupFile _ -> Drift.CapChanged;
      case MoveThread _ -> Drift.ThreadMoved;
      case CgroupOperation.MoveProcess _, RemoveCgroup _ ->
          throw new IllegalStateException("no cap is made by " + mend);
    };
  }

  private static boolean isForNewVcpu(CgroupOperation operation, Verified before) {
    return switch (operation) {
      case CreateCgroup create -> !before.children.contains(create.directory());
      case WriteCgroupFile write ->
          !write.file().getParent().equals(before.parent)
              && !before.children.contains(write.file().getParent());
      case MoveThread move ->
          !move.threadsFile().getParent().equals(before.parent)
              && !before.threads.contains(move.tid());
      case MoveProcess _, RemoveCgroup _ -> false;
    };
  }

  /**
   * The start time of a thread that may be moved: one of the QEMU, or one that is inside a cgroup
   * of ours. A thread id that another process has been given meanwhile is neither.
   */
  private OptionalLong pin(int tid, ProcessKey qemu, VmCgroups found) {
    OptionalLong start = proc.threadStartTicks(qemu.pid(), tid);
    return start.isPresent() && proc.isAlive(qemu) ? start : removal.pinInside(tid, found);
  }

  /**
   * Takes back all that was done for a VM's vCPUs, and forgets it where that was all.
   *
   * @throws IOException where something is left; the record stays, and this may be tried again
   */
  public void undo(VmRecord record) throws IOException {
    verified.remove(record.vm().uid());
    removal.undo(record);
  }

  /** As {@link CapRemoval#cleanDead}. */
  public int cleanDead(Set<String> running) {
    return removal.cleanDead(running);
  }

  /** The cgroup of the main thread, and never our own child, whoever put it there. */
  private Path parentOf(int pid) throws IOException {
    Path directory = hierarchy.directoryOf(Files.readAllLines(proc.of(pid).resolve("cgroup")));
    return VcpuCgroup.uidOf(directory).isPresent() ? directory.getParent() : directory;
  }

  private static CapOutcome gone(QemuProcess qemu) {
    return new CapOutcome.NoProcess("QEMU (pid " + qemu.pid() + ") has ended");
  }

  private static String message(IOException e) {
    boolean plain = e instanceof CgroupRefusedException || e instanceof RecordNotWritableException;
    return plain || e.getMessage() == null
        ? String.valueOf(e.getMessage())
        : e.getClass().getSimpleName() + ": " + e.getMessage();
  }
}
