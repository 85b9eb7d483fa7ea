package dev.diecast.daemon.disk;

import dev.diecast.core.disk.DiskRate;
import dev.diecast.core.disk.DiskThrottle;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The texts of the kernel's throttle files: {@code blkio.throttle.*_device} of cgroup v1 (Linux,
 * admin-guide/cgroup-v1/blkio-controller.rst), where each rate has a file and 0 takes a limit away,
 * and {@code io.max} of v2 (admin-guide/cgroup-v2.rst), one line for a device.
 */
final class ThrottleFiles {
  static final String V2_LIMITS = "io.max";
  static final String V2_COUNTERS = "io.stat";
  static final String V1_BYTES = "blkio.throttle.io_service_bytes";
  static final String V1_OPERATIONS = "blkio.throttle.io_serviced";

  private static final Map<DiskRate, String> V1_LIMITS =
      Map.of(
          DiskRate.READ_BYTES, "blkio.throttle.read_bps_device",
          DiskRate.WRITE_BYTES, "blkio.throttle.write_bps_device",
          DiskRate.READ_OPERATIONS, "blkio.throttle.read_iops_device",
          DiskRate.WRITE_OPERATIONS, "blkio.throttle.write_iops_device");

  private static final Map<DiskRate, String> V2_KEYS =
      new EnumMap<>(
          Map.of(
              DiskRate.READ_BYTES, "rbps",
              DiskRate.WRITE_BYTES, "wbps",
              DiskRate.READ_OPERATIONS, "riops",
              DiskRate.WRITE_OPERATIONS, "wiops"));

  private ThrottleFiles() {}

  static String v1File(DiskRate rate) {
    return V1_LIMITS.get(rate);
  }

  /** What to write for one rate; a throttle without it takes the limit away. */
  static String v1Line(DeviceNumber device, DiskThrottle throttle, DiskRate rate) {
    return device + " " + throttle.limit(rate).orElse(0);
  }

  /**
   * @param lines of each rate's file
   */
  static Map<DeviceNumber, DiskThrottle> parseV1(Map<DiskRate, List<String>> lines) {
    Map<DeviceNumber, EnumMap<DiskRate, Long>> found = new TreeMap<>();
    lines.forEach(
        (rate, ofRate) -> {
          for (String line : ofRate) {
            String[] words = line.split(" ");
            DeviceNumber.parse(words[0])
                .filter(_ -> words.length == 2)
                .ifPresent(
                    device ->
                        found
                            .computeIfAbsent(device, _ -> new EnumMap<>(DiskRate.class))
                            .put(rate, Long.parseLong(words[1])));
          }
        });
    return throttles(found);
  }

  /** What to write for one device; rates without a limit become {@code max}. */
  static String v2Line(DeviceNumber device, DiskThrottle throttle) {
    StringBuilder line = new StringBuilder(device.toString());
    for (DiskRate rate : DiskRate.values()) {
      var limit = throttle.limit(rate);
      line.append(' ').append(V2_KEYS.get(rate)).append('=');
      line.append(limit.isPresent() ? Long.toString(limit.getAsLong()) : "max");
    }
    return line.toString();
  }

  /** A device without any limit is in it too, as none. */
  static Map<DeviceNumber, DiskThrottle> parseV2(Collection<String> lines) {
    Map<DeviceNumber, EnumMap<DiskRate, Long>> found = new TreeMap<>();
    for (String line : lines) {
      List<String> words = List.of(line.split(" "));
      DeviceNumber.parse(words.getFirst())
          .ifPresent(device -> found.put(device, parseRates(words)));
    }
    return throttles(found);
  }

  private static EnumMap<DiskRate, Long> parseRates(List<String> words) {
    EnumMap<DiskRate, Long> rates = new EnumMap<>(DiskRate.class);
    V2_KEYS.forEach(
        (rate, key) ->
            words.stream()
                .filter(word -> word.startsWith(key + "="))
                .map(word -> word.substring(key.length() + 1))
                .filter(value -> value.matches("\\d{1,18}"))
                .forEach(value -> rates.put(rate, Long.parseLong(value))));
    return rates;
  }

  private static Map<DeviceNumber, DiskThrottle> throttles(
      Map<DeviceNumber, EnumMap<DiskRate, Long>> found) {
    Map<DeviceNumber, DiskThrottle> throttles = new TreeMap<>();
    found.forEach((device, rates) -> throttles.put(device, new DiskThrottle(rates)));
    return throttles;
  }
}
