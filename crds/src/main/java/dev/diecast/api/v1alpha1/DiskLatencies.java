package dev.diecast.api.v1alpha1;

import dev.diecast.core.disk.LatencyFloor;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Latency floors of a VM's disks in the guest's frame, as the operator tells them to whoever starts
 * the guest: {@code data=500/800,log=0/100}, microseconds of a read and of a write.
 *
 * @param byDisk by the disk's name; none without a floor
 */
public record DiskLatencies(SortedMap<String, LatencyFloor> byDisk) {

  private static final Pattern ONE = Pattern.compile("([a-z0-9-]{1,40})=(\\d{1,7})/(\\d{1,7})");

  public DiskLatencies {
    byDisk = Collections.unmodifiableSortedMap(new TreeMap<>(byDisk));
  }

  public static DiskLatencies of(List<TargetDisk> disks) {
    SortedMap<String, LatencyFloor> floors = new TreeMap<>();
    disks.stream()
        .filter(disk -> !disk.latencyFloor().isNone())
        .forEach(disk -> floors.put(disk.name(), disk.latencyFloor()));
    return new DiskLatencies(floors);
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static DiskLatencies parse(String text) {
    SortedMap<String, LatencyFloor> floors = new TreeMap<>();
    for (String part : text.split(",")) {
      Matcher one = ONE.matcher(part);
      if (!one.matches()) {
        throw new IllegalArgumentException(
            "\"" + part + "\" is no latency of a disk: write NAME=READ/WRITE in microseconds");
      }
      floors.put(
          one.group(1),
          LatencyFloor.ofMicros(Long.parseLong(one.group(2)), Long.parseLong(one.group(3))));
    }
    return new DiskLatencies(floors);
  }

  public boolean isEmpty() {
    return byDisk.isEmpty();
  }

  public String toText() {
    return byDisk.entrySet().stream().map(DiskLatencies::text).collect(Collectors.joining(","));
  }

  private static String text(Map.Entry<String, LatencyFloor> disk) {
    LatencyFloor floor = disk.getValue();
    return "%s=%d/%d"
        .formatted(disk.getKey(), floor.read().toNanos() / 1000, floor.write().toNanos() / 1000);
  }
}
