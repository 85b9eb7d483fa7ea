package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.diecast.core.Rational;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Optional;

/** One node as planned. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record DilatedNodeSpec(
    @JsonPropertyDescription("Name of its ScaleModel.")
        @Required
        @Size(min = 1, max = 63)
        @ValidationRule(
            value = "self == oldSelf",
            message = "model never changes: make another node")
        String model,
    @JsonPropertyDescription("Its group.")
        @Required
        @Size(min = 1, max = 40)
        @ValidationRule(
            value = "self == oldSelf",
            message = "group never changes: make another node")
        String group,
    @JsonPropertyDescription("Its place in the group, from 0.")
        @Required
        @Min(0)
        @Max(9999)
        @ValidationRule(
            value = "self == oldSelf",
            message = "index never changes: make another node")
        Integer index,
    @JsonPropertyDescription("The host it is placed on.") @Required @Size(min = 1, max = 253)
        String host,
    @JsonPropertyDescription("Its time.") @Required EffectiveDilation timeDilation,
    @JsonPropertyDescription(
            "TSC rate of the host in kHz, as the guest's kernel arguments assume it.")
        @Min(1)
        Long tscKilohertz,
    @JsonPropertyDescription("Speed of a core of its host over the reference; 1 where absent.")
        @Size(min = 1, max = 39)
        String hostRelativeSpeed,
    @JsonPropertyDescription("The machine it believes to be.") @Required TargetMachine machine,
    @JsonPropertyDescription("What it runs.") @Required VmSource vm,
    @JsonPropertyDescription("Its interface to the model's network.") NodeNetwork network,
    @JsonPropertyDescription("How far from the truth it may be, as its model has it.")
        FidelityThresholds fidelity) {

  /** With the usual thresholds of fidelity. */
  public DilatedNodeSpec(
      String model,
      String group,
      Integer index,
      String host,
      EffectiveDilation timeDilation,
      Long tscKilohertz,
      String hostRelativeSpeed,
      TargetMachine machine,
      VmSource vm,
      NodeNetwork network) {
    this(
        model,
        group,
        index,
        host,
        timeDilation,
        tscKilohertz,
        hostRelativeSpeed,
        machine,
        vm,
        network,
        null);
  }

  /** By which its model's other nodes know it. */
  public String hostName() {
    return Api.hostName(group, index);
  }

  /** How far from the truth it may be, where its model says so. */
  public Optional<FidelityThresholds> thresholds() {
    return Optional.ofNullable(fidelity);
  }

  /** Speed of a core of its host over the reference. */
  public Rational hostSpeed() {
    return hostRelativeSpeed == null ? Rational.ONE : Rational.parse(hostRelativeSpeed);
  }

  /** Speed of one of its vCPUs over a core of its host. */
  public Rational speedOnHost() {
    return machine.speed().dividedBy(hostSpeed());
  }

  /** Its interface to the model's network, where the model has one. */
  public Optional<NodeNetwork> nodeNetwork() {
    return Optional.ofNullable(network);
  }
}
