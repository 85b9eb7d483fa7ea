package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;

/** What became of a model; written by the operator alone. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ScaleModelStatus(
    @JsonPropertyDescription("The generation of the spec that this status speaks of.")
        Long observedGeneration,
    @JsonPropertyDescription("The time dilation in force.") EffectiveDilation timeDilation,
    @JsonPropertyDescription("Where the nodes are, and what binds.") Plan plan,
    @JsonPropertyDescription("What became of the network.") NetworkStatus network,
    @JsonPropertyDescription("How many nodes are how far.") Counts counts,
    @JsonPropertyDescription("When nodes were not faithful; it never shrinks.") Fidelity fidelity,
    @JsonPropertyDescription("Accepted, Placed, Provisioned, Networked, Dilated, Ready, Faithful.")
        List<Condition> conditions) {

  public ScaleModelStatus {
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }

  /** Numbers of nodes that have come so far. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Counts(
      @JsonPropertyDescription("Nodes that the model has.") int nodes,
      @JsonPropertyDescription("Of them, those whose VM runs.") int provisioned,
      @JsonPropertyDescription("Of them, those whose CPU cap is in force.") int capped,
      @JsonPropertyDescription("Of them, those whose clock runs at T.") int dilated,
      @JsonPropertyDescription("Of them, those that are faithful.") int faithful) {}

  /** A placement, for people: per group in both frames, per host what is used. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Plan(
      @JsonPropertyDescription("The resource nearest to its limit, and where.") Binding binding,
      @JsonPropertyDescription("Each group's machine in both time frames.") @Size(max = 64)
          List<GroupPlan> groups,
      @JsonPropertyDescription("What each host carries for this model.") @Size(max = 5000)
          List<HostPlan> hosts) {
    public Plan {
      groups = groups == null ? List.of() : List.copyOf(groups);
      hosts = hosts == null ? List.of() : List.copyOf(hosts);
    }
  }

  /** The resource that is used most: {@code cpu}, {@code memory}, {@code disk...}, {@code nic}. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Binding(
      @JsonPropertyDescription("The resource, such as cpu or memory.") @Size(max = 63)
          String resource,
      @JsonPropertyDescription("The host.") @Size(max = 253) String host,
      @JsonPropertyDescription("Use, per cent of what may be planned.") Integer percent) {}

  /** A group's machine in the guest's frame and as the host must give it. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record GroupPlan(
      @JsonPropertyDescription("The group.") @Required @Size(max = 40) String name,
      @JsonPropertyDescription("How many nodes.") Integer replicas,
      @JsonPropertyDescription("One node as its guest sees it.") FrameView guest,
      @JsonPropertyDescription("What the host gives one node.") FrameView host) {}

  /** One node's resources in one time frame; cpu in millicores of a host core. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record FrameView(
      @JsonPropertyDescription("Thousandths of a host core.") Long cpuMillicores,
      @JsonPropertyDescription("Bytes.") Long memoryBytes,
      @JsonPropertyDescription("Bits per second of this frame.") Long nicBitsPerSecond,
      @JsonPropertyDescription("Bytes per second of this frame.") Long diskBytesPerSecond) {}

  /** What a host carries for this model, per cent of what may be planned. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record HostPlan(
      @JsonPropertyDescription("The host.") @Required @Size(max = 253) String name,
      @JsonPropertyDescription("Nodes of this model on it.") Integer nodes,
      @JsonPropertyDescription("CPU planned, per cent of what may be planned.") Integer cpuPercent,
      @JsonPropertyDescription("Memory planned, per cent of what may be planned.")
          Integer memoryPercent) {}

  /**
   * What a run's results are worth: all intervals in which a node was not faithful, since the model
   * was made. Never forgotten, so that a run with a bad interval cannot look clean later.
   *
   * @param unfaithfulIntervals of all nodes
   * @param unfaithfulNodes that ever had one
   * @param reasons of the condition Faithful in them
   * @param firstFrom beginning of the first, RFC 3339 UTC, host time
   * @param lastTo end of the last that has ended
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Fidelity(
      @JsonPropertyDescription("Intervals in which a node was not faithful, of all nodes.")
          Integer unfaithfulIntervals,
      @JsonPropertyDescription("Nodes that ever had one.") Integer unfaithfulNodes,
      @JsonPropertyDescription("Why: reasons of the condition Faithful.") @Size(max = 32)
          List<@Size(max = 63) String> reasons,
      @JsonPropertyDescription("Beginning of the first, host time, RFC 3339 UTC.") @Size(max = 64)
          String firstFrom,
      @JsonPropertyDescription("End of the last that has ended, host time, RFC 3339 UTC.")
          @Size(max = 64)
          String lastTo) {
    public Fidelity {
      reasons = reasons == null ? List.of() : List.copyOf(reasons);
    }
  }
}
