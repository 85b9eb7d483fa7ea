package dev.diecast.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.w3c.dom.NodeList;

/**
 * The manifest holds, filled in as a release would, and agrees with archive, launcher and plugin.
 */
class KrewManifestTest {
  private static final Path KREW = Path.of("src/main/krew");
  private static final String SHA = "0".repeat(64);

  /** krew: pkg/index/validation, and its naming guide's bound on the short description. */
  @Test
  void isWhatKrewTakes() throws IOException {
    JsonNode manifest = filledIn();
    assertThat(manifest.at("/apiVersion").asText())
        .isEqualTo("krew.googlecontainertools.github.com/v1alpha2");
    assertThat(manifest.at("/kind").asText()).isEqualTo("Plugin");
    assertThat(manifest.at("/metadata/name").asText()).isEqualTo("diecast");
    assertThat(manifest.at("/spec/version").asText()).matches("v\\d+\\.\\d+\\.\\d+");
    assertThat(manifest.at("/spec/shortDescription").asText()).isNotBlank().hasSizeLessThan(50);
    assertThat(manifest.at("/spec/platforms")).isNotEmpty();
    for (JsonNode platform : manifest.at("/spec/platforms")) {
      assertThat(platform.at("/uri").asText()).contains("/v1.2.3/").endsWith(".tar.gz");
      assertThat(platform.at("/sha256").asText()).matches("[0-9a-f]{64}");
      assertThat(platform.at("/selector/matchExpressions")).isNotEmpty();
      assertThat(platform.at("/bin").asText()).isEqualTo("kubectl-diecast");
    }
  }

  @Test
  void namesWhatIsInTheArchive() throws Exception {
    NodeList parts =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(KREW.resolve("archive.xml").toFile())
            .getElementsByTagName("outputDirectory");
    List<String> directories = new ArrayList<>();
    for (int i = 0; i < parts.getLength(); i++) {
      directories.add(parts.item(i).getTextContent());
    }
    assertThat(directories).contains("/", "/lib");
    assertThat(filledIn().at("/spec/platforms/0/files").findValuesAsText("from"))
        .containsExactly("kubectl-diecast", "LICENSE", "lib");
    assertThat(Path.of("../LICENSE")).exists();
    assertThat(Path.of("src/main/krew/kubectl-diecast")).isExecutable();
  }

  @Test
  void launcherStartsThePluginAndTheManifestNamesItsCommands() throws IOException {
    assertThat(Path.of("src/main/krew/kubectl-diecast"))
        .content()
        .contains("main=" + KubectlPlugin.class.getName())
        .contains("need=" + System.getProperty("java.specification.version"));
    String description = filledIn().at("/spec/description").asText();
    assertThat(KubectlPlugin.commandLine(System.err).getSubcommands().keySet())
        .filteredOn(name -> !name.equals("help"))
        .containsExactlyInAnyOrder("status", "verdict", "plan", "doctor")
        .allSatisfy(name -> assertThat(description).contains("(" + name + ")"));
  }

  private static JsonNode filledIn() throws IOException {
    String text =
        Files.readString(KREW.resolve("diecast.yaml"))
            .replaceAll(
                "\\{\\{addURIAndSha \"(.*)\" \\.TagName }}",
                "uri: $1\n      sha256: \"" + SHA + "\"")
            .replace("{{ .TagName }}", "v1.2.3");
    assertThat(text).doesNotContain("{{");
    Object read = new Load(LoadSettings.builder().build()).loadFromString(text);
    assertThat(read).isInstanceOf(Map.class);
    return new ObjectMapper().valueToTree(read);
  }
}
