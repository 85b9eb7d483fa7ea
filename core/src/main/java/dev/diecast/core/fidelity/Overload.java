package dev.diecast.core.fidelity;

import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * Whether a VM was cheated, and by whom. The rule: a vCPU that was runnable and not throttled and
 * still did not run was cheated; who had the CPU meanwhile is to blame.
 */
public final class Overload {
  /** Others that use less of a host than this explain nothing. */
  private static final double NOTABLE = 0.03;

  /** Stolen time of less than this part is what every virtual machine sees. */
  private static final double STOLEN = 0.1;

  private Overload() {}

  /** Empty where nothing speaks against the VM being faithful; what is sure comes first. */
  public static Optional<Judgement> judge(Evidence evidence, Tolerances tolerances) {
    return sure(evidence)
        .or(() -> evidence.drift().map(cause -> drift(cause, evidence.sinceLast())))
        .or(() -> starved(evidence, tolerances))
        .or(() -> stolen(evidence, tolerances))
        .or(() -> excessive(evidence, tolerances))
        .or(evidence::diskLimits)
        .or(() -> evidence.disk().flatMap(Overload::disk))
        .or(() -> evidence.pipes().flatMap(pipes -> overloaded(pipes, tolerances)))
        .or(() -> evidence.pipes().flatMap(Overload::late));
  }

  private static Optional<Judgement> sure(Evidence evidence) {
    return evidence.sure().entrySet().stream()
        .min(Map.Entry.comparingByKey())
        .map(found -> new Judgement(found.getKey(), 1, found.getValue()));
  }

  private static Judgement drift(Cause cause, SortedMap<Integer, CpuDelivery> sinceLast) {
    double worst =
        sinceLast.values().stream()
            .map(CpuDelivery::delivered)
            .max(Comparator.comparingDouble(Overload::distance))
            .orElse(1.0);
    String what =
        cause == Cause.CapChanged
            ? "somebody else had changed its cap"
            : "somebody else had moved its threads to another cgroup";
    return new Judgement(
        cause,
        worst,
        format(
            "%s; it was put right. Since it was last seen right the worst vCPU got %.0f %% of what"
                + " was due",
            what, worst * 100));
  }

  private static Optional<Judgement> starved(Evidence evidence, Tolerances tolerances) {
    // One starved vCPU is a guest cheated, however well the others fare.
    return evidence.recent().entrySet().stream()
        .filter(vcpu -> vcpu.getValue().isStarved(tolerances))
        .max(Comparator.comparingDouble(vcpu -> vcpu.getValue().starved()))
        .map(
            vcpu ->
                new Judgement(
                    whyStarved(evidence.host(), evidence.limitAbove()),
                    vcpu.getValue().delivered(),
                    describe("vCPU " + vcpu.getKey(), vcpu.getValue()) + who(evidence.host())));
  }

  /**
   * Who kept a vCPU waiting. Where the host is packed past what it has and others run as well, the
   * greater of the two is named.
   */
  static Cause whyStarved(HostCpu host, boolean limitAbove) {
    if (limitAbove) {
      return Cause.LimitAbove;
    }
    if (host.stolen() > STOLEN && host.stealNanos() >= host.otherNanos()) {
      return Cause.CpuStolen;
    }
    if (host.isOverpacked() && host.promisedNanos() - host.capacityNanos() >= host.otherNanos()) {
      return Cause.HostOverpacked;
    }
    if (host.others() > NOTABLE) {
      return Cause.CpuContention;
    }
    return host.isOverpacked() ? Cause.HostOverpacked : Cause.CpuStarved;
  }

  /**
   * Why a host cannot give its VMs what is due; empty where it can.
   *
   * @param suffered what its VMs suffer from at the moment
   */
  public static Optional<Cause> hostCause(HostCpu host, Set<Cause> suffered) {
    return host.isOverpacked()
        ? Optional.of(Cause.HostOverpacked)
        : suffered.stream()
            .filter(cause -> cause.isStarvation() || isOfHost(cause))
            .min(Comparator.naturalOrder());
  }

