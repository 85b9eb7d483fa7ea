package dev.diecast.daemon.disk;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.disk.GuestDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a node's disks are due.
 *
 * @param disks those that can be had
 * @param invalid field and mend of the others; empty where there are none
 */
public record DiskTarget(List<DiskDue> disks, List<String> invalid) {
  public static final DiskTarget NONE = new DiskTarget(List.of(), List.of());

  public DiskTarget {
    disks = List.copyOf(disks);
    invalid = List.copyOf(invalid);
  }

  public static DiskTarget of(List<GuestDisk> targets, DilationFactor factor) {
    List<DiskDue> disks = new ArrayList<>();
    List<String> invalid = new ArrayList<>();
    for (GuestDisk disk : targets) {
      try {
        disks.add(DiskDue.of(disk, factor));
      } catch (IllegalArgumentException e) {
        invalid.add("disk " + disk.name() + ": " + e.getMessage());
      }
    }
    return new DiskTarget(disks, invalid);
  }

  /** Whether there is anything to hold a disk to. */
  public boolean isUnlimited() {
    return invalid.isEmpty() && disks.stream().allMatch(DiskDue::isUnlimited);
  }

  Optional<DiskDue> find(String name) {
    return disks.stream().filter(disk -> disk.name().equals(name)).findFirst();
  }
}
