package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/**
 * A node's interface to the emulated network. Which pipes lead from it is in the model's {@link
 * PipeGraph} of the greatest revision, so that nothing here changes while links do.
 *
 * @param address with the subnet's prefix length: {@code 10.64.1.3/10}
 * @param macAddress of the interface
 * @param names of all nodes, as the guest's kernel is told them: {@code
 *     web@10.64.1.0+256,db@10.64.2.0+256}: node {@code web-3} has address 10.64.1.3
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record NodeNetwork(
    @JsonPropertyDescription("IPv4 address with prefix length, such as 10.64.1.3/10.")
        @Required
        @Size(min = 9, max = 18)
        String address,
    @JsonPropertyDescription("MAC address of the interface.") @Required @Size(min = 17, max = 17)
        String macAddress,
    @JsonPropertyDescription("MTU, bytes.") @Required @Min(576) @Max(9000) Integer mtuBytes,
    @JsonPropertyDescription(
            "Groups with the first of their addresses and how many they have:"
                + " web@10.64.1.0+256,db@10.64.2.0+256.")
        @Required
        @Size(min = 1, max = 1200)
        String names) {}
