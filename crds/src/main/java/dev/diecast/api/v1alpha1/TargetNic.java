package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.diecast.core.Rational;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;

/** A network interface in the guest's frame. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record TargetNic(
    @JsonPropertyDescription("Bits per second, such as 1G.")
        @Required
        @ValidationRule(
            value = Rules.POSITIVE_QUANTITY,
            message =
                "bitsPerSecond is a quantity greater than 0, such as 1G: leave nic out for no limit")
        Quantity bitsPerSecond) {

  /** Bits per second in the guest's frame. */
  public Rational rate() {
    return Quantities.exact(bitsPerSecond);
  }
}
