package dev.diecast.operator.vm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.api.v1alpha1.NodeNetwork;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelInterfaceTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A network of Multus' is the user's business: nothing of it passes the pipes. */
  @Test
  void furtherNetworksOfATemplateStayBesideTheModels() throws IOException {
    Map<String, Object> template =
        Fields.copyOf(
            JSON.readTree(
                """
                {"spec": {
                  "domain": {"devices": {"interfaces": [{"name": "storage", "bridge": {}}]}},
                  "networks": [{"name": "storage", "multus": {"networkName": "infra/storage"}}]}}
                """));
    ModelInterface.attach(
        template,
        new NodeNetwork("10.64.1.3/10", "02:dc:00:40:01:03", 1400, "web@10.64.1.0+4"),
        "web-3");
    JsonNode spec = JSON.valueToTree(template).path("spec");
    assertThat(spec.at("/domain/devices/interfaces"))
        .isEqualTo(
            JSON.readTree(
                """
                [{"name": "storage", "bridge": {}},
                 {"name": "diecast", "masquerade": {}, "macAddress": "02:dc:00:40:01:03"}]
                """));
    assertThat(spec.path("networks"))
        .isEqualTo(
            JSON.readTree(
                """
                [{"name": "storage", "multus": {"networkName": "infra/storage"}},
                 {"name": "diecast", "pod": {}}]
                """));
  }
}
