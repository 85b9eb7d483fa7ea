package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** What links are where a topology does not say. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record NetworkLinkDefaults(
    @JsonPropertyDescription(
            "Links to nodes with one neighbour, and of nodes to the topology: 100M and 1000 us"
                + " where absent.")
        LinkAttributes access,
    @JsonPropertyDescription("Other links: 1G and 5000 us where absent.") LinkAttributes transit) {

  public static final NetworkLinkDefaults NONE = new NetworkLinkDefaults(null, null);
}
