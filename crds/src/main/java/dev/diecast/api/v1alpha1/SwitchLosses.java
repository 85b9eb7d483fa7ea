package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;

/**
 * Host time per period that a capped vCPU loses at each switch, and that its cap is wider by:
 * microseconds ({@code 1000}, a default) or a table by T over relative speed as measured on the
 * host ({@code 2:800,10:1800}).
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record SwitchLosses(
    @JsonPropertyDescription(
            "Of emulated vCPUs (TCG), microseconds per period: a default such as 1000, or a table"
                + " by T over relative speed as measured, such as 2:800,10:1800.")
        @Size(max = 1024)
        String emulatedMicros,
    @JsonPropertyDescription("Of vCPUs under KVM, in the same form.") @Size(max = 1024)
        String virtualisedMicros) {}
