package dev.diecast.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** charts/diecast as Helm renders it. */
public final class Chart {
  static final String RELEASE = "diecast";
  public static final String NAMESPACE = "diecast-system";
  public static final String DAEMON_NAMESPACE = NAMESPACE + "-node";
  public static final String OPERATOR = RELEASE + "-operator";
  public static final String DAEMON = RELEASE + "-node-daemon";

  /** What has no default. */
  static final String LEAST = "image: {registry: registry.example.com/diecast}\n";

  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private Chart() {}

  /** The checkout. */
  public static Path home() {
    Path here = Path.of("").toAbsolutePath();
    while (!Files.isExecutable(here.resolve("diecast"))) {
      here = here.getParent();
    }
    return here;
  }

  static Path directory() {
    return home().resolve("charts/diecast");
  }

  /**
   * All objects of a release, hooks too, in the order in which Helm writes them.
   *
   * @param values YAML beside {@link #LEAST}
   * @throws IllegalStateException with Helm's message where it refuses
   */
  public static List<JsonNode> render(String values) {
    return objects(text(LEAST + values));
  }

  /** What Helm writes for these values alone. */
  static String text(String values) {
    try {
      Path file = Files.createTempFile("values", ".yaml");
      try {
        Files.writeString(file, values);
        TemplateCommand template =
            new Helm(directory())
                .template()
                .withName(RELEASE)
                .withNamespace(NAMESPACE)
                .withKubeVersion("1.36.0")
                .withValuesFile(file);
        return template.call();
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<JsonNode> objects(String yaml) {
    try (var values = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
      List<JsonNode> objects = new ArrayList<>();
      while (values.hasNext()) {
        JsonNode object = values.next();
        if (object.isObject()) {
          objects.add(object);
        }
      }
      return objects;
    } catch (IOException e) {
      throw new UncheckedIOException("Helm wrote what is no YAML: " + yaml, e);
    }
  }

  static JsonNode yaml(Path file) throws IOException {
    return YAML.readTree(file.toFile());
  }

  /** The one object of a kind and name. */
  public static JsonNode find(List<JsonNode> objects, String kind, String name) {
    List<JsonNode> found =
        objects.stream()
            .filter(object -> object.path("kind").asText().equals(kind))
            .filter(object -> object.at("/metadata/name").asText().equals(name))
            .toList();
    if (found.size() != 1) {
      throw new IllegalStateException(found.size() + " objects " + kind + " " + name);
    }
    return found.getFirst();
  }

  static List<JsonNode> ofKind(List<JsonNode> objects, String kind) {
    return objects.stream().filter(object -> object.path("kind").asText().equals(kind)).toList();
  }
}
