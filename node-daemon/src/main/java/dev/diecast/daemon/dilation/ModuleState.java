package dev.diecast.daemon.dilation;

import dev.diecast.core.DilationFactor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the host's module says of one VM (DIECAST_KVM_GET).
 *
 * @param asked T last set; 1 where none ever was
 * @param effective T that every vCPU's clock goes by; empty before the guest has read it
 * @param booted T by which the guest has found out its TSC's rate; empty before
 * @param vcpus whose clock was seen
 * @param changes of T
 * @param publications of a vCPU's clock to the guest
 */
public record ModuleState(
    int flags,
    DilationFactor asked,
    Optional<DilationFactor> effective,
    Optional<DilationFactor> booted,
    int vcpus,
    int changes,
    long publications) {

  boolean is(int flag) {
    return (flags & flag) == flag;
  }

  /** Whether every vCPU's clock is known to go by T as last set, or has not begun to go. */
  boolean isSettled() {
    return !is(ModuleAbi.STATE_SEEN)
        || !is(ModuleAbi.STATE_CHANGE_PENDING) && effective.equals(Optional.of(asked));
  }

  /** What of the guest's time is not dilated, or may not be; for people. */
  public List<String> caveats(ModuleInfo module) {
    List<String> caveats = new ArrayList<>();
    if (is(ModuleAbi.STATE_SECOND_VM)) {
      caveats.add("its QEMU has a second virtual machine, which is not dilated");
    }
    if (is(ModuleAbi.STATE_HYPERV_CLOCK_SEEN)) {
      caveats.add("the guest uses Hyper-V's clocks as well, which are not dilated");
    }
    if (is(ModuleAbi.STATE_LAPIC_TIMER_SEEN)
        && !module.has(ModuleAbi.FEATURE_LAPIC_TIMER)
        && booted.isPresent()
        && !booted.get().equals(asked)) {
      caveats.add(
          "the guest sets timers of the local APIC, which go by the T that it booted with: restart"
              + " it");
    }
    if (is(ModuleAbi.STATE_STEAL_TIME_SEEN) && !module.has(ModuleAbi.FEATURE_STEAL_TIME)) {
      caveats.add("the guest is told of T times the steal time that it has");
    }
    if (is(ModuleAbi.STATE_UNSTABLE_TSC)) {
      caveats.add("the host's TSC is not synchronised, which makes its clock slow to read");
    }
    return caveats;
  }
}
