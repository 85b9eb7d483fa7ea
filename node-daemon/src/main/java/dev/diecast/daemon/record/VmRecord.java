package dev.diecast.daemon.record;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.diecast.core.cpu.ThreadTimes;
import dev.diecast.daemon.process.ProcessKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the daemon has done, or is about to do, to the host for one VM: enough for a successor to
 * finish or to undo it.
 *
 * @param process the QEMU that it was done for
 * @param cgroups every cgroup made for it that is not known to be removed
 * @param clockSet whether the guest's wall clock has been set to model time since this QEMU started
 * @param throttles every cgroup whose I/O throttles were set for it
 * @param taps every tap device of it that was taken over for its network
 * @param dilation T that the host's module was told for this QEMU, canonical; "" where it was not
 * @param baseline CPU times of the vCPU threads when the cap was applied, by thread id
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record VmRecord(
    VmIdentity vm,
    ProcessKey process,
    List<OwnedCgroup> cgroups,
    boolean clockSet,
    Map<Integer, ThreadTimes> baseline,
    List<OwnedThrottle> throttles,
    List<OwnedTap> taps,
    String dilation) {

  public VmRecord {
    taps = taps == null ? List.of() : List.copyOf(taps);
    dilation = dilation == null ? "" : dilation;
    throttles = throttles == null ? List.of() : List.copyOf(throttles);
    cgroups = cgroups == null ? List.of() : List.copyOf(cgroups);
    baseline = baseline == null ? Map.of() : Map.copyOf(baseline);
  }

  /** Before its disks are throttled and its taps taken. */
  public VmRecord(
      VmIdentity vm,
      ProcessKey process,
      List<OwnedCgroup> cgroups,
      boolean clockSet,
      Map<Integer, ThreadTimes> baseline) {
    this(vm, process, cgroups, clockSet, baseline, List.of(), List.of(), "");
  }

  /** Of a QEMU for which nothing has been done, and what is left of its predecessor's. */
  public static VmRecord of(VmIdentity vm, ProcessKey process, Optional<VmRecord> predecessor) {
    return new VmRecord(
        vm,
        process,
        predecessor.map(VmRecord::cgroups).orElse(List.of()),
        false,
        Map.of(),
        predecessor.map(VmRecord::throttles).orElse(List.of()),
        predecessor.map(VmRecord::taps).orElse(List.of()),
        "");
  }

  /**
   * @param parent the QEMU's own cgroup
   * @param child the cgroup that is ours
   * @param handsOnCpu v2: the parent hands on the cpu controller only because we asked for it
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record OwnedCgroup(String parent, String child, boolean handsOnCpu) {}

  public VmRecord withCgroups(List<OwnedCgroup> owned) {
    return new VmRecord(vm, process, owned, clockSet, baseline, throttles, taps, dilation);
  }

  public VmRecord withClockSet() {
    return new VmRecord(vm, process, cgroups, true, baseline, throttles, taps, dilation);
  }

  public VmRecord withBaseline(Map<Integer, ThreadTimes> times) {
    return new VmRecord(vm, process, cgroups, clockSet, times, throttles, taps, dilation);
  }

  public VmRecord withThrottles(List<OwnedThrottle> owned) {
    return new VmRecord(vm, process, cgroups, clockSet, baseline, owned, taps, dilation);
  }

  public VmRecord withTaps(List<OwnedTap> owned) {
    return new VmRecord(vm, process, cgroups, clockSet, baseline, throttles, owned, dilation);
  }

  public VmRecord withDilation(String factor) {
    return new VmRecord(vm, process, cgroups, clockSet, baseline, throttles, taps, factor);
  }

  public VmRecord withoutDilation() {
    return withDilation("");
  }

  /** T that the host's module was told for it. */
  public Optional<String> dilatedTo() {
    return dilation.isEmpty() ? Optional.empty() : Optional.of(dilation);
  }

  /** Whether nothing of what was done to the host is left to undo. */
  boolean isSettled() {
    return cgroups.isEmpty() && throttles.isEmpty() && taps.isEmpty() && dilation.isEmpty();
  }
}