  private static boolean isOfHost(Cause cause) {
    return cause == Cause.DiskContention || cause == Cause.PipesLate;
  }

  /** Many kernels count stolen time as time that a thread ran. */
  private static Optional<Judgement> stolen(Evidence evidence, Tolerances tolerances) {
    double stolen = evidence.host().stolen();
    boolean works =
        evidence.recent().values().stream()
            .anyMatch(v -> v.usageNanos() > CpuDelivery.NEGLIGIBLE * v.capNanos());
    return stolen > tolerances.cpuRatio() && works
        ? Optional.of(
            new Judgement(
                Cause.CpuStolen,
                1 - stolen,
                format(
                    "the hypervisor below this host kept %.0f %% of the CPU time that was wanted",
                    stolen * 100)))
        : Optional.empty();
  }

  private static Optional<Judgement> excessive(Evidence evidence, Tolerances tolerances) {
    return evidence.recent().entrySet().stream()
        .filter(vcpu -> vcpu.getValue().isExcessive(tolerances))
        .max(Comparator.comparingDouble(vcpu -> vcpu.getValue().delivered()))
        .map(Overload::excessive);
  }

  private static Judgement excessive(Map.Entry<Integer, CpuDelivery> vcpu) {
    return new Judgement(
        Cause.CpuExcess,
        vcpu.getValue().delivered(),
        format(
            "vCPU %d ran %.3f s; its cap allows %.3f s",
            vcpu.getKey(), vcpu.getValue().usageNanos() / 1e9, vcpu.getValue().capNanos() / 1e9));
  }

  private static Optional<Judgement> disk(DiskUse disk) {
    return disk.isSaturatedByOthers() && disk.isUsed()
        ? Optional.of(
            new Judgement(
                Cause.DiskContention,
                1,
                format(
                    "%s, which holds its disks, was busy for %.0f %% of the time with %.0f requests"
                        + " at a time; %.0f %% of the bytes were of others",
                    disk.device(), disk.busy() * 100, disk.queueLength(), disk.others() * 100)))
        : Optional.empty();
  }

  private static Optional<Judgement> overloaded(PipeUse pipes, Tolerances tolerances) {
    return pipes.isOverloaded(tolerances)
        ? Optional.of(
            new Judgement(
                Cause.PipeOverload,
                1 - pipes.wrong(),
                format(
                    "in the last %.1f s the pipes delivered %d frames, %d of them too late, and"
                        + " lost %d that the model does not lose",
                    pipes.lengthNanos() / 1e9,
                    pipes.deliveredFrames(),
                    pipes.lateFrames(),
                    pipes.lostFrames())))
        : Optional.empty();
  }

  private static Optional<Judgement> late(PipeUse pipes) {
    return pipes.isOverdue()
        ? Optional.of(
            new Judgement(
                Cause.PipesLate,
                1 - pipes.overdue(),
                format(
                    "in the last %.1f s the pipes delivered %d frames, %d of them later than 1 %%"
                        + " of their way's time and 100 us of the host's",
                    pipes.lengthNanos() / 1e9, pipes.deliveredFrames(), pipes.overdueFrames())))
        : Optional.empty();
  }

  /** What was due and what was had, in one sentence. */
  public static String describe(String vcpus, CpuDelivery delivery) {
    return format(
        "in the last %.1f s %s ran %.3f s; %.3f s were due for the time of work; other waits than"
            + " the cap's took %.3f s",
        delivery.lengthNanos() / 1e9,
        vcpus,
        delivery.usageNanos() / 1e9,
        delivery.dueNanos() / 1e9,
        delivery.runDelayNanos() / 1e9);
  }

  private static String who(HostCpu host) {
    if (host.lengthNanos() <= 0) {
      return "";
    }
    double window = host.lengthNanos();
    return format(
        "; of %d CPUs our VMs used %.2f, others %.2f, %.2f were stolen; the caps promise %.2f",
        host.cpus(),
        host.ownNanos() / window,
        host.otherNanos() / window,
        host.stealNanos() / window,
        host.promisedNanos() / window);
  }

  private static double distance(double delivered) {
    return Math.abs(delivered - 1);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
