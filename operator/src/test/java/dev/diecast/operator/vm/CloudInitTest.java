package dev.diecast.operator.vm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.api.v1alpha1.NodeNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CloudInitTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** KubeVirt, pkg/virt-api/webhooks: more of it inline is refused. */
  private static final int MOST_BYTES = 2048;

  private static NodeNetwork network(String names) {
    return new NodeNetwork("10.64.1.3/10", "02:dc:00:40:01:03", 1400, names);
  }

  private static Map<String, Object> told(String template, NodeNetwork network) throws IOException {
    Map<String, Object> told = Fields.copyOf(JSON.readTree(template));
    ModelInterface.attach(told, network, "web-3");
    return told;
  }

  private static JsonNode source(Map<String, Object> template, String kind) {
    return JSON.valueToTree(template).at("/spec/volumes/0/" + kind);
  }

  @Test
  void aGuestOfAStockImageLearnsItsAddressAndItsName() throws IOException {
    JsonNode source =
        source(
            told(
                "{\"spec\":{\"volumes\":[{\"name\":\"seed\",\"cloudInitNoCloud\":{}}]}}",
                network("web@10.64.1.0+4")),
            "cloudInitNoCloud");
    assertThat(JSON.readTree(source.path("networkData").asText()))
        .isEqualTo(
            JSON.readTree(
                """
                {"version": 2, "ethernets": {"model": {
                  "match": {"macaddress": "02:dc:00:40:01:03"}, "addresses": ["10.64.1.3/10"], "mtu": 1400}}}
                """));
    assertThat(source.path("userData").asText()).startsWith("#cloud-config\n");
    assertThat(cloudConfig(source).path("hostname").asText()).isEqualTo("web-3");
  }

  private static JsonNode cloudConfig(JsonNode source) throws IOException {
    return JSON.readTree(source.path("userData").asText().substring("#cloud-config\n".length()));
  }

  @Test
  void whatTheUserSaysIsKept() throws IOException {
    JsonNode source =
        source(
            told(
                "{\"spec\":{\"volumes\":[{\"cloudInitConfigDrive\":{\"secretRef\":{\"name\":\"s\"},\"networkDataBase64\":\"eA==\"}}]}}",
                network("web@10.64.1.0+4")),
            "cloudInitConfigDrive");
    assertThat(source.toString())
        .isEqualTo("{\"secretRef\":{\"name\":\"s\"},\"networkDataBase64\":\"eA==\"}");
  }

  @Test
  void besideInterfacesOfTheUsersNothingIsSaid() throws IOException {
    Map<String, Object> template =
        told(
            "{\"spec\":{\"domain\":{\"devices\":{\"interfaces\":[{\"name\":\"own\"}]}},\"volumes\":[{\"cloudInitNoCloud\":{\"userData\":\"x\"}}]}}",
            network("web@10.64.1.0+4"));
    assertThat(source(template, "cloudInitNoCloud").has("networkData")).isFalse();
  }

  /** The script runs as it would in the guest, twice, for the guest boots again. */
  @Test
  void theNamesOfAllNodesAreInHosts(@TempDir Path directory) throws Exception {
    Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.1 localhost\n");
    JsonNode source =
        source(
            told(
                "{\"spec\":{\"volumes\":[{\"cloudInitNoCloud\":{}}]}}",
                network("web@10.64.1.0+258,data-base@10.64.9.0+2")),
            "cloudInitNoCloud");
    String script = cloudConfig(source).at("/bootcmd/0/2").asText();
    for (int boot = 0; boot < 2; boot++) {
      Process shell =
          new ProcessBuilder("sh", "-c", script.replace("/etc/hosts", hosts.toString()))
              .inheritIO()
              .start();
      assertThat(shell.waitFor()).isZero();
    }
    assertThat(Files.readAllLines(hosts))
        .hasSize(1 + 258 + 2)
        .startsWith("127.0.0.1 localhost", "10.64.1.0 web-0 #diecast")
        .contains("10.64.2.1 web-257 #diecast")
        .endsWith("10.64.9.1 data-base-1 #diecast");
  }

  @Test
  void theLongestNamesHaveRoom() throws IOException {
    JsonNode source =
        source(
            told(
                "{\"spec\":{\"volumes\":[{\"cloudInitNoCloud\":{}}]}}",
                network("x".repeat(1200 - 14) + "@10.64.1.0+256")),
            "cloudInitNoCloud");
    assertThat(source.path("userData").asText().length()).isLessThanOrEqualTo(MOST_BYTES);
  }
}
