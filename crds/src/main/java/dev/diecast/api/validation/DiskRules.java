package dev.diecast.api.validation;

import dev.diecast.api.v1alpha1.Rules;
import dev.diecast.api.v1alpha1.TargetDisk;
import dev.diecast.api.v1alpha1.TimeDilation;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.disk.DiskRate;
import dev.diecast.core.disk.DiskThrottle;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The disks that a machine has beside the image it boots from. */
final class DiskRules {

  private static final int MOST_DISKS = 16;
  private static final int LONGEST_DISK_NAME = 40;
  private static final Pattern DNS_LABEL = Pattern.compile(Rules.DNS_LABEL);

  static void check(List<TargetDisk> disks, TimeDilation dilation, FieldErrors at) {
    if (disks.size() > MOST_DISKS) {
      at.refuse("has " + disks.size() + " disks, and may have " + MOST_DISKS + " at most");
    }
    Map<String, Integer> firstByName = new HashMap<>();
    for (int i = 0; i < disks.size(); i++) {
      TargetDisk disk = disks.get(i);
      if (disk == null) {
        at.at(i).refuse("is empty: give name and capacity, or take it out");
        continue;
      }
      checkDisk(disk, dilation, at.at(i));
      Integer first = disk.name() == null ? null : firstByName.putIfAbsent(disk.name(), i);
      if (first != null) {
        at.at(i)
            .at("name")
            .refuse(
                FieldErrors.quote(disk.name())
                    + " is the name of disks["
                    + first
                    + "] too: names are unique in a machine");
      }
    }
  }

  private static void checkDisk(TargetDisk disk, TimeDilation dilation, FieldErrors at) {
    if (disk.name() == null
        || disk.name().length() > LONGEST_DISK_NAME
        || !DNS_LABEL.matcher(disk.name()).matches()) {
      at.at("name")
          .refuse(
              FieldErrors.quote(String.valueOf(disk.name()))
                  + " is no disk's name: use up to "
                  + LONGEST_DISK_NAME
                  + " lower case letters, digits and -, a letter or digit first and last");
    }
    MachineRules.positive(disk.capacity(), "1Gi", at.at("capacity"));
    if (disk.readBytesPerSecond() != null) {
      MachineRules.positive(disk.readBytesPerSecond(), "100M", at.at("readBytesPerSecond"));
    }
    if (disk.writeBytesPerSecond() != null) {
      MachineRules.positive(disk.writeBytesPerSecond(), "100M", at.at("writeBytesPerSecond"));
    }
    checkOperations(disk.readIops(), at.at("readIops"));
    checkOperations(disk.writeIops(), at.at("writeIops"));
    checkLatency(disk.readLatencyMicros(), at.at("readLatencyMicros"));
    checkLatency(disk.writeLatencyMicros(), at.at("writeLatencyMicros"));
    checkEnforceable(disk, dilation, at);
  }

  private static void checkOperations(Long perSecond, FieldErrors at) {
    if (perSecond != null && perSecond < 1) {
      at.refuse("is " + perSecond + ", and must be 1 or more: leave it out for no limit");
    }
  }

  private static void checkLatency(Long micros, FieldErrors at) {
    if (micros != null && (micros < 1 || micros > TargetDisk.MOST_LATENCY_MICROS)) {
      at.refuse(
          "is "
              + micros
              + ", and must be from 1 to "
              + TargetDisk.MOST_LATENCY_MICROS
              + " microseconds: leave it out for no floor");
    }
  }

  /** At {@code auto} the factor is not known yet: the daemon says it of the node then. */
  private static void checkEnforceable(TargetDisk disk, TimeDilation dilation, FieldErrors at) {
    if (dilation == null || dilation.isAuto()) {
      return;
    }
    Optional<DilationFactor> factor = DilationRules.largest(dilation);
    Map<DiskRate, Rational> limits = new EnumMap<>(DiskRate.class);
    try {
      limits.putAll(disk.limits());
    } catch (IllegalArgumentException e) {
      return; // no quantity, which is refused already
    }
    limits.forEach(
        (rate, value) -> {
          if (factor.isPresent() && value.signum() > 0) {
            refuseTooLittle(rate, value, factor.get(), at.at(rate.field()));
          }
        });
  }

  private static void refuseTooLittle(
      DiskRate rate, Rational value, DilationFactor factor, FieldErrors at) {
    try {
      DiskThrottle.of(Map.of(rate, value), factor);
    } catch (IllegalArgumentException e) {
      at.refuse(e.getMessage());
    }
  }

  private DiskRules() {}
}
