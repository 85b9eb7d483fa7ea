package dev.diecast.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code plan} says is what the operator then does; no guest is waited for. */
class PlanE2E {
  private static final String NETWORK =
      Models.GOOD.replace("  groups:", "  network: {topology: {generate: \"ring:5\"}}\n  groups:");

  private final Diecast diecast = new Diecast("e2e-plan");
  @TempDir Path directory;

  @AfterEach
  void nothingIsLeft() throws Exception {
    diecast.run("down");
    assertThat(diecast.leftovers()).isEmpty();
  }

  @Test
  void agreesWithTheOperatorAndWritesNothing() throws Exception {
    assertThat(diecast.run("up").exit()).isZero();
    await()
        .atMost(Duration.ofSeconds(120))
        .until(() -> diecast.kubectl("wait", "--for=condition=Ready", "dh", "--all").exit() == 0);
    Path first = file("first.yaml", NETWORK.replace("factor: \"10\"", "factor: auto"));
    JsonNode planned = plan(first, 0);
    assertThat(diecast.kubectl("get", "sm,dn,pg,vm", "-A", "-o", "name").out()).isEmpty();
    assertThat(diecast.kubectl("get", "virtualmachineclusterinstancetypes", "-o", "name").out())
        .isEmpty();

    Diecast.Result up = diecast.run("up", first.toString(), "--no-wait");
    assertThat(up.exit()).as(up.all()).isZero();
    agree(planned, "life");

    // Beside one that runs: again as the operator does, T kept and places too.
    JsonNode again = plan(first, 0);
    agree(again, "life");
    Path second =
        file(
            "second.yaml",
            Models.GOOD.replace("name: life", "name: second").replace("\"10\"", "\"5/2\""));
    JsonNode refused = plan(second, 2);
    Diecast.Result over = diecast.run("up", second.toString(), "--no-wait");
    assertThat(over.exit()).as(over.all()).isEqualTo(2);
    assertThat(over.err()).contains(refused.at("/message").asText());
  }

  private Path file(String name, String content) throws Exception {
    return Files.writeString(directory.resolve(name), content);
  }

  private JsonNode plan(Path model, int exit) throws Exception {
    Diecast.Result plan = diecast.run("plan", model.toString(), "-o", "json");
    assertThat(plan.exit()).as(plan.all()).isEqualTo(exit);
    return plan.json().at("/models/0");
  }

  private void agree(JsonNode planned, String model) throws Exception {
    JsonNode status = diecast.kubectl("get", "sm", model, "-o", "json").json().at("/status");
    assertThat(status.at("/plan")).isEqualTo(planned.at("/plan"));
    assertThat(status.at("/timeDilation/factor")).isEqualTo(planned.at("/timeDilationFactor"));
    assertThat(status.at("/timeDilation/driver")).isEqualTo(planned.at("/driver"));
    ObjectNode network = status.at("/network").deepCopy();
    network.remove("graph");
    assertThat(network).isEqualTo(planned.at("/network"));
    Map<String, String> hosts = new TreeMap<>();
    for (JsonNode node : diecast.kubectl("get", "dn", "-o", "json").json().at("/items")) {
      hosts.put(node.at("/metadata/name").asText(), node.at("/spec/host").asText());
    }
    Map<String, String> said = new TreeMap<>();
    planned
        .at("/nodes")
        .forEach(node -> said.put(node.at("/name").asText(), node.at("/host").asText()));
    assertThat(hosts).isEqualTo(said);
    for (JsonNode condition : status.at("/conditions")) {
      if (condition.at("/type").asText().equals("Placed")) {
        assertThat(condition.at("/message")).isEqualTo(planned.at("/message"));
        assertThat(condition.at("/reason")).isEqualTo(planned.at("/reason"));
      }
    }
  }
}
