package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.diecast.core.fidelity.Tolerances;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/** How far from the truth a run may be and still be believed; what is absent is as usual. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record FidelityThresholds(
    @JsonPropertyDescription(
            "How far a clock's rate may be off, parts per million; 200 where absent.")
        @Min(1)
        @Max(FidelityThresholds.MOST_CLOCK_PPM)
        Integer clockPartsPerMillion,
    @JsonPropertyDescription(
            "How far the CPU delivered may be from what was due, per cent; 10 where absent.")
        @Min(1)
        @Max(FidelityThresholds.MOST_CPU_PERCENT)
        Integer cpuPercent,
    @JsonPropertyDescription(
            "For how much of a run's time a node may be unfaithful, per cent; 10 where absent.")
        @Min(0)
        @Max(FidelityThresholds.MOST_UNFAITHFUL_PERCENT)
        Integer unfaithfulPercent,
    @JsonPropertyDescription(
            "Of a million frames, how many the emulated network itself may lose or deliver too"
                + " late; 1000 where absent.")
        @Min(0)
        @Max(FidelityThresholds.MOST_FRAMES_PER_MILLION)
        Integer framesPerMillion) {

  /** A clock that is off by a tenth has nothing to do with T. */
  public static final int MOST_CLOCK_PPM = 100_000;

  public static final int MOST_CPU_PERCENT = 90;
  public static final int MOST_UNFAITHFUL_PERCENT = 100;
  public static final int MOST_FRAMES_PER_MILLION = 1_000_000;

  /** All as usual. */
  public static final FidelityThresholds DEFAULT = new FidelityThresholds(null, null, null, null);

  /** Of a valid model. */
  public Tolerances tolerances() {
    Tolerances usual = Tolerances.DEFAULT;
    return new Tolerances(
        clockPartsPerMillion == null ? usual.clockPpm() : clockPartsPerMillion,
        cpuPercent == null ? usual.cpuRatio() : cpuPercent / 100.0,
        unfaithfulPercent == null ? usual.unfaithfulShare() : unfaithfulPercent / 100.0,
        framesPerMillion == null ? usual.pipeShare() : framesPerMillion / 1e6);
  }
}
