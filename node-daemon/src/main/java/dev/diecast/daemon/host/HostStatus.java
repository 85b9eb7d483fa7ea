package dev.diecast.daemon.host;

import dev.diecast.api.v1alpha1.DilationHostStatus;
import dev.diecast.api.v1alpha1.DilationHostStatus.Capacity;
import dev.diecast.api.v1alpha1.DilationHostStatus.DriverStatus;
import dev.diecast.api.v1alpha1.DilationHostStatus.Features;
import dev.diecast.api.v1alpha1.DilationHostStatus.KernelPipes;
import dev.diecast.api.v1alpha1.DilationHostStatus.Load;
import dev.diecast.api.v1alpha1.DilationHostStatus.Tsc;
import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.api.v1alpha1.SwitchLosses;
import dev.diecast.core.fidelity.Cause;
import dev.diecast.core.fidelity.HostCpu;
import dev.diecast.daemon.cgroup.CgroupVersion;
import dev.diecast.daemon.network.PublishedPeer;
import dev.diecast.daemon.overload.HostOverload;
import dev.diecast.daemon.status.Conditions;
import dev.diecast.daemon.status.Conditions.Claim;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Facts as a DilationHost states them. Pure. */
final class HostStatus {
  private static final String READY = "Ready";
  static final String OVERLOADED = "Overloaded";

  /** A shared machine counts by so much faster at one time than at another. */
  private static final double CORE_SPEED_NOISE = 0.2;

  private HostStatus() {}

  /**
   * @param overload who has its CPUs at the moment
   * @param before what is published now
   * @param generation of the DilationHost
   * @param vmsHere whether VMs of ours run here; their disks have taken room that they have been
   *     planned with, so the disk space stays as it was published
   */
  static DilationHostStatus of(
      HostFacts facts,
      HostSettings settings,
      HostOverload overload,
      Optional<DilationHostStatus> before,
      Long generation,
      boolean vmsHere,
      Instant now) {
    Optional<TscRate> published = before.map(DilationHostStatus::tsc).flatMap(HostStatus::rate);
    Optional<TscRate> tsc = facts.tsc().map(rate -> rate.steadiedBy(published));
    return new DilationHostStatus(
        generation,
        new Capacity(
            new Quantity(Integer.toString(facts.cpus())),
            new Quantity(Long.toString(facts.memoryBytes())),
            diskSpace(facts, before, vmsHere),
            null,
            null,
            null),
        settings.overhead(),
        tsc.map(rate -> new Tsc(rate.kilohertz(), rate.source().name())).orElse(null),
        drivers(facts),
        new Features(
            facts.cgroup().map(CgroupVersion::text).orElse(null),
            facts.kvm(),
            facts.netem(),
            facts.htb(),
            facts.hostModule(),
            new KernelPipes(
                facts.kernelPipesObstacle().isEmpty(), facts.kernelPipesObstacle().orElse(null))),
        load(overload, now),
        coreSpeed(facts, before),
        settings.peer().map(PublishedPeer::address).orElse(null),
        settings.peer().map(PublishedPeer::publicKey).orElse(null),
        new SwitchLosses(
            settings.correction().emulated().toString(),
            settings.correction().virtualised().toString()),
        Conditions.dated(
            List.of(ready(facts), overloaded(overload)),
            before.map(DilationHostStatus::conditions).orElse(List.of()),
            generation,
            now));
  }

  /** What is published, unless it is another speed than noise explains. */
  static long coreSpeed(HostFacts facts, Optional<DilationHostStatus> before) {
    long now = facts.coreIterationsPerSecond();
    return before
        .map(DilationHostStatus::coreIterationsPerSecond)
        .filter(published -> Math.abs(now - published) <= CORE_SPEED_NOISE * published)
        .orElse(now);
  }

