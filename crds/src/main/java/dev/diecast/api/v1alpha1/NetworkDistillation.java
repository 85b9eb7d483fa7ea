package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.diecast.core.network.distill.Distillation;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;

/** How much of a topology is emulated (Vahdat et al., OSDI 2002, section 4.1). */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "has(self.hops) == (self.mode in ['WalkIn', 'WalkOut'])",
    message = "hops is for the modes WalkIn and WalkOut, and needed there")
@ValidationRule(
    value = "has(self.coreHops) == (self.mode == 'WalkOut')",
    message = "coreHops is for the mode WalkOut, and needed there")
public record NetworkDistillation(
    @JsonPropertyDescription(
            "HopByHop emulates every link, EndToEnd one pipe for each pair of nodes, WalkIn the"
                + " first links inwards and a mesh, WalkOut those about the centre too.")
        @Required
        Mode mode,
    @JsonPropertyDescription("Links from each node inwards, its access link included.")
        @Min(1)
        @Max(99999)
        Integer hops,
    @JsonPropertyDescription("Links from the topological centre outwards.") @Min(1) @Max(99999)
        Integer coreHops) {

  /** Kinds of distillation. */
  public enum Mode {
    HopByHop,
    EndToEnd,
    WalkIn,
    WalkOut
  }

  public static final NetworkDistillation HOP_BY_HOP =
      new NetworkDistillation(Mode.HopByHop, null, null);

  /** As the core has it; of a valid one. */
  public Distillation distillation() {
    return switch (mode) {
      case HopByHop -> new Distillation.HopByHop();
      case EndToEnd -> new Distillation.EndToEnd();
      case WalkIn -> new Distillation.WalkIn(hops);
      case WalkOut -> new Distillation.WalkOut(hops, coreHops);
    };
  }
}
