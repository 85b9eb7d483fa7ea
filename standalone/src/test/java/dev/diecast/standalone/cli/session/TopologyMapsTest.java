package dev.diecast.standalone.cli.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.api.v1alpha1.Api;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TopologyMapsTest {
  private static final String MAP =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: cities, labels: {diecast.dev/topology: "true"}}
      data:
        topology.gml: |
          graph [
            node [ id 1 ] node [ id 2 ]
            edge [ source 1 target 2 ]
          ]
      """;
  private static final String MODEL =
      """
      ---
      apiVersion: diecast.dev/v1alpha1
      kind: ScaleModel
      metadata: {name: shop}
      spec:
        timeDilation: {factor: "10"}
        network: {topology: {configMap: {name: cities}}}
        groups:
        - name: web
          replicas: 2
          machine: {cpus: 1, memory: 128Mi}
          vm: {instancetype: {name: small}, image: "diecast.dev/guests/base:bookworm"}
      """;
  private static final String GML = "graph [ node [ id 7 ] node [ id 8 ] ]";

  @TempDir Path directory;

  @Test
  void readsTheTopologyThatStandsBesideItsModel() throws IOException {
    ModelFile read = read(MAP + MODEL);
    assertThat(read.others())
        .singleElement()
        .extracting(map -> map.getMetadata().getNamespace())
        .isEqualTo("default");
    assertThatCode(() -> TopologyMaps.requireAll(directory, read)).doesNotThrowAnyException();
    assertThat(read.images()).singleElement().matches(ModelFile.ImageUse::onNetwork);
  }

  /** A cluster's guests can have it, and `plan` takes it: sound, and not to be had here. */
  @Test
  void theKernelsEngineIsNotForGuestsOfThisMachine() throws IOException {
    String kernel = "{engine: Kernel, distillation: {mode: EndToEnd}, topology: {configMap: ";
    ModelFile read = read(MAP + MODEL.replace("{topology: {configMap: ", kernel));
    assertThatThrownBy(() -> TopologyMaps.requireCore(directory, read))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("ScaleModel shop: spec.network.engine")
        .hasMessageContaining("take Core");
    assertThatCode(() -> TopologyMaps.requireCore(directory, read(MAP + MODEL)))
        .doesNotThrowAnyException();
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of(", labels: {diecast.dev/topology: \"true\"}", "", "needs the label"),
        Arguments.of("topology.gml: |", "t.gml: |", "has no key topology.gml under data; it has"),
        Arguments.of(
            "target 2 ]", "target 2 ", "spec.network.topology.configMap: line 5, column 1"),
        Arguments.of("target 2", "target 3", "line 3, column "),
        Arguments.of("\ndata:", "\ndate:", "document 1: date: a ConfigMap has no such field"),
        Arguments.of("name: cities, labels", "labels", "metadata.name: missing"),
        Arguments.of("data:\n", "data:\n  n: 5\n", "data[n]: is no text"),
        Arguments.of("---", "---\n" + MAP + "---", "default/cities stands there twice"),
        Arguments.of(
            "{topology: {configMap: {name: cities}}}",
            "{topology: {configMap: {name: cities}}, attachments: [{group: web, nodes: [Rome]}]}",
            "ScaleModel shop: spec.network.attachments: "),
        Arguments.of("configMap: {name: cities}", "generate: ring:x", "spec.network.topology.gen"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void saysWhereAndWhat(String good, String bad, String said) {
    String file = MAP + MODEL;
    int at = file.indexOf(good);
    assertThat(at).isNotNegative();
    String faulty = file.substring(0, at) + bad + file.substring(at + good.length());
    assertThatThrownBy(() -> read(faulty))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("model.yaml")
        .hasMessageContaining(said);
  }

  @Test
  void aTopologyThatIsNotInTheFileMayBeInTheInstanceButNotInOneThatStartsWithTheFile()
      throws IOException {
    ModelFile read = read(MODEL);
    assertThatThrownBy(() -> TopologyMaps.requireAll(directory, read))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("spec.network.topology.configMap.name")
        .hasMessageContaining("--topology FILE.gml");
  }

  @Test
  void aGmlFileTakesThePlaceOfTheFilesOwnTopology() throws IOException {
    for (String file : List.of(MODEL, MAP + MODEL)) {
      List<HasMetadata> others = with(read(file), GML).others();
      assertThat(others).hasSize(1);
      ConfigMap map = (ConfigMap) others.getFirst();
      assertThat(map.getData()).isEqualTo(Map.of("topology.gml", GML));
      assertThat(map.getMetadata().getName()).isEqualTo("cities");
      assertThat(map.getMetadata().getNamespace()).isEqualTo("default");
      assertThat(map.getMetadata().getLabels()).containsKey(Api.LABEL_TOPOLOGY);
    }
  }

  @Test
  void nodesHangOnTheGmlFilesTopologyAndNotOnTheFilesOwn() throws IOException {
    String content = MAP + MODEL.replace("}}}", "}}, attachments: [{group: web, nodes: ['7']}]}");
    Path file = Files.writeString(directory.resolve("model.yaml"), content);
    Path gml = Files.writeString(directory.resolve("t.gml"), GML);
    assertThat(TopologyOption.read(file, Optional.of(gml)).models()).hasSize(1);
    assertThatThrownBy(() -> TopologyOption.read(file, Optional.empty()))
        .hasMessageContaining("spec.network.attachments");
  }

  @Test
  void aGmlFileThatIsNoneIsRefusedWithItsPlace() throws IOException {
    ModelFile read = read(MODEL);
    assertThatThrownBy(() -> with(read, "graph [\n node [ id 7 ]"))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("--topology: ")
        .hasMessageContaining("line 2, column");
    assertThatThrownBy(() -> with(read, GML + "#" + "x".repeat(1 << 20)))
        .hasMessageContaining("a ConfigMap holds 1048576");
    assertThatThrownBy(() -> TopologyMaps.with(directory, read, directory.resolve("absent")))
        .hasMessageContaining("--topology: ")
        .hasMessageContaining("no such file");
  }

  @Test
  void aGmlFileIsForOneConfigMap() throws IOException {
    String ring = MODEL.replace("configMap: {name: cities}", "generate: ring:5");
    assertThatThrownBy(() -> with(read(ring), GML)).hasMessageContaining("no ScaleModel of");
    String second = MODEL.replace("name: shop", "name: store");
    assertThat(with(read(MODEL + second), GML).others()).as("the same one").hasSize(1);
    ModelFile two = read(MODEL + second.replace("name: cities", "name: towns"));
    assertThatThrownBy(() -> with(two, GML))
        .hasMessageContaining("default/cities topology.gml, default/towns topology.gml");
  }

  private ModelFile with(ModelFile read, String gml) throws IOException {
    Path file = Files.writeString(directory.resolve("t.gml"), gml);
    return TopologyMaps.with(directory.resolve("model.yaml"), read, file);
  }

  private ModelFile read(String content) throws IOException {
    return TopologyOption.read(
        Files.writeString(directory.resolve("model.yaml"), content), Optional.empty());
  }
}
