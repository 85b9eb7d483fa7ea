package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/**
 * A topology with the nodes of a model on it, in the guest's frame. Numbers of routers, links and
 * hosts are places in the lists, from 0; virtual nodes are numbered through the attachments.
 *
 * @param distillation as {@code Distillation.parse} reads it
 * @param subnet of all addresses
 * @param hosts Kubernetes nodes that emulate, and on which nodes of the model are
 * @param routerHosts for each router the host of the pipes that begin there; -1 where none does
 * @param lastTrustedRevision absent where no other than the operator made a graph of the model
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(value = "self == oldSelf", message = "a PipeGraph never changes: make another one")
public record PipeGraphSpec(
    @JsonPropertyDescription("Name of its ScaleModel.") @Required @Size(min = 1, max = 63)
        String model,
    @JsonPropertyDescription("Of several of one model the greatest holds.") @Required @Min(1)
        Long revision,
    @JsonPropertyDescription("hop-by-hop, end-to-end, walk-in:HOPS or walk-out:HOPS,CORE-HOPS.")
        @Required
        @Size(min = 1, max = 40)
        String distillation,
    @JsonPropertyDescription("Subnet of the nodes' addresses.") @Required @Size(min = 9, max = 18)
        String subnet,
    @JsonPropertyDescription("Kubernetes nodes that emulate it.") @Required @Size(max = 64)
        List<@Size(max = 253) String> hosts,
    @JsonPropertyDescription("UDP port by which they hand packets over; absent where one has all.")
        @Min(1024)
        @Max(65535)
        Integer peerPort,
    @JsonPropertyDescription("Nodes of the topology, by id.") @Required @Size(max = 50000)
        List<@Size(max = 253) String> routers,
    @JsonPropertyDescription("For each of them the host of the pipes that begin there, or -1.")
        @Required
        @Size(max = 50000)
        List<Integer> routerHosts,
    @JsonPropertyDescription("Links of the topology.") @Size(max = 200000) List<Link> links,
    @JsonPropertyDescription("Nodes of the model on the topology, by group.")
        @Required
        @Size(max = 64)
        List<Attachment> attachments,
    @JsonPropertyDescription("What emulates it; Core where absent.") Engine engine,
    @JsonPropertyDescription(
            "Revisions above it and below this one were not the operator's: what pipes did by them"
                + " is held against the run.")
        @Min(0)
        Long lastTrustedRevision) {

  public PipeGraphSpec {
    hosts = hosts == null ? List.of() : List.copyOf(hosts);
    routers = routers == null ? List.of() : List.copyOf(routers);
    routerHosts = routerHosts == null ? List.of() : List.copyOf(routerHosts);
    links = links == null ? List.of() : List.copyOf(links);
    attachments = attachments == null ? List.of() : List.copyOf(attachments);
  }

  /**
   * The same, in place of graphs that others have made.
   *
   * @param revision the last one that the operator made, 0 where there is none
   */
  public PipeGraphSpec trustedTo(long revision) {
    return new PipeGraphSpec(
        model,
        this.revision,
        distillation,
        subnet,
        hosts,
        peerPort,
        routers,
        routerHosts,
        links,
        attachments,
        engine,
        revision);
  }

  /** What emulates it, {@code Core} where nothing is said. */
  public Engine engineOrDefault() {
    return engine == null ? Engine.Core : engine;
  }

  /**
   * One link.
   *
   * @param forward from a to b
   * @param backward from b to a; as forward where absent
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Link(
      @JsonPropertyDescription("A router.") @Required @Min(0) Integer a,
      @JsonPropertyDescription("Another router.") @Required @Min(0) Integer b,
      @JsonPropertyDescription("What happens to packets from a to b.") @Required
          PipeDescription forward,
      @JsonPropertyDescription("From b to a; as forward where absent.") PipeDescription backward,
      @JsonPropertyDescription("Whether it is down.") Boolean down) {}

  /** What a pipe does to packets, guest's frame. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record PipeDescription(
      @JsonPropertyDescription("Bandwidth.") @Required @Min(1) Long bitsPerSecond,
      @JsonPropertyDescription("Propagation delay.") @Min(0) Long delayNanos,
      @JsonPropertyDescription("Random loss.") @Min(0) @Max(1_000_000_000)
          Integer lossPartsPerBillion,
      @JsonPropertyDescription("How many packets may wait.") @Min(1) Integer queuePackets,
      @JsonPropertyDescription("How many bytes may wait.") @Min(1) Long queueBytes) {}

  /**
   * The nodes of one group.
   *
   * @param firstAddress of node 0; the others follow
   * @param routers on which each node hangs
   * @param hosts on which each node's VM is
   * @param access both ways
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Attachment(
      @JsonPropertyDescription("The group.") @Required @Size(min = 1, max = 40) String group,
      @JsonPropertyDescription("Address of its node 0; the others follow.")
          @Required
          @Size(min = 7, max = 15)
          String firstAddress,
      @JsonPropertyDescription("The router on which each node hangs.") @Required @Size(max = 10000)
          List<Integer> routers,
      @JsonPropertyDescription("The host on which each node's VM is.") @Required @Size(max = 10000)
          List<Integer> hosts,
      @JsonPropertyDescription("The link by which each hangs on its router.") @Required
          PipeDescription access) {
    public Attachment {
      routers = routers == null ? List.of() : List.copyOf(routers);
      hosts = hosts == null ? List.of() : List.copyOf(hosts);
    }
  }
}
