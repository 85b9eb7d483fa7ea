package dev.diecast.standalone.cli;

import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.InstanceOption;
import dev.diecast.standalone.cli.session.ModelFile;
import dev.diecast.standalone.cli.session.ProgressConsole;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.Session;
import dev.diecast.standalone.cli.session.Setup;
import dev.diecast.standalone.cli.session.StartOptions;
import dev.diecast.standalone.cli.session.TopologyMaps;
import dev.diecast.standalone.cli.session.TopologyOption;
import dev.diecast.standalone.supervisor.Instance;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Starts an instance and applies models to it, or applies more to one that runs. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = "Starts an instance (or uses the running one) and applies the file's models.")
final class UpCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", arity = "0..1", description = "YAML with ScaleModels.")
  private Path file;

  @Mixin private InstanceOption instance;
  @Mixin private StartOptions start;
  @Mixin private TopologyOption topology;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "900",
      description = "Host time to wait for the models to be ready (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds;

  @Option(names = "--no-wait", description = "Return once the models are accepted and placed.")
  private boolean noWait;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (file == null && topology.isGiven()) {
      throw new Refusal("--topology: is that of a model: name the model's FILE, too");
    }
    ModelFile read = file == null ? null : topology.read(file);
    if (read != null) {
      TopologyMaps.requireCore(file, read);
      Setup.refuseUnknownImages(read);
    }
    Instance target = instance.instance();
    ProgressConsole progress = start.progress();
    try (Session session = Session.startOrAttach(target, start, progress)) {
      if (read != null) {
        Setup.prepareDisks(read, progress);
        session.apply(read);
        for (ScaleModel model : read.models()) {
          session
              .watch(model, progress)
              .await(
                  "ready",
                  Duration.ofSeconds(timeoutSeconds),
                  snapshot -> snapshot.isTrue(noWait ? "Placed" : "Ready"));
        }
      }
      session.keep();
      System.out.printf("Instance %s is up. KUBECONFIG=%s%n", target.name(), target.kubeconfig());
    }
    return ExitCode.OK;
  }
}
