package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** Where the nodes of a group hang on the topology. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "!(has(self.nodes) && size(self.nodes) > 0 && has(self.randomSeed))",
    message = "an attachment has nodes or randomSeed, not both")
public record NetworkAttachment(
    @JsonPropertyDescription("The group.") @Required @Size(min = 1, max = 40) String group,
    @JsonPropertyDescription("Nodes of the topology, by id or label, to go round.")
        @Size(max = 10000)
        List<@Size(min = 1, max = 253) String> nodes,
    @JsonPropertyDescription("Places are drawn at random with this seed.")
        @Min(0)
        @Max(9_007_199_254_740_991L)
        Long randomSeed,
    @JsonPropertyDescription("The link by which each hangs on its place.")
        LinkAttributes accessLink) {

  public NetworkAttachment {
    nodes = Lists.keepingNulls(nodes);
  }
}
