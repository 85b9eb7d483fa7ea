package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** Nodes of one kind: so many of this machine, running this VM. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record NodeGroup(
    @JsonPropertyDescription("Unique in the model; nodes are called <model>-<group>-<index>.")
        @Required
        @Pattern(Rules.DNS_LABEL)
        @Size(min = 1, max = 40)
        String name,
    @JsonPropertyDescription("How many nodes of this kind the service has.")
        @Required
        @Min(1)
        @Max(10000)
        Integer replicas,
    @JsonPropertyDescription("The machine that each node believes to be, in guest time.") @Required
        TargetMachine machine,
    @JsonPropertyDescription("What runs on it: instancetype and image, or a template.") @Required
        VmSource vm) {}
