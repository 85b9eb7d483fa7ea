package dev.diecast.standalone.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.standalone.HostCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkerCommandTest {

  /** By the shell of this machine, which is the one that reads it in the VM. */
  @Test
  void aShellLeavesEveryWordAsItIs() {
    List<String> words =
        List.of("", "a b", "it's", "''", "\"$HOME\" `id`", "*", "-e", "\\", "ü;&|");
    WorkerCommand command =
        new WorkerCommand(
            java.util.stream.Stream.concat(
                    java.util.stream.Stream.of("printf", "<%s>\\n"), words.stream())
                .toList(),
            Map.of("PATH", "/usr/bin:/bin"),
            Path.of("/"),
            new byte[0],
            java.time.Duration.ofSeconds(1));
    HostCommand.Result result = HostCommand.of(List.of("sh", "-c", command.script())).run();
    assertThat(result.output()).isEqualTo(words.stream().map(word -> "<" + word + ">").toList());
  }

  @Test
  void theEnvironmentIsTheCommandsAlone() {
    WorkerCommand command =
        WorkerCommand.of("env")
            .withEnvironment(Map.of("PATH", "/usr/bin:/bin", "A", "it's", "BASH_FUNC_f%%", "() {"))
            .in(Path.of("/usr"));
    HostCommand.Result result =
        HostCommand.of(List.of("env", "-i", "HOME=/x", "sh", "-c", command.script())).run();
    assertThat(result.output()).contains("A=it's", "PATH=/usr/bin:/bin", "PWD=/usr");
    assertThat(result.output()).noneMatch(line -> line.startsWith("HOME=") || line.contains("%%"));
  }

  @Test
  void whatNoProgramCanBeGivenIsRefused() {
    assertThatThrownBy(() -> WorkerCommand.of()).hasMessage("no program to run");
    assertThatThrownBy(() -> WorkerCommand.of("a\0b").script())
        .hasMessageContaining("zero character");
  }
}
