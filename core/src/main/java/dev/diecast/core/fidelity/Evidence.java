package dev.diecast.core.fidelity;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What was observed of one VM, all of it up to the same moment.
 *
 * @param sure what speaks against it beyond doubt, each with its sentence: of {@link
 *     Cause#ProcessStopped}, {@link Cause#HostPaused}, {@link Cause#ClockWrong}, {@link
 *     Cause#NotCapped}, {@link Cause#NotNetworked} and {@link Cause#PipesChanged} those that apply
 * @param clockRead when its clock was last read
 * @param pipesChanged since when its pipes were others than its model's, where {@link
 *     Cause#PipesChanged} applies
 * @param drift what somebody else had changed since the last look, and was put right
 * @param sinceLast CPU of each vCPU since the last look
 * @param recent CPU of each vCPU in the window; without those not watched for so long
 * @param host the same window for the whole host
 * @param limitAbove whether a cgroup above that of the VM was throttled meanwhile
 * @param diskLimits why its disks are not held to what they are due; empty where they are
 * @param pipes of its model; empty where it has no network, or the pipes are another host's
 */
public record Evidence(
    Map<Cause, String> sure,
    Optional<Instant> clockRead,
    Optional<Instant> pipesChanged,
    Optional<Cause> drift,
    SortedMap<Integer, CpuDelivery> sinceLast,
    SortedMap<Integer, CpuDelivery> recent,
    HostCpu host,
    boolean limitAbove,
    Optional<Judgement> diskLimits,
    Optional<DiskUse> disk,
    Optional<PipeUse> pipes) {

  public Evidence {
    sure = Map.copyOf(sure);
  }

  /** How far back what is told of CPU and pipes reaches, ns of host time. */
  public long windowNanos() {
    return Math.max(cpuWindowNanos(), pipes.map(PipeUse::lengthNanos).orElse(0L));
  }

  /** How far back what is told of CPU reaches, ns of host time. */
  public long cpuWindowNanos() {
    return recent.values().stream().mapToLong(CpuDelivery::lengthNanos).max().orElse(0);
  }
}