  private static Optional<TscRate> rate(Tsc tsc) {
    try {
      return Optional.of(new TscRate(tsc.kilohertz(), TscRate.Source.valueOf(tsc.source())));
    } catch (IllegalArgumentException | NullPointerException e) {
      return Optional.empty(); // published by a version with other sources
    }
  }

  /** Whole gibibytes, so that every file written does not change the host's capacity. */
  private static Quantity diskSpace(
      HostFacts facts, Optional<DilationHostStatus> before, boolean vmsHere) {
    Optional<Quantity> published =
        before.map(DilationHostStatus::capacity).map(Capacity::diskSpace).filter(_ -> vmsHere);
    return published.orElseGet(() -> new Quantity((facts.diskBytes() >> 30) + "Gi"));
  }

  private static List<DriverStatus> drivers(HostFacts facts) {
    Optional<String> obstacle = facts.guestKernelObstacle();
    return List.of(
        new DriverStatus(Driver.GuestKernel, obstacle.isEmpty(), obstacle.orElse(null)),
        new DriverStatus(
            Driver.HostModule,
            facts.hostModuleObstacle().isEmpty(),
            facts.hostModuleObstacle().orElse(null)));
  }

  /** Never null: it would be taken back from the API server, which some versions cannot do. */
  private static Load load(HostOverload overload, Instant now) {
    HostCpu cpu = overload.cpu();
    if (overload.vms() == 0 || cpu.lengthNanos() <= 0) {
      return new Load(0, null, null, null, null, null, null);
    }
    return new Load(
        overload.vms(),
        millicores(cpu.promisedNanos(), cpu),
        millicores(cpu.ownNanos(), cpu),
        millicores(cpu.otherNanos(), cpu),
        millicores(cpu.stealNanos(), cpu),
        cpu.pressureNanos() < 0
            ? null
            : (int) Math.min(100, cpu.pressureNanos() * 100 / cpu.lengthNanos()),
        now.truncatedTo(ChronoUnit.MILLIS).toString());
  }

  private static long millicores(long nanos, HostCpu cpu) {
    return Math.round(nanos * 1000.0 / cpu.lengthNanos());
  }

  private static Claim overloaded(HostOverload overload) {
    return overload
        .cause()
        .map(cause -> new Claim(OVERLOADED, Conditions.TRUE, cause.name(), why(cause, overload)))
        .orElseGet(
            () ->
                new Claim(
                    OVERLOADED,
                    Conditions.FALSE,
                    "WithinCapacity",
                    "what the caps promise can be had"));
  }

  private static String why(Cause cause, HostOverload overload) {
    if (cause == Cause.HostOverpacked) {
      return "the caps of %d VMs and what they cost beside promise %d of %d thousandths of a CPU: move or remove VMs"
          .formatted(
              overload.vms(),
              millicores(overload.cpu().promisedNanos(), overload.cpu()),
              1000L * overload.cpu().cpus());
    }
    return "%d of %d VMs do not get what is due to them"
        .formatted(overload.unfaithful().get(cause), overload.vms());
  }

  private static Claim ready(HostFacts facts) {
    if (facts.cgroup().isEmpty()) {
      return new Claim(
          READY,
          Conditions.FALSE,
          "NotPrivileged",
          "no mounted cgroup hierarchy has the cpu"
              + " controller: mount the host's /sys/fs/cgroup into the daemon's pod");
    }
    if (!facts.cgroupWritable()) {
      return new Claim(
          READY,
          Conditions.FALSE,
          "NotPrivileged",
          "the cgroup file system is not writable: run the daemon privileged");
    }
    return facts.dilates()
        ? new Claim(READY, Conditions.TRUE, "FactsKnown", "ready for dilated VMs")
        : new Claim(
            READY,
            Conditions.FALSE,
            "NoDriver",
            "GuestKernel: %s. HostModule: %s"
                .formatted(
                    facts.guestKernelObstacle().orElseThrow(),
                    facts.hostModuleObstacle().orElseThrow()));
  }
}
