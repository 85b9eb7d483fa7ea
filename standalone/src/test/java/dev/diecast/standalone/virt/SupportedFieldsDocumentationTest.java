package dev.diecast.standalone.virt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The documented subset of KubeVirt's schema is the one that is honoured, no more and no less. */
class SupportedFieldsDocumentationTest {

  private static final Path PAGE = Path.of("../docs/standalone-virtual-machines.md");
  private static final Pattern FIELD = Pattern.compile("`([a-zA-Z.\\[\\]]+)`");

  @Test
  void listsExactlyWhatIsHonoured() throws IOException {
    String page = Files.readString(PAGE);
    String section =
        page.substring(page.indexOf("## spec.template.spec"), page.indexOf("## Phases"));
    Set<String> documented =
        section
            .lines()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.split("\\|")[1])
            .flatMap(cell -> FIELD.matcher(cell).results().map(found -> found.group(1)))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(documented).containsExactlyInAnyOrderElementsOf(SupportedFields.templatePaths());
  }
}
