package dev.diecast.daemon.overload;

import dev.diecast.core.fidelity.DiskUse;
import dev.diecast.daemon.disk.BlockDevices;
import dev.diecast.daemon.disk.DeviceNumber;
import dev.diecast.daemon.disk.OpenDevices;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.ProcessKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Measures who has the devices of the VMs' disks. While no device is busy it reads one file a round
 * and asks no VM.
 */
public final class DiskLoad {
  /** Below this a device is looked at no closer. */
  private static final double BUSY = 0.5;

  /** Looks that an answer spans: one round, after the one in which a device was found busy. */
  private static final int LOOKS = 2;

  private static final int REDISCOVER_ROUNDS = 30;

  private final Path diskstats;
  private final ProcFiles proc;
  private final OpenDevices devices;
  private final Deque<Look> looks = new ArrayDeque<>();
  private final Map<ProcessKey, Set<String>> known = new HashMap<>();
  private int rounds;
  private Map<String, DiskStats> last = Map.of();
  private long lastNanoTime;

  private record Look(long nanoTime, Map<String, DiskStats> stats, Map<ProcessKey, Long> bytes) {}

  public DiskLoad(Path procDirectory, Path sys) {
    this.diskstats = procDirectory.resolve("diskstats");
    this.proc = new ProcFiles(procDirectory);
    this.devices = new OpenDevices(proc, new BlockDevices(sys));
  }

  /**
   * @param vms all VMs of ours: QEMU's process, and those that read and write its disks, it among
   *     them
   * @return of each VM the device that others keep busiest; without those whose devices have room
   */
  public Map<ProcessKey, DiskUse> read(Map<ProcessKey, List<ProcessKey>> vms) throws IOException {
    return read(vms, System.nanoTime());
  }

  /**
   * @param now of a clock of which only differences count
   */
  Map<ProcessKey, DiskUse> read(Map<ProcessKey, List<ProcessKey>> vms, long now)
      throws IOException {
    Map<String, DiskStats> stats = DiskStats.parse(Files.readString(diskstats));
    boolean busy = anyBusy(stats, now - lastNanoTime);
    last = stats;
    lastNanoTime = now;
    if (!busy || vms.isEmpty()) {
      looks.clear();
      return Map.of();
    }
    discover(vms);
    Map<ProcessKey, Long> bytes = new HashMap<>();
    vms.forEach((vm, processes) -> bytes.put(vm, storageBytes(processes)));
    looks.addLast(new Look(now, stats, bytes));
    if (looks.size() < LOOKS) {
      return Map.of();
    }
    return uses(looks.removeFirst(), looks.peekLast());
  }

  private boolean anyBusy(Map<String, DiskStats> stats, long lengthNanos) {
    return stats.entrySet().stream()
        .anyMatch(
            device -> {
              DiskStats before = last.get(device.getKey());
              long millis =
                  before == null ? 0 : device.getValue().busyMillis() - before.busyMillis();
              return millis * 1e6 >= BUSY * lengthNanos;
            });
  }

  private long storageBytes(List<ProcessKey> processes) {
    return processes.stream()
        .mapToLong(process -> proc.storageBytes(process.pid()).orElse(0))
        .sum();
  }

  private void discover(Map<ProcessKey, List<ProcessKey>> vms) {
    if (rounds++ % REDISCOVER_ROUNDS == 0) {
      known.clear();
    }
    known.keySet().retainAll(vms.keySet());
    vms.forEach(
        (vm, processes) ->
            known.computeIfAbsent(
                vm,
                _ ->
                    devices.of(processes.stream().map(ProcessKey::pid).toList()).stream()
                        .map(DeviceNumber::toString)
                        .collect(Collectors.toSet())));
  }

  private Map<ProcessKey, DiskUse> uses(Look from, Look to) {
    Map<ProcessKey, Long> moved = new HashMap<>();
    to.bytes.forEach(
        (vm, bytes) -> {
          if (from.bytes.containsKey(vm)) {
            moved.put(vm, bytes - from.bytes.get(vm));
          }
        });
    Map<ProcessKey, DiskUse> uses = new HashMap<>();
    for (ProcessKey vm : moved.keySet()) {
      known.getOrDefault(vm, Set.of()).stream()
          .flatMap(device -> use(device, vm, moved, from, to).stream())
          .max((a, b) -> Double.compare(a.busy(), b.busy()))
          .ifPresent(use -> uses.put(vm, use));
    }
    return uses;
  }

  private Optional<DiskUse> use(
      String device, ProcessKey vm, Map<ProcessKey, Long> moved, Look from, Look to) {
    DiskStats before = from.stats.get(device);
    DiskStats after = to.stats.get(device);
    if (before == null || after == null) {
      return Optional.empty();
    }
    DiskStats grown = after.minus(before);
    long own =
        moved.entrySet().stream()
            .filter(other -> known.getOrDefault(other.getKey(), Set.of()).contains(device))
            .mapToLong(Map.Entry::getValue)
            .sum();
    final long nanosPerMilli = 1_000_000;
    return Optional.of(
        new DiskUse(
            grown.name(),
            to.nanoTime - from.nanoTime,
            grown.busyMillis() * nanosPerMilli,
            grown.queuedMillis() * nanosPerMilli,
            moved.get(vm),
            own,
            grown.sectors() * DiskStats.SECTOR_BYTES));
  }
}
