package dev.diecast.daemon.disk;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which disk of a VM a file is, by where it lies in QEMU's view. This holds for hot-plugged disks
 * too, which no command line names.
 *
 * <p>Source of KubeVirt's paths: pkg/host-disk (claims with a file system), pkg/ephemeral-disk and
 * pkg/emptydisk, pkg/hotplug-disk; a claim in block mode is a device named as its volume in /dev
 * (pkg/virt-launcher/virtwrap/converter). Mounts under /var/run show as /run.
 */
final class DiskNames {
  private static final String NAME = "([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)";

  private static final Pattern PATH =
      Pattern.compile(
          "(?:.*/kubevirt-private/vmi-disks/"
              + NAME
              + "/[^/]+"
              + "|.*/kubevirt-ephemeral-disks/disk-data/"
              + NAME
              + "/[^/]+"
              + "|.*/empty-disks/"
              + NAME
              + "\\.qcow2"
              + "|.*/kubevirt/hotplug-disks/"
              + NAME
              + "(?:\\.img|/disk\\.img)?"
              + "|.*/vms/[^/]+/disk-" // standalone
              + NAME
              + "\\.raw"
              + "|/dev/"
              + NAME
              + ")");

  private DiskNames() {}

  static Optional<String> of(String path) {
    Matcher disk = PATH.matcher(path);
    if (!disk.matches()) {
      return Optional.empty();
    }
    for (int group = 1; group <= disk.groupCount(); group++) {
      if (disk.group(group) != null) {
        return Optional.of(disk.group(group));
      }
    }
    return Optional.empty();
  }
}
