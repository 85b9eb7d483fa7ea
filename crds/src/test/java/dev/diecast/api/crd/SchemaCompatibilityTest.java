package dev.diecast.api.crd;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.InputStream;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The CRDs take every object that those of the last release took. At a release the files of {@code
 * src/main/resources/diecast} are copied to {@code src/test/resources/released}; where a break is
 * meant, the version changes and this is the place to say so.
 */
class SchemaCompatibilityTest {

  private static final String SPEC = "/spec/versions/0/schema/openAPIV3Schema/properties/spec";

  @ParameterizedTest
  @ValueSource(strings = {"scalemodels", "dilatednodes", "dilationhosts", "pipegraphs"})
  void whatTheLastReleaseTookIsTaken(String plural) throws Exception {
    assertThat(SchemaCompatibility.breaks(read("/released/", plural), read("/diecast/", plural)))
        .as("breaks objects that are stored already")
        .isEmpty();
  }

  @Test
  void everyReleasedDefinitionIsCompared() throws Exception {
    for (String name : GeneratedFiles.crds().keySet()) {
      assertThat(getClass().getResource("/released/" + name)).as(name).isNotNull();
    }
  }

  @Test
  void aBreakIsNamed() throws Exception {
    assertThat(
            breaks(
                spec -> ((ObjectNode) spec.at("/properties")).remove("timeDilation"),
                spec -> ((ObjectNode) spec.at("/properties/groups")).put("maxItems", 2),
                spec ->
                    ((ObjectNode) spec.at("/properties/groups/items/properties/name"))
                        .put("type", "integer"),
                spec -> required(spec.at("/properties/groups/items")).add("vm2"),
                spec ->
                    ((ObjectNode) spec.at("/properties/groups/items"))
                        .putArray("x-kubernetes-validations")
                        .addObject()
                        .put("rule", "self.name != 'x'")))
        .containsExactlyInAnyOrder(
            "v1alpha1.spec.timeDilation: is gone",
            "v1alpha1.spec.groups: maxItems is now 2",
            "v1alpha1.spec.groups[].name: type was \"string\", is \"integer\"",
            "v1alpha1.spec.groups[].vm2: is now required",
            "v1alpha1.spec.groups[]: has a new rule: self.name != 'x'");
  }

  @Test
  void whatIsWiderOrNewBreaksNothing() throws Exception {
    assertThat(
            breaks(
                spec ->
                    ((ObjectNode) spec.at("/properties")).putObject("more").put("type", "string"),
                spec -> ((ObjectNode) spec.at("/properties/groups")).put("maxItems", 1_000_000),
                spec -> ((ObjectNode) spec.at("/properties/groups/items")).remove("required"),
                spec ->
                    ((ObjectNode) spec.at("/properties/groups/items"))
                        .withArray("x-kubernetes-validations")
                        .addObject()
                        .put("rule", "!has(self.more) || self.more != 'x'")))
        .isEmpty();
  }

  @Test
  void aVersionThatIsNoLongerServedIsABreak() throws Exception {
    JsonNode now = read("/diecast/", "scalemodels");
    ((ObjectNode) now.at("/spec/versions/0")).put("served", false);
    assertThat(SchemaCompatibility.breaks(read("/diecast/", "scalemodels"), now))
        .containsExactly("v1alpha1: is no longer served");
  }

  @SafeVarargs
  private static List<String> breaks(Consumer<JsonNode>... changes) throws Exception {
    JsonNode now = read("/diecast/", "scalemodels");
    for (Consumer<JsonNode> change : changes) {
      change.accept(now.at(SPEC));
    }
    return SchemaCompatibility.breaks(read("/diecast/", "scalemodels"), now);
  }

  private static ArrayNode required(JsonNode schema) {
    return (ArrayNode) schema.path("required");
  }

  private static JsonNode read(String directory, String plural) throws Exception {
    String name = directory + plural + ".diecast.dev.yaml";
    try (InputStream yaml = SchemaCompatibilityTest.class.getResourceAsStream(name)) {
      return Serialization.unmarshal(yaml, JsonNode.class);
    }
  }
}
