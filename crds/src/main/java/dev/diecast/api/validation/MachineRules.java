package dev.diecast.api.validation;

import dev.diecast.api.v1alpha1.Quantities;
import dev.diecast.api.v1alpha1.Rules;
import dev.diecast.api.v1alpha1.TargetMachine;
import dev.diecast.api.v1alpha1.TimeDilation;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Optional;

/** The machine that a node believes to be. */
final class MachineRules {

  private static final int MOST_CPUS = 256;
  private static final long LEAST_MEMORY_BYTES =
      Quantities.wholeUnits(new Quantity(Rules.LEAST_MEMORY));

  /**
   * The least share of a core that the kernel can cap at: 1 ms in its longest period of 1 s
   * (kernel/sched/core.c, min_cfs_quota_period and max_cfs_quota_period).
   */
  private static final Rational LEAST_CAP_CORES = Rational.of(1, 1000);

  static void check(TargetMachine machine, TimeDilation dilation, FieldErrors at) {
    checkCpus(machine.cpus(), at.at("cpus"));
    checkSpeed(machine, dilation, at.at("relativeSpeed"));
    checkMemory(machine.memory(), at.at("memory"));
    if (machine.nic() != null) {
      positive(machine.nic().bitsPerSecond(), "1G", at.at("nic").at("bitsPerSecond"));
    }
    DiskRules.check(machine.disks(), dilation, at.at("disks"));
  }

  private static void checkCpus(Integer cpus, FieldErrors at) {
    if (cpus == null) {
      at.refuse("is required: how many virtual CPUs the machine has");
    } else if (cpus < 1 || cpus > MOST_CPUS) {
      at.refuse("is " + cpus + ", and must be from 1 to " + MOST_CPUS);
    }
  }

  private static void checkSpeed(TargetMachine machine, TimeDilation dilation, FieldErrors at) {
    Rational speed;
    try {
      speed = machine.speed();
    } catch (IllegalArgumentException e) {
      at.refuse(e.getMessage());
      return;
    }
    if (speed.signum() <= 0) {
      at.refuse(
          FieldErrors.quote(machine.relativeSpeed())
              + " stands still: give a rational number greater than 0, such as 1, 3/5 or 0.6");
      return;
    }
    Optional<DilationFactor> largest = DilationRules.largest(dilation);
    if (largest.isEmpty() || machine.cpus() == null || machine.cpus() < 1) {
      return;
    }
    Rational factor = largest.get().value();
    String field = dilation.isAuto() ? "max" : "factor";
    if (speed.compareTo(factor) > 0) {
      at.refuse(
          "is "
              + speed
              + ", and at T = "
              + factor
              + " a vCPU is "
              + factor
              + " times as fast as a host core at most: lower it, or raise timeDilation."
              + field);
    }
    Rational cores = speed.times(machine.cpus()).dividedBy(factor);
    if (!dilation.isAuto() && cores.compareTo(LEAST_CAP_CORES) < 0) {
      at.refuse(
          "asks for "
              + cores
              + " of a host core, and a kernel caps at "
              + LEAST_CAP_CORES
              + " at least: raise it to "
              + LEAST_CAP_CORES.times(factor).dividedBy(machine.cpus())
              + ", or lower timeDilation.factor");
    }
  }

  private static void checkMemory(Quantity memory, FieldErrors at) {
    if (positive(memory, "128Mi", at) && Quantities.wholeUnits(memory) < LEAST_MEMORY_BYTES) {
      at.refuse(
          "is " + memory + ", and a stock kernel needs " + Rules.LEAST_MEMORY + " or more to boot");
    }
  }

  static boolean positive(Quantity quantity, String example, FieldErrors at) {
    if (quantity == null || quantity.getAmount() == null) {
      at.refuse("is required: a quantity such as " + example);
      return false;
    }
    try {
      if (Quantities.exact(quantity).signum() > 0 && Quantities.wholeUnits(quantity) > 0) {
        return true;
      }
      at.refuse("is " + quantity + ", and must be greater than 0, such as " + example);
    } catch (IllegalArgumentException e) {
      at.refuse(e.getMessage() + ": give a quantity such as " + example);
    }
    return false;
  }

  private MachineRules() {}
}
