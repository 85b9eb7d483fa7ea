package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.time.ModelClock;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * The dilation that a node or model really has.
 *
 * @param factor T in canonical form, never {@code auto}
 * @param modelClockOrigin a host time; RFC 3339 UTC with microseconds
 * @param modelTimeAtOrigin what the model's clock shows then, in the same form: model(t) =
 *     modelTimeAtOrigin + (t - origin) / T; the origin itself where absent, which it is until T has
 *     changed in running guests
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record EffectiveDilation(
    @JsonPropertyDescription("T in canonical form, such as 10 or 5/2.")
        @Required
        @Size(min = 1, max = 19)
        String factor,
    @JsonPropertyDescription("How time is dilated.") @Required Driver driver,
    @JsonPropertyDescription(
            "A host time t0 of the model's clock: model(t) = modelTimeAtOrigin + (t - t0)/T; from"
                + " then on T is in effect.")
        @Required
        @Size(min = 1, max = 40)
        String modelClockOrigin,
    @JsonPropertyDescription(
            "What the model's clock shows at its origin; the origin where absent, as it is until T"
                + " has changed in running guests.")
        @Size(min = 1, max = 40)
        String modelTimeAtOrigin) {

  /** Of a clock that began at this T. */
  public EffectiveDilation(String factor, Driver driver, String modelClockOrigin) {
    this(factor, driver, modelClockOrigin, null);
  }

  /** T. */
  public DilationFactor dilationFactor() {
    return DilationFactor.parse(factor);
  }

  /** The host time from which this T is in effect. */
  public Instant origin() {
    return Instant.parse(modelClockOrigin);
  }

  /**
   * The clock that the guests share.
   *
   * @throws IllegalArgumentException where a field is no factor or time; says which
   */
  public ModelClock modelClock() {
    Instant origin = instant("modelClockOrigin", modelClockOrigin);
    Instant start =
        modelTimeAtOrigin == null ? origin : instant("modelTimeAtOrigin", modelTimeAtOrigin);
    return new ModelClock(origin, start, dilationFactor());
  }

  private static Instant instant(String field, String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "spec.timeDilation." + field + ": \"" + text + "\" is no RFC 3339 time in UTC", e);
    }
  }
}
