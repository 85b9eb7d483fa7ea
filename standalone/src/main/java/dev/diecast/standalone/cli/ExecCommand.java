package dev.diecast.standalone.cli;

import dev.diecast.standalone.cli.session.InstanceOption;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.Session;
import dev.diecast.standalone.virt.ExecResult;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a program inside a node. */
@Command(
    name = "exec",
    mixinStandardHelpOptions = true,
    description = "Runs a program in a node and exits with its exit code.",
    footer = {"", "Example: diecast exec web-0 -- date"})
final class ExecCommand implements Callable<Integer> {
  @Mixin private InstanceOption instance;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "Limit in seconds of guest time (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds;

  @Option(
      names = {"-i", "--stdin"},
      description = "Hand this program's standard input to that one.")
  private boolean stdin;

  @Parameters(index = "0", paramLabel = "NODE", description = "Its name, or <group>-<index>.")
  private String node;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "CMD",
      description = "Program and arguments.")
  private List<String> command;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (timeoutSeconds <= 0) {
      throw new Refusal("--timeout: must be at least 1 second, not " + timeoutSeconds);
    }
    // Options end at NODE already, so the customary -- arrives as a word.
    List<String> argv =
        command.getFirst().equals("--") ? command.subList(1, command.size()) : command;
    if (argv.isEmpty()) {
      throw new Refusal("exec: name the program after --");
    }
    Optional<byte[]> input = stdin ? Optional.of(System.in.readAllBytes()) : Optional.empty();
    try (Session session = Session.attach(instance.instance())) {
      var target = session.node(node);
      ExecResult result = session.exec(target).run(argv, input, Duration.ofSeconds(timeoutSeconds));
      System.out.writeBytes(result.stdout());
      System.out.flush();
      System.err.writeBytes(result.stderr());
      System.err.flush();
      return result.exitCode();
    }
  }
}
