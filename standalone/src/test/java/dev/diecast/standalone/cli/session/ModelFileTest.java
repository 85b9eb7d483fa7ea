package dev.diecast.standalone.cli.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ModelFileTest {
  private static final String GOOD =
      """
      apiVersion: instancetype.kubevirt.io/v1beta1
      kind: VirtualMachineClusterInstancetype
      metadata: {name: small}
      spec: {cpu: {guest: 1}, memory: {guest: 128Mi}}
      ---
      apiVersion: diecast.dev/v1alpha1
      kind: ScaleModel
      metadata: {name: shop}
      spec:
        timeDilation: {factor: "10"}
        groups:
        - name: web
          replicas: 2
          machine: {cpus: 1, memory: 128Mi}
          vm: {instancetype: {name: small}, image: "diecast.dev/guests/base:bookworm"}
      """;

  @TempDir Path directory;

  @Test
  void readsModelsAndWhatStandsBesideThem() throws IOException {
    ModelFile file = read(GOOD);
    assertThat(file.models()).hasSize(1);
    assertThat(file.models().getFirst().getMetadata().getNamespace()).isEqualTo("default");
    assertThat(file.models().getFirst().getSpec().groups().getFirst().replicas()).isEqualTo(2);
    assertThat(file.others()).hasSize(1);
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of("factor: \"10\"", "factor: \"0\"", "document 2: spec.timeDilation.factor: "),
        Arguments.of("replicas: 2", "replica: 2", "replica"),
        Arguments.of("kind: ScaleModel", "kind: Pod", "document 2: is diecast.dev/v1alpha1 Pod"),
        Arguments.of("metadata: {name: shop}", "metadata: {name: shop", "is not YAML"),
        Arguments.of("apiVersion: diecast.dev", "apiVersion: other.dev", "kind ScaleModel"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void saysWhereAndWhat(String good, String bad, String said) {
    assertThat(GOOD).contains(good);
    assertThatThrownBy(() -> read(GOOD.replace(good, bad)))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("model.yaml")
        .hasMessageContaining(said);
  }

  @Test
  void refusesTheSameModelTwice() {
    String model = GOOD.substring(GOOD.indexOf("---"));
    assertThatThrownBy(() -> read(GOOD + model))
        .hasMessageContaining("default/shop stands there twice");
  }

  @Test
  void refusesFilesThatHoldNoModel() {
    assertThatThrownBy(() -> read("")).hasMessageContaining("holds no ScaleModel");
    assertThatThrownBy(() -> read("- 1\n- 2\n")).hasMessageContaining("is no Kubernetes object");
    assertThatThrownBy(() -> ModelFile.read(directory)).hasMessageContaining("is a directory");
    assertThatThrownBy(() -> ModelFile.read(directory.resolve("absent")))
        .hasMessageContaining("absent: no such file");
  }

  @Test
  void refusesBytesThatAreNoText() throws IOException {
    Path file = Files.write(directory.resolve("model.yaml"), new byte[] {(byte) 0xff, 0, 1});
    assertThatThrownBy(() -> ModelFile.read(file)).isInstanceOf(Refusal.class);
  }

  private ModelFile read(String content) throws IOException {
    return ModelFile.read(Files.writeString(directory.resolve("model.yaml"), content));
  }
}
