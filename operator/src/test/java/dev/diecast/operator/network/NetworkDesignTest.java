package dev.diecast.operator.network;

import static dev.diecast.operator.Fixtures.group;
import static dev.diecast.operator.Fixtures.host;
import static dev.diecast.operator.Fixtures.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.api.resources.ModelNetwork;
import dev.diecast.api.resources.NetworkRefusal;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeSpec;
import dev.diecast.api.v1alpha1.Engine;
import dev.diecast.api.v1alpha1.NetworkSpec;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelSpec;
import dev.diecast.operator.plan.DesiredNodes;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which engine a network gets, and where none can have it. */
class NetworkDesignTest {

  private static NetworkDesign design(String engine, String... hosts) {
    ScaleModel bare = model("m", "10", group("web", 2));
    NetworkSpec network =
        Serialization.unmarshal(
            "topology: {generate: \"ring:3\"}\ndistillation: {mode: EndToEnd}\n" + engine,
            NetworkSpec.class);
    ScaleModel networked = model("m", "10", group("web", 2));
    networked.setSpec(
        new ScaleModelSpec(
            bare.getSpec().timeDilation(),
            bare.getSpec().hosts(),
            bare.getSpec().groups(),
            network));
    List<DilatedNode> nodes = new ArrayList<>();
    for (String name : DesiredNodes.names(networked)) {
      DilatedNode node = new DilatedNode();
      node.setMetadata(new ObjectMetaBuilder().withName(name).build());
      node.setSpec(
          Serialization.unmarshal(
              "host: " + hosts[nodes.size() % hosts.length], DilatedNodeSpec.class));
      nodes.add(node);
    }
    return NetworkDesign.of(
        networked, ModelNetwork.of(networked.getSpec(), Optional.empty()), nodes);
  }

  @Test
  void autoIsCore() {
    for (String text : List.of("", "engine: Auto", "engine: Core")) {
      NetworkDesign design = design(text, "w1", "w2");
      assertThat(design.graph(1, 6490).engineOrDefault()).isEqualTo(Engine.Core);
      assertThat(design.graph(1, 6490).engine()).as("what older daemons read").isNull();
      assertThat(design.status(null).engine()).isEqualTo(Engine.Core);
      assertThatCode(() -> design.requireEngine(List.of())).doesNotThrowAnyException();
    }
  }

  @Test
  void theKernelsIsForOneHost() {
    NetworkDesign one = design("engine: Kernel", "w1");
    assertThat(one.graph(1, 6490).engine()).isEqualTo(Engine.Kernel);
    assertThatCode(() -> one.requireEngine(List.of(host("w1", "2", "8Gi"))))
        .as("a host that does not say is tried")
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> design("engine: Kernel", "w1", "w2").requireEngine(List.of()))
        .isInstanceOf(NetworkRefusal.class)
        .hasMessageContaining("engine: is Kernel")
        .hasMessageContaining("w1, w2")
        .hasMessageContaining("take Core");
  }
}
