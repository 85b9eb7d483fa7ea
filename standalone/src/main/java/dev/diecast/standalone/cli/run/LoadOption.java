package dev.diecast.standalone.cli.run;

import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.standalone.cli.session.Refusal;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** What programs a run starts in the nodes. */
final class LoadOption {
  @Option(
      names = "--prepare",
      paramLabel = "\"NODE: COMMAND\"",
      description = {
        "Runs a shell's command in a node, or in all nodes of a group, before anything is",
        "measured; the run goes on when it has ended. May be repeated."
      })
  private List<String> prepare = List.of();

  @Option(
      names = "--load",
      paramLabel = "\"NODE: COMMAND\"",
      description = {
        "Runs a shell's command in a node, or in all nodes of a group, as part of what is judged;",
        "what it prints becomes <group>-<index>.txt in the directory of --results, for `diecast",
        "compare`. May be repeated: all run at once."
      })
  private List<String> load = List.of();

  @Option(
      names = "--load-timeout",
      paramLabel = "SECONDS",
      defaultValue = "900",
      description = "Guest time that each of these may take (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds;

  /**
   * @param kept whether the run's results are
   * @throws Refusal naming the option and the mend
   */
  NodeLoad.Plan read(ScaleModel model, boolean kept) {
    if (timeoutSeconds <= 0) {
      throw new Refusal("--load-timeout: must be at least 1 second, not " + timeoutSeconds);
    }
    if (!load.isEmpty() && !kept) {
      throw new Refusal("--load: what it prints is kept with the results: add --results DIR");
    }
    List<NodeGroup> groups = model.getSpec().groups();
    return new NodeLoad.Plan(
        NodeCommand.byNode("--prepare", prepare, groups),
        NodeCommand.byNode("--load", load, groups),
        Duration.ofSeconds(timeoutSeconds));
  }
}
