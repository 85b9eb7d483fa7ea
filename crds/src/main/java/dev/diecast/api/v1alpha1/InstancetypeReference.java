package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** Names a KubeVirt instancetype. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record InstancetypeReference(
    @JsonPropertyDescription("Its name.")
        @Required
        @Pattern(Rules.DNS_NAME)
        @Size(min = 1, max = 253)
        String name,
    @JsonPropertyDescription("Namespaced or cluster-wide.")
        @Default("VirtualMachineClusterInstancetype")
        Kind kind) {

  /** Its kind; the cluster-wide one where none is named. */
  public Kind effectiveKind() {
    return kind == null ? Kind.VirtualMachineClusterInstancetype : kind;
  }

  public enum Kind {
    VirtualMachineInstancetype,
    VirtualMachineClusterInstancetype
  }
}
