package dev.diecast.standalone.cli.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** The documents of a YAML file that a user named. */
public final class YamlDocuments {
  private static final long MAXIMUM_BYTES = 8L << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private YamlDocuments() {}

  /**
   * All but the empty ones.
   *
   * @throws Refusal naming the file and the place in it
   */
  public static List<JsonNode> read(Path file) {
    List<JsonNode> documents = new ArrayList<>();
    try {
      LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
      for (Object document : new Load(settings).loadAllFromString(text(file))) {
        if (document != null) {
          documents.add(JSON.valueToTree(document));
        }
      }
    } catch (MarkedYamlEngineException e) {
      String place =
          e.getProblemMark()
              .map(
                  mark -> " at line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1))
              .orElse("");
      throw new Refusal(file + ": is not YAML: " + e.getProblem() + place);
    } catch (YamlEngineException | IllegalArgumentException e) {
      throw new Refusal(file + ": is not YAML: " + e.getMessage());
    }
    return documents;
  }

  private static String text(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw new Refusal(file + ": is a directory; name a YAML file");
      }
      if (Files.size(file) > MAXIMUM_BYTES) {
        throw new Refusal(file + ": is larger than 8 MiB; take it apart");
      }
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new Refusal(file + ": no such file");
    } catch (CharacterCodingException e) {
      throw new Refusal(file + ": is not YAML: it is not UTF-8 text");
    } catch (IOException e) {
      throw new Refusal(file + ": cannot be read: " + e.getMessage());
    }
  }
}
