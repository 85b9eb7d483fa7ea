package dev.diecast.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Scripts of examples/ are whole, say what they do, and refuse what they cannot. */
class ExampleScriptsTest {
  private static final Path EXAMPLES = Path.of("../examples");

  static List<Path> scripts() throws IOException {
    try (Stream<Path> files = Files.walk(EXAMPLES, 2)) {
      return files
          .filter(file -> file.toString().endsWith(".sh") && Files.isExecutable(file))
          .sorted()
          .toList();
    }
  }

  /** What guests start, too: an image takes it as it is. */
  static List<Path> shells() throws IOException {
    try (Stream<Path> files = Files.walk(EXAMPLES)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> file.toString().endsWith(".sh") || Files.isExecutable(file))
          .sorted()
          .toList();
    }
  }

  private record Run(int exit, String said) {
    static Run of(String... words) throws IOException, InterruptedException {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes());
      return new Run(process.waitFor(), said);
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void parses(Path script) throws Exception {
    Run parsed = Run.of("sh", "-n", script.toString());
    assertThat(parsed.exit).as(parsed.said).isZero();
    // What is not executable is sourced by what is.
    assertThat(Files.readString(script).startsWith("#!/bin/sh\n"))
        .isEqualTo(Files.isExecutable(script));
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void hasHelp(Path script) throws Exception {
    Run help = Run.of(script.toString(), "--help");
    assertThat(help.exit).isZero();
    assertThat(help.said).startsWith("usage: " + script.getFileName());
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void refusesWhatItDoesNotKnow(Path script) throws Exception {
    Run unknown = Run.of(script.toString(), "--nonsense");
    assertThat(unknown.exit).isEqualTo(2);
    assertThat(unknown.said).contains("--nonsense", "--help");
    Run number = Run.of(script.toString(), "--factor", "0");
    assertThat(number.exit).isEqualTo(2);
    assertThat(number.said).contains("--factor");
  }
}
