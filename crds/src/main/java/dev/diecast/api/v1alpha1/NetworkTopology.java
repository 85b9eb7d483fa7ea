package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** Where a topology comes from: exactly one of three. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value =
        "(has(self.configMap) ? 1 : 0) + (has(self.generate) ? 1 : 0)"
            + " + (has(self.links) && size(self.links) > 0 ? 1 : 0) == 1",
    message = "topology is one of configMap, generate and links")
public record NetworkTopology(
    @JsonPropertyDescription("A ConfigMap of this namespace that holds a topology in GML.")
        TopologyConfigMap configMap,
    @JsonPropertyDescription(
            "A topology by rule: star:LEAVES, ring:NODES, tree:FANOUT,DEPTH or"
                + " transit-stub:DOMAINS,NODES,STUBS,NODES@SEED.")
        @Size(min = 1, max = 100)
        String generate,
    @JsonPropertyDescription("Links; their ends are the topology's nodes.") @Size(max = 1000)
        List<NetworkLink> links) {

  public NetworkTopology {
    links = Lists.keepingNulls(links);
  }
}
