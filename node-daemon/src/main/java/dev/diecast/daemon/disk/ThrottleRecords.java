package dev.diecast.daemon.disk;

import dev.diecast.core.disk.DiskThrottle;
import dev.diecast.daemon.cgroup.CgroupVersion;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.record.OwnedThrottle;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.record.VmRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the records of VMs say of their throttles. */
final class ThrottleRecords {
  private final RecordStore records;

  ThrottleRecords(RecordStore records) {
    this.records = records;
  }

  List<VmRecord> all() {
    return List.copyOf(records.all());
  }

  boolean knows(String uid) {
    return records.find(uid).isPresent();
  }

  /** Every cgroup whose throttles were set for a VM. */
  List<OwnedThrottle> owned(String uid) {
    return records.find(uid).map(VmRecord::throttles).orElse(List.of());
  }

  void keep(String uid, List<OwnedThrottle> kept) throws IOException {
    records.update(uid, record -> record.withThrottles(kept));
    records.removeIfSettled(uid);
  }

  /** Removes a record by which nothing is left to undo. */
  void forgetIfSettled(String uid) throws IOException {
    records.removeIfSettled(uid);
  }

  /**
   * On disk before the host is changed.
   *
   * @return v2: what each device had before it was ours
   */
  Map<DeviceNumber, DiskThrottle> writeAhead(
      VmIdentity vm, QemuProcess qemu, VmThrottles now, Set<DeviceNumber> due) throws IOException {
    String cgroup = now.cgroup().toString();
    VmRecord record =
        records.compute(
            vm.uid(),
            before -> {
              VmRecord known =
                  before
                      .filter(r -> r.process().equals(qemu.key()))
                      .orElseGet(() -> VmRecord.of(vm, qemu.key(), before));
              List<OwnedThrottle> owned = new ArrayList<>(known.throttles());
              Map<String, String> devices = new TreeMap<>();
              owned.stream()
                  .filter(o -> o.cgroup().equals(cgroup))
                  .forEach(o -> devices.putAll(o.limits()));
              owned.removeIf(o -> o.cgroup().equals(cgroup));
              boolean own = now.version() == CgroupVersion.V1;
              if (!own) {
                due.forEach(
                    device ->
                        devices.putIfAbsent(
                            device.toString(), ThrottleFiles.v2Line(device, now.limit(device))));
              }
              owned.add(new OwnedThrottle(cgroup, own, devices));
              return known.withThrottles(owned);
            });
    return record.throttles().stream()
        .filter(o -> o.cgroup().equals(cgroup))
        .map(o -> ThrottleFiles.parseV2(o.before()))
        .findFirst()
        .orElse(Map.of());
  }
}
