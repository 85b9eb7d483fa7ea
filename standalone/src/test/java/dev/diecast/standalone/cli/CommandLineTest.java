package dev.diecast.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.standalone.cli.session.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineTest {
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
  private final CommandLine line = Main.commandLine(new PrintStream(errors));

  static Stream<String> commands() {
    return Main.commandLine(System.err).getSubcommands().entrySet().stream()
        .filter(entry -> !entry.getValue().getCommandSpec().usageMessage().hidden())
        .map(java.util.Map.Entry::getKey);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelp(String command) {
    StringWriter out = new StringWriter();
    line.setOut(new PrintWriter(out));
    assertThat(line.execute(command, "--help")).isZero();
    assertThat(out.toString()).contains("Usage:").contains(command);
  }

  @Test
  void aMissingFileIsRefused() {
    assertThat(line.execute("run", "no/such/file.yaml")).isEqualTo(ExitCode.REFUSED);
    assertThat(said()).contains("diecast: no/such/file.yaml: no such file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run x.yaml --clock-window 0",
        "run x.yaml --cpu-tolerance 100",
        "run x.yaml --cpu-rounds -1",
        "test unit --full",
        "test unit --kernel bookworm",
        "test module --kernel 6.12",
        "worker up --kernel sid",
        "bench clock --factors 10,abc",
        "bench clock --factors 0",
        "bench clock --window 0",
        "bench pipes --hops 0",
        "bench pipes --frame 20",
        "bench pipes --window 61",
        "bench pipes --warm-up 0",
        "up --topology x.gml",
        "down --instance Not_A_Name",
        "exec web-0 --timeout 0 -- true"
      })
  void badOptionsAreNamed(String arguments) {
    String[] words = arguments.split(" ");
    int exit = line.execute(words);
    assertThat(exit).isEqualTo(ExitCode.REFUSED);
    assertThat(said()).contains("diecast: ");
  }

  private String said() {
    return errors.toString(StandardCharsets.UTF_8);
  }
}
