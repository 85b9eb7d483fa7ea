package dev.diecast.standalone.cli;

import dev.diecast.standalone.cli.session.InstanceOption;
import dev.diecast.standalone.cli.session.Setup;
import dev.diecast.standalone.supervisor.Instance;
import dev.diecast.standalone.supervisor.Supervisor;
import dev.diecast.standalone.supervisor.SupervisorConfiguration;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The background process of an instance; started by {@code up} and {@code run}. */
@Command(name = "supervise", hidden = true, description = "Runs an instance in the foreground.")
final class SuperviseCommand implements Callable<Integer> {
  @Mixin private InstanceOption instance;

  @Override
  public Integer call() throws IOException {
    Instance target = instance.instance();
    return Supervisor.run(
        SupervisorConfiguration.read(target.configurationFile()), Setup.imageStore());
  }
}
