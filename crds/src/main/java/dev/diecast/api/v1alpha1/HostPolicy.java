package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.Optional;

/** Which hosts a model may use, and what is kept free on each. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record HostPolicy(
    @JsonPropertyDescription("Selects DilationHosts by label; all of them when absent.")
        LabelSelector selector,
    @JsonPropertyDescription("Share of each host's resource that is never planned for.")
        HostReserve reserve) {

  /** The policy of a model that names none: every host, default reserve. */
  public static final HostPolicy DEFAULT = new HostPolicy(null, null);

  /** What is kept free, defaults filled in. */
  public HostReserve hostReserve() {
    return reserve == null ? HostReserve.DEFAULT : reserve;
  }

  /** Which hosts, by label; empty where all of them may be used. */
  public Optional<LabelSelector> hostSelector() {
    return Optional.ofNullable(selector);
  }
}
