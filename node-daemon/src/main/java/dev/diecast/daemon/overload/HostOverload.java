package dev.diecast.daemon.overload;

import dev.diecast.core.fidelity.Cause;
import dev.diecast.core.fidelity.HostCpu;
import dev.diecast.core.fidelity.Overload;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * How loaded the host is.
 *
 * @param vms of ours that run
 * @param cpu who had its CPUs in the last window
 * @param unfaithful how many VMs are not faithful now, by cause
 */
public record HostOverload(int vms, HostCpu cpu, Map<Cause, Integer> unfaithful) {
  public static final HostOverload IDLE = new HostOverload(0, HostCpu.UNKNOWN, Map.of());

  public HostOverload {
    unfaithful = Map.copyOf(unfaithful);
  }

  public static HostOverload of(int vms, HostCpu cpu, Iterable<FidelityWatch.Verdict> verdicts) {
    Map<Cause, Integer> unfaithful = new EnumMap<>(Cause.class);
    for (FidelityWatch.Verdict verdict : verdicts) {
      verdict.bad().ifPresent(bad -> unfaithful.merge(bad.cause(), 1, Integer::sum));
    }
    return new HostOverload(vms, cpu, unfaithful);
  }

  /** Why it cannot give its VMs what is due; empty where it can. */
  public Optional<Cause> cause() {
    return Overload.hostCause(cpu, unfaithful.keySet());
  }
}
