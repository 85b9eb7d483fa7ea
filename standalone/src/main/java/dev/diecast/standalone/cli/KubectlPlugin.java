package dev.diecast.standalone.cli;

import dev.diecast.standalone.cli.plan.PlanCommand;
import dev.diecast.standalone.cli.verdict.VerdictCommand;
import java.io.PrintStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * {@code kubectl diecast}: what of the command line a cluster's user needs. Its launcher sets
 * {@code $KUBECONFIG} to kubectl's own default.
 */
@Command(
    name = "kubectl-diecast",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "What runs on a cluster with DieCast, whether it is true, and what is missing.",
    subcommands = {
      StatusCommand.class,
      VerdictCommand.class,
      PlanCommand.class,
      ClusterDoctorCommand.class,
      CommandLine.HelpCommand.class
    },
    footer = {
      "",
      "Exit codes: 0 done or PASS, 1 FAIL or broken, 2 refused: bad input, or something is missing, 3 UNKNOWN."
    })
public final class KubectlPlugin {

  private KubectlPlugin() {}

  public static void main(String[] args) {
    System.setProperty("java.util.logging.config.class", Logging.class.getName());
    System.exit(commandLine(System.err).execute(args));
  }

  public static CommandLine commandLine(PrintStream errors) {
    CommandLine line = new CommandLine(new KubectlPlugin());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (exception, command, parsed) -> Main.report(exception, errors));
    return line;
  }
}
