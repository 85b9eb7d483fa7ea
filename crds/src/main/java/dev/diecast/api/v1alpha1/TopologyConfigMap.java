package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A key of a ConfigMap. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record TopologyConfigMap(
    @JsonPropertyDescription(
            "Its name; it must bear the label diecast.dev/topology, by which it is watched.")
        @Required
        @Size(min = 1, max = 253)
        @Pattern(Rules.DNS_NAME)
        String name,
    @JsonPropertyDescription("The key of the GML text.")
        @Default(TopologyConfigMap.DEFAULT_KEY)
        @Size(min = 1, max = 253)
        @Pattern("^[-._a-zA-Z0-9]+$")
        String key) {

  public static final String DEFAULT_KEY = "topology.gml";

  /** The key, {@value #DEFAULT_KEY} where none is named. */
  public String keyOrDefault() {
    return key == null ? DEFAULT_KEY : key;
  }
}
