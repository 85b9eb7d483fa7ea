package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.diecast.core.Rational;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** What an administrator may say of a host. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record DilationHostSpec(
    @JsonPropertyDescription("No new nodes are placed here while true.") Boolean unschedulable,
    @JsonPropertyDescription(
            "Speed of a core of this host over that of the core that relativeSpeed of machines is"
                + " measured by, so that a machine is as fast on every host.")
        @Size(min = 1, max = 19)
        @ValidationRule(
            value = Rules.POSITIVE,
            message =
                "relativeSpeed is a rational number greater than 0, " + Rules.RATIONAL_MESSAGE)
        String relativeSpeed,
    @JsonPropertyDescription(
            "What caps on this host are wider by, as measured on it; in place of what its daemon"
                + " was started with.")
        @ValidationRule(
            value = Rules.SWITCH_LOSSES,
            message =
                "emulatedMicros and virtualisedMicros are microseconds per period, such as 1000, or"
                    + " a table by T over relative speed, such as 2:800,10:1800")
        SwitchLosses switchLoss) {

  /** Of a host of which nothing is said. */
  public DilationHostSpec() {
    this(null, null, null);
  }

  /**
   * Speed of one of its cores over the reference; 1 where nothing is said.
   *
   * @throws IllegalArgumentException where an API server without CEL has let a text through that is
   *     no number above 0
   */
  public Rational speed() {
    Rational speed = relativeSpeed == null ? Rational.ONE : Rational.parse(relativeSpeed);
    if (speed.signum() <= 0) {
      throw new IllegalArgumentException(
          "spec.relativeSpeed: \"%s\" is not greater than 0".formatted(relativeSpeed));
    }
    return speed;
  }

  /** Whether new nodes may be placed here. */
  public boolean acceptsNodes() {
    return !Boolean.TRUE.equals(unschedulable);
  }
}
