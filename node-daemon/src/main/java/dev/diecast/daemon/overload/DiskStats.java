package dev.diecast.daemon.overload;

import java.util.HashMap;
import java.util.Map;

/**
 * One line of /proc/diskstats (Linux, admin-guide/iostats.rst), since boot.
 *
 * @param name {@code sda}
 * @param sectors read and written, of 512 bytes
 * @param busyMillis time with at least one request
 * @param queuedMillis time of all requests together
 */
record DiskStats(String name, long sectors, long busyMillis, long queuedMillis) {
  static final long SECTOR_BYTES = 512;

  /** By {@code major:minor}. */
  static Map<String, DiskStats> parse(String diskstats) {
    final int sectorsRead = 5;
    final int sectorsWritten = 9;
    final int busy = 12;
    final int queued = 13;
    Map<String, DiskStats> devices = new HashMap<>();
    for (String line : diskstats.split("\n")) {
      String[] fields = line.strip().split("\\s+");
      if (fields.length > queued) {
        devices.put(
            fields[0] + ":" + fields[1],
            new DiskStats(
                fields[2],
                Long.parseLong(fields[sectorsRead]) + Long.parseLong(fields[sectorsWritten]),
                Long.parseLong(fields[busy]),
                Long.parseLong(fields[queued])));
      }
    }
    return devices;
  }

  DiskStats minus(DiskStats before) {
    return new DiskStats(
        name,
        sectors - before.sectors,
        busyMillis - before.busyMillis,
        queuedMillis - before.queuedMillis);
  }
}
