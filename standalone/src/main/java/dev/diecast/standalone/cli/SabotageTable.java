package dev.diecast.standalone.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.diecast.standalone.cli.session.TextTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What became of sabotaged and clean runs, as suite fidelity of the tests has left it. */
final class SabotageTable {
  private SabotageTable() {}

  private static Path file(Path home) {
    return home.resolve("e2e-tests/target/fidelity/verdicts.json");
  }

  static void delete(Path home) throws IOException {
    Files.deleteIfExists(file(home));
  }

  /** Empty where the suite did not come as far as its first run. */
  static Optional<JsonNode> read(Path home) throws IOException {
    return Files.exists(file(home))
        ? Optional.of(JsonMapper.builder().build().readTree(file(home).toFile()))
        : Optional.empty();
  }

  /** For a person; a list of {@code {run, wanted, verdict, cause, right}} is what it shows. */
  static String text(JsonNode rows) {
    TextTable table = new TextTable("RUN", "WANTED", "VERDICT", "CAUSE", "");
    int right = 0;
    for (JsonNode row : rows) {
      boolean isRight = row.path("right").asBoolean();
      right += isRight ? 1 : 0;
      table.row(
          row.path("run").asText(),
          row.path("wanted").asText(),
          row.path("verdict").asText(),
          row.path("cause").asText(),
          isRight ? "" : "WRONG");
    }
    return "%s%d of %d verdicts are right".formatted(table, right, rows.size());
  }
}
