package dev.diecast.daemon.network.model;

import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.record.OwnedTap;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.record.VmRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** The VMs' taps that are in our bridges: on record before, and given back after. */
final class TakenTaps {
  private static final Logger LOG = Logger.getLogger(TakenTaps.class);

  private final ProcFiles proc;
  private final RecordStore records;
  private final Consumer<TapTakeover.Step> taken;
  private final Map<String, String> complaints = new ConcurrentHashMap<>();

  /**
   * @param taken told of each step that has been taken
   */
  TakenTaps(ProcFiles proc, RecordStore records, Consumer<TapTakeover.Step> taken) {
    this.proc = proc;
    this.records = records;
    this.taken = taken;
  }

  /** Whether a VM's frames come to a door, and go nowhere else. */
  boolean isInForce(PinnedNamespace namespace, String device, TapTakeover.Door door)
      throws IOException {
    return new TapTakeover(namespace.path(), device, taken).isInForce(door);
  }

  /** Takes a VM's tap, or finishes what was begun of it. */
  void take(
      VmIdentity vm,
      QemuProcess qemu,
      PinnedNamespace namespace,
      String device,
      int mtuBytes,
      TapTakeover.Door door)
      throws IOException {
    TapTakeover takeover = new TapTakeover(namespace.path(), device, taken);
    long number = namespace.number();
    Optional<OwnedTap> known =
        owned(vm.uid()).stream()
            .filter(tap -> tap.namespace() == number && tap.device().equals(device))
            .findFirst();
    if (known.isEmpty()) {
      release(vm.uid());
      OwnedTap before = takeover.look(number);
      records.compute(vm.uid(), record -> with(record, vm, qemu, before));
      known = Optional.of(before);
    }
    takeover.take(known.get(), mtuBytes, door);
  }

  private static VmRecord with(
      Optional<VmRecord> record, VmIdentity vm, QemuProcess qemu, OwnedTap tap) {
    VmRecord known =
        record.orElseGet(() -> new VmRecord(vm, qemu.key(), List.of(), false, Map.of()));
    List<OwnedTap> taps = new ArrayList<>(known.taps());
    taps.add(tap);
    return known.withTaps(taps);
  }

  private List<OwnedTap> owned(String uid) {
    return records.find(uid).map(VmRecord::taps).orElse(List.of());
  }

  /** Gives back the taps of all VMs but these; what cannot be is tried again the next time. */
  void keep(Set<String> uids) {
    for (VmRecord record : records.all()) {
      String uid = record.vm().uid();
      if (!record.taps().isEmpty() && !uids.contains(uid)) {
        try {
          release(uid);
          complaints.remove(uid);
          LOG.infof("%s: its tap is as it was before", record.vm());
        } catch (IOException e) {
          if (!e.toString().equals(complaints.put(uid, e.toString()))) {
            LOG.warnf("%s: its tap could not be given back: %s", record.vm(), e);
          }
        }
      }
    }
  }

  private void release(String uid) throws IOException {
    for (OwnedTap tap : owned(uid)) {
      // Where no process is in it any more, neither are the tap and our bridge.
      Optional<PinnedNamespace> namespace = PinnedNamespace.find(proc, tap.namespace());
      if (namespace.isPresent()) {
        try (PinnedNamespace there = namespace.get()) {
          new TapTakeover(there.path(), tap.device(), taken).undo(tap);
        }
      }
      records.update(
          uid, r -> r.withTaps(r.taps().stream().filter(other -> !other.equals(tap)).toList()));
    }
    records.removeIfSettled(uid);
  }
}
