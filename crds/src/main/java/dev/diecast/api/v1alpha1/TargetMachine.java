package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.diecast.core.Rational;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Optional;

/**
 * A machine as its guest sees it: every number is in the guest's time frame.
 *
 * @param relativeSpeed speed of one core over that of a host core, a rational string
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record TargetMachine(
    @JsonPropertyDescription("Virtual CPUs.") @Required @Min(1) @Max(256) Integer cpus,
    @JsonPropertyDescription(
            "Speed of one core over that of a host core, a rational string: 1, 3/5 or 0.6.")
        @Default("1")
        @Size(min = 1, max = 19)
        @ValidationRule(
            value = Rules.POSITIVE,
            message =
                "relativeSpeed is a rational number greater than 0, " + Rules.RATIONAL_MESSAGE)
        String relativeSpeed,
    @JsonPropertyDescription("Memory of the guest, such as 256Mi.")
        @Required
        @ValidationRule(
            value = Rules.ENOUGH_MEMORY,
            message = "memory is a quantity of at least " + Rules.LEAST_MEMORY + ", such as 128Mi")
        Quantity memory,
    @JsonPropertyDescription("Its network interface.") TargetNic nic,
    @JsonPropertyDescription("Its disks, beside the image it boots from.") @Size(max = 16)
        List<TargetDisk> disks) {

  public TargetMachine {
    disks = Lists.keepingNulls(disks);
  }

  /** Speed of one core over that of a host core; 1 where the model names none. */
  public Rational speed() {
    return relativeSpeed == null ? Rational.ONE : Rational.parse(relativeSpeed);
  }

  /** Memory of the guest in bytes: the same in both time frames. */
  public long memoryBytes() {
    return Quantities.wholeUnits(memory);
  }

  /** Bits per second in the guest's frame; empty where the NIC is not limited. */
  public Optional<Rational> nicBitsPerSecond() {
    return Optional.ofNullable(nic).map(TargetNic::rate);
  }
}
