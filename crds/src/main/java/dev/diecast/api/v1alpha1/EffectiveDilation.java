package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.diecast.core.DilationFactor;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.time.Instant;

/**
 * The dilation that a node or model really has.
 *
 * @param factor T in canonical form, never {@code auto}
 * @param modelClockOrigin the instant at which model time and host time are equal: model(t) =
 *     origin + (t - origin) / T; RFC 3339 UTC with microseconds
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record EffectiveDilation(
    @JsonPropertyDescription("T in canonical form, such as 10 or 5/2.")
        @Required
        @Size(min = 1, max = 19)
        String factor,
    @JsonPropertyDescription("How time is dilated.") @Required Driver driver,
    @JsonPropertyDescription(
            "Where model time and host time meet: model(t) = origin + (t - origin)/T.")
        @Required
        @Size(min = 1, max = 40)
        String modelClockOrigin) {

  /** T. */
  public DilationFactor dilationFactor() {
    return DilationFactor.parse(factor);
  }

  /** The instant at which model time and host time are equal. */
  public Instant origin() {
    return Instant.parse(modelClockOrigin);
  }
}
