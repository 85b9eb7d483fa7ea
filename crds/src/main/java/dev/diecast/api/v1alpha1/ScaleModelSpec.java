package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

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
        List<NodeGroup> groups) {

  public ScaleModelSpec {
    groups = Lists.keepingNulls(groups);
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
