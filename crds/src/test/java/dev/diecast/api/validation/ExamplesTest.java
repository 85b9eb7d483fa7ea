package dev.diecast.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.api.resources.ModelNetwork;
import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelSpec;
import dev.diecast.api.v1alpha1.TopologyConfigMap;
import dev.diecast.core.Rational;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file in examples/ is valid as it stands, and fits the smallest host it speaks of. */
class ExamplesTest {

  private static final Path EXAMPLES = Path.of("../examples");
  private static final long MOST_MEMORY_BYTES = 6L << 30;

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(EXAMPLES, 2)) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .filter(file -> !file.startsWith(EXAMPLES.resolve("gitops")))
          .sorted()
          .toList();
    }
  }

  @Test
  void thereAreExamples() throws IOException {
    assertThat(files())
        .extracting(file -> EXAMPLES.relativize(file).toString())
        .contains("quickstart.yaml", "auto.yaml", "network.yaml", "three-tiers/model.yaml");
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyDocumentIsValid(Path file) throws IOException {
    Map<String, JsonNode> instancetypes = new TreeMap<>();
    Map<String, JsonNode> configMaps = new TreeMap<>();
    List<JsonNode> models = new ArrayList<>();
    for (JsonNode document : documents(file)) {
      switch (document.path("kind").asText()) {
        case "VirtualMachineClusterInstancetype" -> {
          FieldErrors errors = FieldErrors.atRoot();
          StructuralSchema.ofDefinition(
                  "/kubevirt/virtualmachineclusterinstancetypes.instancetype.kubevirt.io.yaml",
                  "v1beta1")
              .check(document, errors);
          assertThat(errors.list()).isEmpty();
          instancetypes.put(document.at("/metadata/name").asText(), document);
        }
        case "ConfigMap" -> configMaps.put(document.at("/metadata/name").asText(), document);
        case "ScaleModel" -> {
          assertThat(ScaleModelValidation.validate(document)).isEmpty();
          models.add(document);
        }
        default -> throw new AssertionError("of another kind: " + document);
      }
    }
    assertThat(models).isNotEmpty();
    for (JsonNode model : models) {
      ScaleModel read = Models.YAML.convertValue(model, ScaleModel.class);
      checkAgainst(instancetypes, read);
      read.getSpec().networkSpec().ifPresent(_ -> checkTopology(configMaps, read.getSpec()));
    }
  }

  private static void checkTopology(Map<String, JsonNode> configMaps, ScaleModelSpec spec) {
    Optional<String> gml =
        Optional.ofNullable(spec.network().topology().configMap())
            .map(source -> gml(configMaps, source));
    assertThat(ModelNetwork.of(spec, gml).network().topology().notices()).isEmpty();
  }

  private static String gml(Map<String, JsonNode> configMaps, TopologyConfigMap source) {
    JsonNode configMap = configMaps.get(source.name());
    assertThat(configMap).as("ConfigMap %s", source.name()).isNotNull();
    assertThat(configMap.at("/metadata/labels").has(Api.LABEL_TOPOLOGY)).isTrue();
    return configMap.path("data").path(source.keyOrDefault()).asText();
  }

  private static void checkAgainst(Map<String, JsonNode> instancetypes, ScaleModel model) {
    long memory = 0;
    for (NodeGroup group : model.getSpec().groups()) {
      memory += group.machine().memoryBytes() * group.replicas();
      if (group.vm().instancetype() == null) {
        continue;
      }
      JsonNode instancetype = instancetypes.get(group.vm().instancetype().name());
      assertThat(instancetype).as("instancetype of %s", group.name()).isNotNull();
      assertThat(instancetype.at("/spec/cpu/guest").asInt()).isEqualTo(group.machine().cpus());
      assertThat(new Quantity(instancetype.at("/spec/memory/guest").asText()))
          .isEqualTo(group.machine().memory());
    }
    assertThat(memory).as("memory of all nodes").isLessThan(MOST_MEMORY_BYTES);
  }

  @Test
  void quickstartIsSixNodesAtTenInBothForms() throws IOException {
    ScaleModel model = model("quickstart.yaml");
    assertThat(model.getSpec().timeDilation().fixedFactor()).hasToString("10");
    assertThat(model.getSpec().totalNodes()).isEqualTo(6);
    assertThat(model.getSpec().groups())
        .extracting(group -> group.vm().usesTemplate())
        .containsExactly(false, false, true);
  }

  @Test
  void autoFitsTwoCoresDilatedOnly() throws IOException {
    ScaleModel model = model("auto.yaml");
    Rational cores =
        model.getSpec().groups().stream()
            .map(g -> g.machine().speed().times((long) g.machine().cpus() * g.replicas()))
            .reduce(Rational.ZERO, Rational::plus);
    int planned = 100 - model.getSpec().hostPolicy().hostReserve().cpu();
    Rational plannable = Rational.of(2L * planned, 100);
    assertThat(model.getSpec().timeDilation().isAuto()).isTrue();
    assertThat(cores).isGreaterThan(plannable);
    // Half of what is plannable is left for the overhead of running the nodes.
    Rational atMost = cores.dividedBy(model.getSpec().timeDilation().maximum().value());
    assertThat(atMost).isLessThan(plannable.dividedBy(2));
  }

  private static ScaleModel model(String name) throws IOException {
    return documents(EXAMPLES.resolve(name)).stream()
        .filter(document -> document.path("kind").asText().equals("ScaleModel"))
        .map(document -> Models.YAML.convertValue(document, ScaleModel.class))
        .findFirst()
        .orElseThrow();
  }

  private static List<JsonNode> documents(Path file) throws IOException {
    return Stream.of(Files.readString(file).split("(?m)^---$")).map(Models::yaml).toList();
  }
}
