package dev.diecast.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.standalone.cli.session.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
  @TempDir Path directory;

  private String run(String name, int shop, double load) throws IOException {
    String line = "{\"result\":\"%s\",\"series\":\"%s\",\"%s\":%s}%n";
    return Files.writeString(
            directory.resolve(name),
            line.formatted("throughput", "shop", "value", shop)
                + line.formatted("cpu", "load/web", "share", load))
        .toString();
  }

  private CommandLineRun compare(String... more) throws IOException {
    List<String> words =
        new ArrayList<>(List.of("compare", run("a", 100, 0.5), run("b", 100, 0.9), "-o", "json"));
    words.addAll(List.of(more));
    return CommandLineRun.of(Main::commandLine, words);
  }

  @Test
  void onlyTheSeriesThatAreNamedCount() throws IOException {
    assertThat(compare().exit()).isEqualTo(ExitCode.FAILED);
    CommandLineRun some = compare("--series", "shop", "--series", "loop/*");
    assertThat(some.exit()).as(some.out()).isZero();
    assertThat(some.json().path("rows")).hasSize(1);
    assertThat(compare("--series", "load/*").exit()).isEqualTo(ExitCode.FAILED);
    assertThat(compare("--series", "none").exit()).isEqualTo(ExitCode.UNKNOWN);
  }

  @Test
  void aPatternThatIsNoneIsRefused() throws IOException {
    CommandLineRun refused = compare("--series", "{web");
    assertThat(refused.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(refused.errors()).contains("--series");
  }
}
