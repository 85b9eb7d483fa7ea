package dev.diecast.standalone.cli.plan;

import dev.diecast.standalone.cli.session.ApiServer;
import dev.diecast.standalone.cli.session.ApiServerOption;
import dev.diecast.standalone.cli.session.ApiServerOption.Target;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.ModelFile;
import dev.diecast.standalone.cli.session.OutputOption;
import dev.diecast.standalone.cli.session.ProgressConsole;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.ThisMachine;
import dev.diecast.standalone.cli.session.TopologyOption;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says where a file's models would be placed; applies and starts nothing. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description = {
      "Says what would be placed where, at which T, and what binds; nothing is applied or started.",
      "Without --hosts, --kubeconfig, --instance and $KUBECONFIG: on this machine, as if empty."
    },
    footer = {"", "Exit codes: 0 all models fit, 2 one is refused."})
public final class PlanCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "YAML with ScaleModels.")
  private Path file;

  @Option(
      names = "--hosts",
      paramLabel = "FILE.yaml",
      description = "DilationHosts to plan for, as kubectl get dilationhosts -o yaml prints them.")
  private Path hosts;

  @Mixin private ApiServerOption server;
  @Mixin private TopologyOption topology;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ModelFile read = topology.read(file);
    Optional<Target> target = server.target();
    List<ModelPlan> plans;
    String against;
    if (hosts != null) {
      Scene scene = Scene.empty("hosts of " + hosts, HostsFile.read(hosts), false);
      against = scene.name();
      plans = DryRun.of(read, scene, Instant.now());
    } else if (target.isPresent()) {
      try (ApiServer asked = ApiServer.of(target.get()).orElseThrow(() -> notRunning(target))) {
        against = asked.name();
        plans = DryRun.of(read, Scene.of(asked), Instant.now());
      }
    } else {
      new ProgressConsole(System.err, false).step("looking at what this machine has");
      Scene scene = Scene.empty("this machine", List.of(ThisMachine.host()), true);
      against = scene.name();
      plans = DryRun.of(read, scene, Instant.now());
    }
    return answer(against, plans);
  }

  private int answer(String against, List<ModelPlan> plans) {
    PlanReport report = PlanReport.of(against, plans);
    if (output.json()) {
      output.printJson(report);
    } else {
      System.out.printf("Against %s. Nothing is applied.%n", against);
    }
    for (ModelPlan plan : plans) {
      if (!output.json() && plan instanceof ModelPlan.Fits fits) {
        System.out.println();
        System.out.print(PlanText.of(fits));
      }
    }
    List<String> refused =
        plans.stream()
            .filter(ModelPlan.Refused.class::isInstance)
            .map(ModelPlan.Refused.class::cast)
            .map(
                plan ->
                    "ScaleModel %s/%s would be refused: %s: %s"
                        .formatted(
                            plan.model().getMetadata().getNamespace(),
                            plan.model().getMetadata().getName(),
                            plan.reason(),
                            plan.message()))
            .toList();
    if (!refused.isEmpty()) {
      System.out.flush();
      throw new Refusal(refused);
    }
    return ExitCode.OK;
  }

  private static Refusal notRunning(Optional<Target> target) {
    String name =
        target.filter(Target.OfInstance.class::isInstance).isPresent()
            ? ((Target.OfInstance) target.get()).instance().name()
            : "";
    return new Refusal(
        "--instance: instance %s does not run: leave the option out to plan for this machine as if empty"
            .formatted(name));
  }
}
