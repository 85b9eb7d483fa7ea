package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** What an administrator may say of a host. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record DilationHostSpec(
    @JsonPropertyDescription("No new nodes are placed here while true.") Boolean unschedulable) {

  /** Whether new nodes may be placed here. */
  public boolean acceptsNodes() {
    return !Boolean.TRUE.equals(unschedulable);
  }
}
