package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import java.util.Optional;

@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ScaleModelSpec(
    @JsonPropertyDescription("By how much time is slowed inside every node, and by which means.")
        @Required
        TimeDilation timeDilation,
    @JsonPropertyDescription("Which hosts may be used, and what is kept free on each.")
        HostPolicy hosts,
    @JsonPropertyDescription("The nodes of the service, by kind.")
        @Required
        @Size(min = 1, max = 64)
        List<NodeGroup> groups,
    @JsonPropertyDescription(
            "The network that joins the nodes; without it they have that of their template alone.")
        NetworkSpec network,
    @JsonPropertyDescription("How far from the truth a run may be and still be believed.")
        FidelityThresholds fidelity) {

  public ScaleModelSpec {
    groups = Lists.keepingNulls(groups);
  }

  /** Without a network. */
  public ScaleModelSpec(TimeDilation timeDilation, HostPolicy hosts, List<NodeGroup> groups) {
    this(timeDilation, hosts, groups, null);
  }

  /** With the usual thresholds of fidelity. */
  public ScaleModelSpec(
      TimeDilation timeDilation, HostPolicy hosts, List<NodeGroup> groups, NetworkSpec network) {
    this(timeDilation, hosts, groups, network, null);
  }

  /** How far from the truth a run may be, defaults filled in. */
  public FidelityThresholds thresholds() {
    return fidelity == null ? FidelityThresholds.DEFAULT : fidelity;
  }

  /** The network that joins the nodes, where the model has one. */
  public Optional<NetworkSpec> networkSpec() {
    return Optional.ofNullable(network);
  }

  /** Which hosts and what reserve, defaults filled in. */
  public HostPolicy hostPolicy() {
    return hosts == null ? HostPolicy.DEFAULT : hosts;
  }

  /** Nodes of all groups of a valid model. */
  public int totalNodes() {
    return groups.stream().mapToInt(NodeGroup::replicas).sum();
  }
}
