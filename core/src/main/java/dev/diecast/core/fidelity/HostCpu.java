package dev.diecast.core.fidelity;

/**
 * Who had a host's CPUs in a stretch of host time.
 *
 * @param cpus online
 * @param ownNanos CPU time of our VMs, emulator and I/O threads included
 * @param otherNanos CPU time of everything else
 * @param stealNanos time that the hypervisor below this host kept from it
 * @param promisedNanos what the caps in force on this host add up to, and what emulator and I/O
 *     threads used beside them
 * @param pressureNanos time in which at least one task of the host waited for a CPU (PSI, Linux,
 *     accounting/psi.rst); -1 where the kernel does not say
 */
public record HostCpu(
    long lengthNanos,
    int cpus,
    long ownNanos,
    long otherNanos,
    long stealNanos,
    long promisedNanos,
    long pressureNanos) {

  /** Nothing known yet. */
  public static final HostCpu UNKNOWN = new HostCpu(0, 0, 0, 0, 0, 0, -1);

  public long capacityNanos() {
    return lengthNanos * cpus;
  }

  /** Of the time that somebody wanted to run, the part that was stolen. */
  public double stolen() {
    long busy = ownNanos + otherNanos + stealNanos;
    return busy <= 0 ? 0 : stealNanos / (double) busy;
  }

  /** The caps promise more than there is: true before anybody suffers from it. */
  public boolean isOverpacked() {
    return lengthNanos > 0 && promisedNanos > capacityNanos();
  }

  /** The part of the capacity that others used. */
  public double others() {
    return lengthNanos <= 0 ? 0 : otherNanos / (double) capacityNanos();
  }
}
