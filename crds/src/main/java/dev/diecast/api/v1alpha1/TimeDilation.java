package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.diecast.core.DilationFactor;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * The time dilation asked for.
 *
 * @param factor a rational string ({@code 10}, {@code 5/2}, {@code 2.5}) or {@code auto}
 * @param max the largest factor that {@code auto} may choose
 * @param driver how time is dilated
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record TimeDilation(
    @JsonPropertyDescription(
            "Time dilation factor T as a rational string, 1 to 1000: 10, 5/2 or 2.5;"
                + " or auto for the smallest T at which a placement exists.")
        @Required
        @Size(min = 1, max = 19)
        @ValidationRule(
            value = "self == 'auto' || " + Rules.FACTOR,
            message =
                "factor is auto or a rational number from 1 to 1000, " + Rules.RATIONAL_MESSAGE)
        String factor,
    @JsonPropertyDescription("The largest factor that auto may choose.")
        @Default("100")
        @Size(min = 1, max = 19)
        @ValidationRule(
            value = Rules.FACTOR,
            message = "max is a rational number from 1 to 1000, " + Rules.RATIONAL_MESSAGE)
        String max,
    @JsonPropertyDescription(
            "How time is dilated. Auto takes GuestKernel where every guest boots a kernel by"
                + " kernelBoot and a host offers it, else HostModule. T changes in running guests"
                + " with HostModule, by restarting them with GuestKernel.")
        @Default("Auto")
        DriverChoice driver) {

  public static final String AUTO = "auto";

  /** The {@code max} of a model that names none. */
  public static final String DEFAULT_MAX = "100";

  /** Whether T is to be chosen by the planner. */
  @JsonIgnore
  public boolean isAuto() {
    return AUTO.equals(factor);
  }

  /**
   * T as the user gave it.
   *
   * @throws IllegalStateException where it is {@code auto}
   * @throws IllegalArgumentException where the model was not validated and the text is no factor
   */
  public DilationFactor fixedFactor() {
    if (isAuto()) {
      throw new IllegalStateException("factor is auto: the planner chooses it");
    }
    return DilationFactor.parse(factor);
  }

  /** The largest factor that {@code auto} may choose, {@value #DEFAULT_MAX} where none is named. */
  public DilationFactor maximum() {
    return DilationFactor.parse(max == null ? DEFAULT_MAX : max);
  }

  /** The driver asked for, {@code Auto} where none is named. */
  public DriverChoice driverChoice() {
    return driver == null ? DriverChoice.Auto : driver;
  }
}
