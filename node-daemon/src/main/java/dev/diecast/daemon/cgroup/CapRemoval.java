package dev.diecast.daemon.cgroup;

import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmRecord;
import dev.diecast.daemon.record.VmRecord.OwnedCgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Takes back what {@link CpuCapping} did, by what is on record or by the names of our cgroups: it
 * needs neither a target nor a live QEMU.
 */
final class CapRemoval {
  private final CgroupHierarchy hierarchy;
  private final ProcFiles proc;
  private final CgroupApplier applier;
  private final CgroupObserver observer;
  private final RecordStore records;

  CapRemoval(
      CgroupHierarchy hierarchy,
      ProcFiles proc,
      CgroupApplier applier,
      CgroupObserver observer,
      RecordStore records) {
    this.hierarchy = hierarchy;
    this.proc = proc;
    this.applier = applier;
    this.observer = observer;
    this.records = records;
  }

  /**
   * Takes back all that was done for a VM's vCPUs, and forgets it where that was all.
   *
   * @throws IOException where something is left; the record stays, and this may be tried again
   */
  void undo(VmRecord record) throws IOException {
    undo(record.vm().uid(), record.cgroups());
    records.update(record.vm().uid(), r -> r.withCgroups(List.of()));
    records.removeIfSettled(record.vm().uid());
  }

  /** Takes back a part, and leaves the record as it is. */
  void undo(String uid, List<OwnedCgroup> owned) throws IOException {
    Map<Path, List<OwnedCgroup>> byParent =
        owned.stream().collect(Collectors.groupingBy(o -> Path.of(o.parent())));
    for (Map.Entry<Path, List<OwnedCgroup>> under : byParent.entrySet()) {
      undo(uid, under.getKey(), under.getValue());
    }
  }

  private void undo(String uid, Path parent, List<OwnedCgroup> owned) throws IOException {
    SortedMap<Path, Set<Integer>> children = new TreeMap<>();
    for (OwnedCgroup cgroup : owned) {
      Path child = Path.of(cgroup.child());
      if (VcpuCgroup.uidOf(child).isEmpty()
          || !parent.equals(child.getParent())
          || !hierarchy.contains(child)) {
        throw new IOException(
            "the record of " + uid + " names a cgroup that is not ours: " + child);
      }
      children.put(child, Set.of());
    }
    boolean asked = owned.stream().anyMatch(OwnedCgroup::handsOnCpu);
    VmCgroups found = observer.observe(parent, children);
    applier.apply(
        CapPlan.undo(found, asked && !hasSiblings(uid, parent, children.keySet())),
        tid -> pinInside(tid, found));
  }

  /**
   * Whether others under the same parent may rely on the cpu controller that we asked for. One of
   * ours inherits the duty to give it back.
   */
  private boolean hasSiblings(String uid, Path parent, Set<Path> children) throws IOException {
    for (VmRecord other : records.all()) {
      for (OwnedCgroup sibling : other.cgroups()) {
        if (!other.vm().uid().equals(uid) && sibling.parent().equals(parent.toString())) {
          List<OwnedCgroup> heirs = new ArrayList<>(other.cgroups());
          heirs.remove(sibling);
          heirs.add(new OwnedCgroup(sibling.parent(), sibling.child(), true));
          records.update(other.vm().uid(), r -> r.withCgroups(heirs));
          return true;
        }
      }
    }
    return OwnedCgroups.children(parent).stream().anyMatch(path -> !children.contains(path));
  }

  /**
   * Removes what predecessors left for VMs that no longer run: by their records, and by the name of
   * our cgroups where there is no record. What cannot be removed holds up nothing else: a record
   * stays and is tried again in every round, a cgroup without one at the next start.
   *
   * @param running uuids of all QEMU processes of the host
   * @return how many cgroups were removed
   */
  int cleanDead(Set<String> running) {
    int cleaned = 0;
    for (VmRecord record : records.all()) {
      if (!proc.isAlive(record.process()) && !running.contains(record.vm().uid())) {
        int there =
            (int) record.cgroups().stream().filter(o -> Files.exists(Path.of(o.child()))).count();
        cleaned += OwnedCgroups.remove(record.vm().toString(), () -> undo(record)) ? there : 0;
      }
    }
    for (Path child : OwnedCgroups.under(hierarchy.mountPoint(), VcpuCgroup::uidOf)) {
      String uid = VcpuCgroup.uidOf(child).orElseThrow();
      if (!running.contains(uid) && records.find(uid).isEmpty()) {
        OwnedCgroup owned = new OwnedCgroup(child.getParent().toString(), child.toString(), false);
        cleaned += OwnedCgroups.remove(child.toString(), () -> undo(uid, List.of(owned))) ? 1 : 0;
      }
    }
    return cleaned;
  }

  /**
   * The start time of a thread that is inside one of these cgroups at this moment; empty for any
   * other.
   */
  OptionalLong pinInside(int tid, VmCgroups found) {
    OptionalLong start = proc.startTicks(tid);
    return start.isPresent() && observer.isInside(tid, found) ? start : OptionalLong.empty();
  }
}
