package dev.diecast.standalone.cli;

import dev.diecast.standalone.SetupException;
import dev.diecast.standalone.cli.bench.BenchCommand;
import dev.diecast.standalone.cli.plan.PlanCommand;
import dev.diecast.standalone.cli.run.RunCommand;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.Messages;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.topology.TopologyCommand;
import dev.diecast.standalone.cli.verdict.VerdictCommand;
import dev.diecast.standalone.controlplane.ControlPlaneException;
import java.io.PrintStream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line of DieCast on one machine. */
@Command(
    name = "diecast",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description =
        "Runs a model of a large service on few hosts, with time slowed inside its nodes.",
    subcommands = {
      RunCommand.class,
      UpCommand.class,
      PlanCommand.class,
      StatusCommand.class,
      VerdictCommand.class,
      ExecCommand.class,
      LogsCommand.class,
      KubectlCommand.class,
      DownCommand.class,
      CompareCommand.class,
      TopologyCommand.class,
      BenchCommand.class,
      TestCommand.class,
      DoctorCommand.class,
      ImageCommand.class,
      ContainerCommand.class,
      WorkerVmCommand.class,
      SuperviseCommand.class,
      AutoComplete.GenerateCompletion.class,
      CommandLine.HelpCommand.class
    },
    footer = {
      "",
      "Exit codes: 0 done or PASS, 1 FAIL or broken, 2 refused before anything started, 3 UNKNOWN.",
      "Completion: . <(./diecast generate-completion)"
    })
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    System.setProperty("java.util.logging.config.class", Logging.class.getName());
    System.exit(commandLine(System.err).execute(args));
  }

  public static CommandLine commandLine(PrintStream errors) {
    CommandLine line = new CommandLine(new Main());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler((exception, command, parsed) -> report(exception, errors));
    // What follows `exec NODE --` and `kubectl` belongs to another program.
    line.getSubcommands().get("kubectl").setUnmatchedOptionsArePositionalParams(true);
    line.getSubcommands().get("kubectl").setStopAtPositional(true);
    line.getSubcommands().get("exec").setStopAtPositional(true);
    line.getSubcommands().get("worker").getSubcommands().get("exec").setStopAtPositional(true);
    return line;
  }

  static int report(Exception exception, PrintStream errors) {
    if (exception instanceof SetupException || exception instanceof ControlPlaneException) {
      errors.println("diecast: " + exception.getMessage());
      return ExitCode.REFUSED;
    }
    if (exception instanceof Refusal refusal) {
      refusal.problems().forEach(problem -> errors.println("diecast: " + problem));
      return ExitCode.REFUSED;
    }
    errors.println("diecast: " + Messages.of(exception));
    if (System.getenv("DIECAST_DEBUG") != null) {
      exception.printStackTrace(errors);
    }
    return ExitCode.FAILED;
  }

  /** Reads the version from the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"diecast " + (version == null ? "0.1.0-SNAPSHOT" : version)};
    }
  }
}
