package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;

/**
 * A link between two nodes of a topology, the same both ways; of what is absent the topology or its
 * defaults tell.
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record NetworkLink(
    @JsonPropertyDescription("A node of the topology: its id, or its label.")
        @Required
        @Size(min = 1, max = 253)
        String from,
    @JsonPropertyDescription("Another node of the topology.") @Required @Size(min = 1, max = 253)
        String to,
    @JsonPropertyDescription("Bandwidth, guest's frame, such as 10M.")
        @ValidationRule(
            value = Rules.POSITIVE_QUANTITY,
            message = "bitsPerSecond is a quantity greater than 0, such as 10M")
        Quantity bitsPerSecond,
    @JsonPropertyDescription("Propagation delay, microseconds of the guest's frame.")
        @Min(0)
        @Max(LinkAttributes.MOST_DELAY_MICROS)
        Long delayMicros,
    @JsonPropertyDescription("Packets lost at random, per cent, such as \"0.1\".")
        @Size(min = 1, max = 19)
        @ValidationRule(value = LinkAttributes.PERCENT, message = LinkAttributes.PERCENT_MESSAGE)
        String lossPercent,
    @JsonPropertyDescription("How many packets may wait.") @Min(1) @Max(1_000_000)
        Integer queuePackets,
    @JsonPropertyDescription("How many bytes may wait, in place of queuePackets.")
        @Min(1514)
        @Max(1_000_000_000)
        Long queueBytes,
    @JsonPropertyDescription("Whether it is taken down.") Boolean down) {

  /** What it says of the link, apart from its being down. */
  public LinkAttributes attributes() {
    return new LinkAttributes(bitsPerSecond, delayMicros, lossPercent, queuePackets, queueBytes);
  }

  /** Whether it is taken down. */
  public boolean goesDown() {
    return Boolean.TRUE.equals(down);
  }
}
