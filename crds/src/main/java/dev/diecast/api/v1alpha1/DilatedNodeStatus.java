package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;

/**
 * What a node has. The operator owns {@code observedGeneration} and the condition Provisioned; the
 * host's daemon owns {@code dilation}, {@code cpu}, {@code clock}, {@code fidelity}, {@code disks},
 * {@code appliedGeneration} and the conditions Capped, Throttled, Dilated and Faithful.
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record DilatedNodeStatus(
    @JsonPropertyDescription("The generation of the spec that the operator has acted on.")
        Long observedGeneration,
    @JsonPropertyDescription("The generation of the spec that the daemon has applied.")
        Long appliedGeneration,
    @JsonPropertyDescription("How its time is dilated, as read back.") Dilation dilation,
    @JsonPropertyDescription("CPU: due, applied, delivered.") Cpu cpu,
    @JsonPropertyDescription("The guest's clock against T.") Clock clock,
    @JsonPropertyDescription("Delivered over due, and when the node was not faithful.")
        Fidelity fidelity,
    @JsonPropertyDescription("Disks of the target machine: due, applied, delivered.")
        @Size(max = 16)
        List<DiskStatus> disks,
    @JsonPropertyDescription("Provisioned, Capped, Throttled, Dilated, Faithful.")
        List<Condition> conditions) {

  public DilatedNodeStatus {
    disks = disks == null ? List.of() : List.copyOf(disks);
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }

  /** Without disks, as the operator writes it. */
  public DilatedNodeStatus(
      Long observedGeneration,
      Long appliedGeneration,
      Cpu cpu,
      Clock clock,
      List<Condition> conditions) {
    this(observedGeneration, appliedGeneration, null, cpu, clock, null, List.of(), conditions);
  }

  /**
   * How a node's time is dilated.
   *
   * @param factorInEffect T that the host's module says is in effect on every vCPU, canonical;
   *     absent with GuestKernel, and while the module has not been told
   * @param process of the QEMU that it is in effect for: pid and start in clock ticks since the
   *     host's boot, {@code 1234/567890}. Whoever starts a guest paused may let it go once this is
   *     its process.
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Dilation(
      @JsonPropertyDescription("The driver in use.") Driver driver,
      @JsonPropertyDescription("T in effect on every vCPU, as the host's module says.")
          @Size(max = 19)
          String factorInEffect,
      @JsonPropertyDescription("pid/start ticks of the QEMU that it is in effect for.")
          @Size(max = 40)
          String process) {}

  /**
   * CPU of the vCPU threads in the host's frame. The cap is that of one vCPU, for each has its own;
   * what is due and what was used or waited is of all of them together.
   *
   * @param dueMicrocores what T gives all vCPUs together, c*s/T, millionths of a host core
   * @param quotaMicros CFS quota in force for each vCPU, microseconds per period
   * @param periodMicros CFS period in force for each vCPU
   * @param usageMicros CPU time the vCPU threads have used since the caps were applied
   * @param throttledMicros time the caps kept runnable vCPUs waiting, since they were applied
   * @param runDelayMicros time the vCPU threads were runnable and did not run for other reasons
   *     than the cap, since the caps were applied
   * @param measuredAt RFC 3339 UTC
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Cpu(
      @JsonPropertyDescription("What T gives all vCPUs together, millionths of a host core.")
          Long dueMicrocores,
      @JsonPropertyDescription("CFS quota of each single vCPU, microseconds per period.")
          Long quotaMicros,
      @JsonPropertyDescription("CFS period of each single vCPU, microseconds.") Long periodMicros,
      @JsonPropertyDescription(
              "Part of the quota that makes up for work lost to cold caches in every period.")
          Long correctionMicros,
      @JsonPropertyDescription("CPU time used by all vCPUs since they were capped, microseconds.")
          Long usageMicros,
      @JsonPropertyDescription("Time held back by the caps, all vCPUs, microseconds.")
          Long throttledMicros,
      @JsonPropertyDescription("Time held back by anything else, all vCPUs, microseconds.")
          Long runDelayMicros,
      @JsonPropertyDescription("When, host time, RFC 3339 UTC.") @Size(max = 64)
          String measuredAt) {}

  /**
   * The guest's clock, measured through the guest agent.
   *
   * @param ratePpb (T * dg/dt - 1) in parts per billion: 0 is true
   * @param rateErrorPpb half width of the interval that surely holds the rate
   * @param offsetMicros guest wall clock less model clock, guest microseconds
   * @param offsetErrorMicros half width of the interval that surely holds the offset
   * @param samples readings the estimate rests on
   * @param windowMillis host time between the first and the last of them
   * @param measuredAt host time of the last reading, RFC 3339 UTC
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Clock(
      @JsonPropertyDescription("(T * dg/dt - 1) in parts per billion: 0 is true.") Long ratePpb,
      @JsonPropertyDescription("Half width of the interval that holds the rate.") Long rateErrorPpb,
      @JsonPropertyDescription("Guest wall clock less model clock, guest microseconds.")
          Long offsetMicros,
      @JsonPropertyDescription("Half width of the interval that holds the offset.")
          Long offsetErrorMicros,
      @JsonPropertyDescription("Readings the estimate rests on.") Integer samples,
      @JsonPropertyDescription("Host time between the first and the last, milliseconds.")
          Long windowMillis,
      @JsonPropertyDescription("When, host time, RFC 3339 UTC.") @Size(max = 64)
          String measuredAt) {}

  /**
   * Whether the guest got what was due, since the node was first capped and dilated.
   *
   * @param deliveredPercent CPU delivered over due in the last seconds, of the vCPU farthest from
   *     100
   * @param unfaithfulIntervals how many there were
   * @param unfaithfulMillis host time of all of them
   * @param intervals the latest of them
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Fidelity(
      @JsonPropertyDescription(
              "CPU delivered over due in the last seconds, per cent, of the vCPU farthest from 100.")
          Integer deliveredPercent,
      @JsonPropertyDescription("Intervals in which the node was not faithful.")
          Integer unfaithfulIntervals,
      @JsonPropertyDescription("Host time of all of them, milliseconds.") Long unfaithfulMillis,
      @JsonPropertyDescription("The latest of them, in the order of their beginning.")
          @Size(max = 20)
          List<Interval> intervals) {
    public Fidelity {
      intervals = intervals == null ? List.of() : List.copyOf(intervals);
    }
  }

  /**
   * A stretch of host time in which the node was not faithful.
   *
   * @param from RFC 3339 UTC
   * @param to RFC 3339 UTC; absent while it lasts
   * @param reason of the condition Faithful meanwhile
   * @param deliveredPercent CPU delivered over due where it was farthest from 100
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Interval(
      @JsonPropertyDescription("Host time, RFC 3339 UTC.") @Size(max = 64) String from,
      @JsonPropertyDescription("Host time, RFC 3339 UTC; absent while it lasts.") @Size(max = 64)
          String to,
      @JsonPropertyDescription("The reason of the condition Faithful meanwhile.") @Size(max = 63)
          String reason,
      @JsonPropertyDescription("CPU delivered over due, per cent, where farthest from 100.")
          Integer deliveredPercent) {}
}
