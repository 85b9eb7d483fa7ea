package dev.diecast.standalone.cli.topology;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.network.assign.PipeAssignment;
import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.distill.Distillation;
import dev.diecast.core.network.distill.DistilledNetwork;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.Json;
import dev.diecast.standalone.cli.session.ProgressConsole;
import dev.diecast.standalone.cli.session.Refusal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What becomes of a topology: pipes, error, load of hosts; without a cluster. */
@Command(
    name = "topology",
    mixinStandardHelpOptions = true,
    description =
        "Shows what a topology becomes: its pipes, the error of distillation, the load of hosts.",
    footer = {
      "",
      "Examples: diecast topology Abilene.gml --attach web=10 --distill walk-in:1 --hosts 2",
      "          diecast topology --generate ring:20x20 --distill end-to-end -o json"
    })
public final class TopologyCommand implements Callable<Integer> {
  enum Format {
    text,
    json,
    dot
  }

  /** Larger networks take more than a moment: then progress is shown. */
  private static final int LARGE_VERTICES = 1_000;

  @Mixin private TopologyOptions options;

  @Option(
      names = "--distill",
      paramLabel = "MODE",
      defaultValue = "hop-by-hop",
      description =
          "hop-by-hop, end-to-end, walk-in:HOPS (last-mile is walk-in:1) or walk-out:HOPS,CORE-HOPS"
              + " (default: ${DEFAULT-VALUE}).")
  private String mode;

  @Option(
      names = "--hosts",
      paramLabel = "N",
      defaultValue = "1",
      description = "Over how many hosts pipes are spread (default: ${DEFAULT-VALUE}).")
  private int hosts;

  @Option(
      names = "--factor",
      paramLabel = "T",
      defaultValue = "1",
      description = "Time dilation factor, for values on the host (default: ${DEFAULT-VALUE}).")
  private String factor;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description =
          "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}); dot is the pipe graph for"
              + " Graphviz.")
  private Format format;

  @Override
  public Integer call() {
    if (hosts < 1 || hosts > PipeAssignment.MAXIMUM_HOSTS) {
      throw new Refusal(
          "--hosts: must be 1 to %d, not %d".formatted(PipeAssignment.MAXIMUM_HOSTS, hosts));
    }
    DilationFactor dilation = factor();
    Distillation distillation =
        TopologyOptions.refusing("--distill", () -> Distillation.parse(mode));
    AttachedNetwork attached = options.network();
    ProgressConsole progress =
        new ProgressConsole(System.err, attached.vertexCount() >= LARGE_VERTICES);
    DistilledNetwork network =
        TopologyOptions.refusing("--distill", () -> distillation.distill(attached));
    switch (format) {
      case dot -> System.out.print(TopologyDrawing.of(network));
      case json -> Json.print(report(network, dilation, progress));
      case text -> System.out.print(TopologyTable.of(report(network, dilation, progress)));
    }
    return ExitCode.OK;
  }

  private TopologyReport report(
      DistilledNetwork network, DilationFactor dilation, ProgressConsole progress) {
    return TopologyReport.of(options.source(), dilation, network, hosts, progress);
  }

  private DilationFactor factor() {
    try {
      return DilationFactor.parse(factor.strip());
    } catch (IllegalArgumentException e) {
      throw new Refusal("--factor: " + e.getMessage());
    }
  }
}
