package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;

/** A host's facts, found out by its daemon and never guessed by the planner. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record DilationHostStatus(
    @JsonPropertyDescription("The generation of the spec that this status speaks of.")
        Long observedGeneration,
    @JsonPropertyDescription("What the host has.") Capacity capacity,
    @JsonPropertyDescription("What one VM costs the host beside its own cap and memory.")
        Overhead overheadPerNode,
    @JsonPropertyDescription("The rate of the host's time stamp counter.") Tsc tsc,
    @JsonPropertyDescription("Means of dilation, and why one is not to be had.") @Size(max = 8)
        List<DriverStatus> drivers,
    @JsonPropertyDescription("What the host's kernel offers.") Features features,
    @JsonPropertyDescription("Who has the host's CPUs.") Load load,
    @JsonPropertyDescription(
            "How fast a core counts, for a person to compare hosts by; see spec.relativeSpeed.")
        Long coreIterationsPerSecond,
    @JsonPropertyDescription("IP address at which it takes packets of other hosts' pipes.")
        @Size(max = 64)
        String peerAddress,
    @JsonPropertyDescription(
            "Public key (X25519) of its daemon, by which other hosts' daemons know its packets.")
        @Size(max = 64)
        String peerKey,
    @JsonPropertyDescription("What is added to caps for work lost to cold caches.")
        SwitchLosses switchLoss,
    @JsonPropertyDescription("Ready, Overloaded.") List<Condition> conditions) {

  public DilationHostStatus {
    drivers = drivers == null ? List.of() : List.copyOf(drivers);
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }

  /** Absent means not known and not limited. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Capacity(
      @JsonPropertyDescription("Cores.") Quantity cpu,
      @JsonPropertyDescription("Bytes.") Quantity memory,
      @JsonPropertyDescription("Bytes.") Quantity diskSpace,
      @JsonPropertyDescription("Bytes read and written per second.") Quantity diskBytesPerSecond,
      @JsonPropertyDescription("Reads and writes per second.") Quantity diskIops,
      @JsonPropertyDescription("Bits per second.") Quantity nicBitsPerSecond) {}

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Overhead(
      @JsonPropertyDescription("Cores.") Quantity cpu,
      @JsonPropertyDescription("Bytes.") Quantity memory) {}

  /**
   * @param source {@code KVM} (KVM_GET_TSC_KHZ), {@code Kernel} or {@code Calibrated}
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Tsc(
      @JsonPropertyDescription("kHz.") Long kilohertz,
      @JsonPropertyDescription("KVM, Kernel or Calibrated.") @Size(max = 63) String source) {}

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record DriverStatus(
      @JsonPropertyDescription("The driver.") @Required Driver name,
      @JsonPropertyDescription("Whether it works here.") Boolean available,
      @JsonPropertyDescription("Why it does not.") @Size(max = 4096) String reason) {}

  /**
   * @param cgroupVersion {@code v1} or {@code v2}
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Features(
      @JsonPropertyDescription("v1 or v2.") @Size(max = 8) String cgroupVersion,
      @JsonPropertyDescription("KVM boots guests.") Boolean kvm,
      @JsonPropertyDescription("The netem queueing discipline is there.") Boolean netem,
      @JsonPropertyDescription("The HTB queueing discipline is there.") Boolean htb,
      @JsonPropertyDescription("The host module is loaded.") Boolean hostModule,
      @JsonPropertyDescription(
              "Whether pipes of the kernel's own queues (HTB over netem, by destination) can be"
                  + " made, as tried.")
          KernelPipes kernelPipes) {}

  /**
   * @param reason what is missing, and what to do; absent where available
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record KernelPipes(
      @JsonPropertyDescription("Whether they can be made here.") Boolean available,
      @JsonPropertyDescription("Why they cannot, and what to do.") @Size(max = 4096)
          String reason) {}

  /**
   * Who had the host's CPUs in a few seconds of host time, thousandths of a CPU.
   *
   * @param vms DilatedNodes that run here
   * @param promisedMillicores what the caps in force add up to, and what emulator and I/O threads
   *     use beside them
   * @param ownMillicores used by VMs of ours
   * @param otherMillicores used by everything else
   * @param stolenMillicores kept from this host by the hypervisor below it
   * @param pressurePercent of the time some task waited for a CPU; absent where the kernel does not
   *     say
   * @param measuredAt RFC 3339 UTC
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Load(
      @JsonPropertyDescription("DilatedNodes that run here.") Integer vms,
      @JsonPropertyDescription(
              "What caps in force, emulator and I/O threads add up to, thousandths of a CPU.")
          Long promisedMillicores,
      @JsonPropertyDescription("Used by dilated VMs, thousandths of a CPU.") Long ownMillicores,
      @JsonPropertyDescription("Used by everything else, thousandths of a CPU.")
          Long otherMillicores,
      @JsonPropertyDescription("Kept by the hypervisor below, thousandths of a CPU.")
          Long stolenMillicores,
      @JsonPropertyDescription("Time in which some task waited for a CPU, per cent (PSI).")
          Integer pressurePercent,
      @JsonPropertyDescription("When, host time, RFC 3339 UTC.") @Size(max = 64)
          String measuredAt) {}
}
