package dev.diecast.operator.vm;

import dev.diecast.api.v1alpha1.TargetDisk;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Gives a VM the disks of its target machine. One that the user's template has already, by the name
 * of its volume, stays what it is there (a claim, a host's disk); the others are empty disks.
 */
final class MachineDisks {

  /** What virtio-blk hands to a guest (virtio 1.2, 5.2.6: 20 bytes). */
  private static final int LONGEST_SERIAL = 20;

  private MachineDisks() {}

  static void attach(Map<String, Object> template, List<TargetDisk> disks) {
    for (TargetDisk disk : disks) {
      if (!names(template, "spec", "volumes").contains(disk.name())) {
        Fields.append(
            template,
            Map.of(
                "name",
                disk.name(),
                "emptyDisk",
                Map.of("capacity", CanonicalQuantities.of(disk.capacity()))),
            "spec",
            "volumes");
        Fields.append(template, device(disk), "spec", "domain", "devices", "disks");
      }
    }
  }

  /** The serial lets the guest find the disk by the name that the model gives it. */
  private static Map<String, Object> device(TargetDisk disk) {
    Map<String, Object> device = new LinkedHashMap<>();
    device.put("name", disk.name());
    device.put("disk", Map.of("bus", "virtio"));
    if (disk.name().length() <= LONGEST_SERIAL) {
      device.put("serial", disk.name());
    }
    return device;
  }

  private static List<String> names(Map<String, Object> template, String... path) {
    return Fields.list(template, path).stream()
        .map(item -> item instanceof Map<?, ?> fields ? fields.get("name") : null)
        .filter(Objects::nonNull)
        .map(Object::toString)
        .toList();
  }
}
