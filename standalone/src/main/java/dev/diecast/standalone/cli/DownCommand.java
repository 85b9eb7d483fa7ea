package dev.diecast.standalone.cli;

import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.InstanceOption;
import dev.diecast.standalone.cli.session.ProgressConsole;
import dev.diecast.standalone.supervisor.Instance;
import dev.diecast.standalone.supervisor.Teardown;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Ends an instance and everything it started. */
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    description = "Ends an instance: its guests, processes, cgroups and files.")
final class DownCommand implements Callable<Integer> {
  @Mixin private InstanceOption instance;

  @Option(
      names = {"-v", "--verbose"},
      description = "Say what is ended.")
  private boolean verbose;

  @Override
  public Integer call() {
    Instance target = instance.instance();
    ProgressConsole progress = new ProgressConsole(System.err, verbose);
    Teardown.Outcome outcome = Teardown.of(target, progress::detail).run();
    outcome.leftovers().forEach(left -> System.err.println("diecast: left behind: " + left));
    System.out.printf(
        "Instance %s is down: %d processes ended, %s.%n",
        target.name(), outcome.ended(), outcome.isClean() ? "nothing left" : "something left");
    return outcome.isClean() ? ExitCode.OK : ExitCode.FAILED;
  }
}
