package dev.diecast.daemon.host;

import dev.diecast.daemon.cgroup.CgroupVersion;
import java.util.Optional;

/**
 * What was found out about this host.
 *
 * @param cpus online processors
 * @param memoryBytes of the host
 * @param diskBytes that new VMs may take on the file system of the state directory
 * @param tsc empty where no means of measuring it works
 * @param clocksource that the host's kernel keeps time by
 * @param steadyTsc whether the processor's TSC ticks evenly in all power states
 * @param coreIterationsPerSecond by {@link CoreSpeed}
 * @param cgroup empty where no mounted hierarchy has the cpu controller
 * @param hostModule whether diecast_kvm is loaded
 * @param hostModuleObstacle why it cannot dilate guests; empty where it can
 * @param cgroupWritable whether the daemon may change it
 * @param kernelPipesObstacle why pipes of the kernel's own queues cannot be made; empty where they
 *     can
 */
public record HostFacts(
    int cpus,
    long memoryBytes,
    long diskBytes,
    Optional<TscRate> tsc,
    String clocksource,
    boolean steadyTsc,
    long coreIterationsPerSecond,
    Optional<CgroupVersion> cgroup,
    boolean cgroupWritable,
    boolean kvm,
    boolean netem,
    boolean htb,
    boolean hostModule,
    Optional<String> hostModuleObstacle,
    Optional<String> kernelPipesObstacle) {

  /** Whether guests can be dilated by any means. */
  public boolean dilates() {
    return guestKernelObstacle().isEmpty() || hostModuleObstacle.isEmpty();
  }

  /** Why guests cannot be dilated by their kernel arguments here; empty where they can. */
  public Optional<String> guestKernelObstacle() {
    if (tsc.isEmpty()) {
      return Optional.of("the rate of the host's time stamp counter could not be found out");
    }
    if (!steadyTsc) {
      return Optional.of(
          "the processor's flags lack constant_tsc or nonstop_tsc: its counter does not tick"
              + " evenly");
    }
    return clocksource.equals("tsc")
        ? Optional.empty()
        : Optional.of("the host keeps time by " + clocksource + ", for it does not trust its TSC");
  }
}
