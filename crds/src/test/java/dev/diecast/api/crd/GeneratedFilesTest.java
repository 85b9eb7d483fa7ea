package dev.diecast.api.crd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The committed CRDs and their reference are what the types give; {@code -Dcrds.write} makes so.
 */
class GeneratedFilesTest {

  private static final Path CRDS = Path.of("src/main/resources/diecast");

  /** Helm reads no files outside its chart. */
  private static final Path CHART = Path.of("../charts/diecast/files/crds");

  private static final Path REFERENCE = Path.of("../docs/reference/api.md");
  static final List<Path> FOLDERS = List.of(CRDS, CHART);
  private static final String MEND = "run: mvn -pl crds test -Dcrds.write (then commit the files)";

  @ParameterizedTest
  @FieldSource("FOLDERS")
  void committedCrdsAreThoseOfTheTypes(Path folder) throws IOException {
    Map<String, String> generated = GeneratedFiles.crds();
    if (System.getProperty("crds.write") != null) {
      Files.createDirectories(folder);
      for (Map.Entry<String, String> file : generated.entrySet()) {
        Files.writeString(folder.resolve(file.getKey()), file.getValue());
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()).collect(Collectors.toSet()))
          .as("files in crds/%s; %s", folder, MEND)
          .isEqualTo(generated.keySet());
    }
    generated.forEach(
        (name, text) ->
            assertThat(read(folder.resolve(name)))
                .as("crds/%s differs from the types; %s", folder.resolve(name), MEND)
                .isEqualTo(text));
  }

  @Test
  void committedReferenceIsThatOfTheCrds() throws IOException {
    String page = ApiReference.page(GeneratedFiles.crds().values());
    if (System.getProperty("crds.write") != null) {
      Files.createDirectories(REFERENCE.getParent());
      Files.writeString(REFERENCE, page);
    }
    assertThat(read(REFERENCE)).as("docs/reference/api.md differs; %s", MEND).isEqualTo(page);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
