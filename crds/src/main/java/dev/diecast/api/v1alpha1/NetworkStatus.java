package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/**
 * What became of a model's topology: how much of it is emulated, what that costs and gets wrong,
 * and which host does what. Guest's frame.
 *
 * @param engine what emulates it
 * @param crossHostPercent of all steps of packets from pipe to pipe, weighted by bits
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record NetworkStatus(
    @JsonPropertyDescription("The PipeGraph in force.") @Size(max = 253) String graph,
    @JsonPropertyDescription("Nodes of the topology.") Integer routers,
    @JsonPropertyDescription("Links of the topology.") Integer links,
    @JsonPropertyDescription("Of them, those that are down.") Integer linksDown,
    @JsonPropertyDescription("How much is emulated.") @Size(max = 40) String distillation,
    @JsonPropertyDescription("What emulates the pipes.") Engine engine,
    @JsonPropertyDescription("Unidirectional pipes.") Long pipes,
    @JsonPropertyDescription("Memory of all pipes without packets, bytes.") Long estimatedBytes,
    @JsonPropertyDescription("The most pipes that a packet passes.") Integer longestPathPipes,
    @JsonPropertyDescription("What the distillation gets wrong against hop-by-hop.") Error error,
    @JsonPropertyDescription("Traffic that goes on to another host's pipe, per cent.")
        Integer crossHostPercent,
    @JsonPropertyDescription("The pipe within the network that saturates first.") @Size(max = 1024)
        String saturates,
    @JsonPropertyDescription("Nodes that reach each other, where not all do.") @Size(max = 11)
        List<@Size(max = 1024) String> disconnectedParts,
    @JsonPropertyDescription("What was made of a topology that is not as one expects it.")
        @Size(max = 20)
        List<@Size(max = 1024) String> notices,
    @JsonPropertyDescription("What each host does for the network.") @Size(max = 64)
        List<Host> hosts) {

  public NetworkStatus {
    disconnectedParts = disconnectedParts == null ? List.of() : List.copyOf(disconnectedParts);
    notices = notices == null ? List.of() : List.copyOf(notices);
    hosts = hosts == null ? List.of() : List.copyOf(hosts);
  }

  /**
   * The greatest deviations of any flow.
   *
   * @param exact whether all flows were compared
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Error(
      @JsonPropertyDescription("Propagation delay of a path, microseconds.") Long pathDelayMicros,
      @JsonPropertyDescription("Delay of a full frame on an idle path, microseconds.")
          Long frameDelayMicros,
      @JsonPropertyDescription("Bandwidth of a path's narrowest pipe, per cent.")
          Integer bottleneckPercent,
      @JsonPropertyDescription("Pairs of flows that no longer share their bottleneck, per cent.")
          Integer sharedBottlenecksLostPercent,
      @JsonPropertyDescription("Whether all flows were compared, and not only some.")
          Boolean exact) {}

  /** One host's part. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Host(
      @JsonPropertyDescription("The host.") @Required @Size(max = 253) String name,
      @JsonPropertyDescription("Nodes of the model on it.") Integer nodes,
      @JsonPropertyDescription("Pipes that it emulates.") Long pipes,
      @JsonPropertyDescription("Expected through all of them, guest's frame.")
          Long pipeBitsPerSecond,
      @JsonPropertyDescription("Expected to other hosts, guest's frame.") Long sentBitsPerSecond) {}
}
