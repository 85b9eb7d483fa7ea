package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;

/** What is said of a link, in the guest's frame; the rest is by default. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record LinkAttributes(
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
        Long queueBytes) {

  /** An hour. */
  public static final long MOST_DELAY_MICROS = 3_600_000_000L;

  static final String PERCENT =
      "self.matches('^[0-9]{1,3}([.][0-9]{1,7})?$') && double(self) <= 100.0";

  static final String PERCENT_MESSAGE = "lossPercent is a number from 0 to 100, such as \"0.1\"";

  public static final LinkAttributes NONE = new LinkAttributes(null, null, null, null, null);
}
