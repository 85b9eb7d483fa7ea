package dev.diecast.daemon.disk;

import dev.diecast.core.disk.DiskRate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a device did for one cgroup: bytes and operations. */
public record DiskCounters(long readBytes, long writtenBytes, long reads, long writes) {
  private static final DiskCounters NONE = new DiskCounters(0, 0, 0, 0);

  /**
   * Reads {@code io.stat} (Linux, admin-guide/cgroup-v2.rst): {@code 8:16 rbytes=1459200
   * wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0}.
   */
  static Map<DeviceNumber, DiskCounters> ofIoStat(List<String> lines) {
    Map<DeviceNumber, DiskCounters> counters = new TreeMap<>();
    for (String line : lines) {
      String[] words = line.split(" ");
      Map<String, Long> values = new java.util.HashMap<>();
      for (String word : List.of(words).subList(1, words.length)) {
        String[] pair = word.split("=", 2);
        if (pair.length == 2 && pair[1].matches("\\d{1,18}")) {
          values.put(pair[0], Long.parseLong(pair[1]));
        }
      }
      DeviceNumber.parse(words[0])
          .ifPresent(
              device ->
                  counters.put(
                      device,
                      new DiskCounters(
                          values.getOrDefault("rbytes", 0L),
                          values.getOrDefault("wbytes", 0L),
                          values.getOrDefault("rios", 0L),
                          values.getOrDefault("wios", 0L))));
    }
    return counters;
  }

  /**
   * Reads {@code blkio.throttle.io_service_bytes} and {@code blkio.throttle.io_serviced} (Linux,
   * admin-guide/cgroup-v1/blkio-controller.rst): {@code 8:16 Read 1459200}.
   */
  static Map<DeviceNumber, DiskCounters> ofBlkio(List<String> bytes, List<String> operations) {
    Map<DeviceNumber, EnumMap<DiskRate, Long>> values = new TreeMap<>();
    collect(bytes, DiskRate.READ_BYTES, DiskRate.WRITE_BYTES, values);
    collect(operations, DiskRate.READ_OPERATIONS, DiskRate.WRITE_OPERATIONS, values);
    Map<DeviceNumber, DiskCounters> counters = new TreeMap<>();
    values.forEach(
        (device, v) ->
            counters.put(
                device,
                new DiskCounters(
                    v.getOrDefault(DiskRate.READ_BYTES, 0L),
                    v.getOrDefault(DiskRate.WRITE_BYTES, 0L),
                    v.getOrDefault(DiskRate.READ_OPERATIONS, 0L),
                    v.getOrDefault(DiskRate.WRITE_OPERATIONS, 0L))));
    return counters;
  }

  private static void collect(
      List<String> lines,
      DiskRate ofReads,
      DiskRate ofWrites,
      Map<DeviceNumber, EnumMap<DiskRate, Long>> values) {
    for (String line : lines) {
      List<String> words = new ArrayList<>(List.of(line.split(" ")));
      Optional<DeviceNumber> device = DeviceNumber.parse(words.getFirst());
      if (words.size() != 3 || device.isEmpty()) {
        continue; // "Total 4711"
      }
      Optional<DiskRate> rate =
          switch (words.get(1)) {
            case "Read" -> Optional.of(ofReads);
            case "Write" -> Optional.of(ofWrites);
            default -> Optional.empty();
          };
      rate.ifPresent(
          r ->
              values
                  .computeIfAbsent(device.get(), _ -> new EnumMap<>(DiskRate.class))
                  .put(r, Long.parseLong(words.get(2))));
    }
  }

  static DiskCounters in(Map<DeviceNumber, DiskCounters> counters, DeviceNumber device) {
    return counters.getOrDefault(device, NONE);
  }
}
