package dev.diecast.standalone.cli.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.diecast.core.network.assign.PipeAssignment;
import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.attach.Attachment;
import dev.diecast.core.network.distill.Distillation;
import dev.diecast.core.network.distill.DistillationError;
import dev.diecast.core.network.distill.DistilledNetwork;
import dev.diecast.core.network.distill.LongestPath;
import dev.diecast.core.network.topology.Generator;
import dev.diecast.core.network.topology.LinkDefaults;
import dev.diecast.core.network.topology.Topology;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.Magnitudes;
import dev.diecast.standalone.cli.session.OutputOption;
import dev.diecast.standalone.cli.session.ProgressConsole;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.TextTable;
import dev.diecast.standalone.cli.topology.TopologyOptions;
import dev.diecast.standalone.cli.topology.TopologyReport;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How long does each distillation of a large network take, how much memory, and what is lost? */
@Command(
    name = "distill",
    mixinStandardHelpOptions = true,
    description = "Distils a large network in every mode: time, memory, error against hop-by-hop.")
final class DistillBench implements Callable<Integer> {
  private static final double GOAL_SECONDS = 10;
  private static final long GOAL_BYTES = 1L << 30;

  @Option(
      names = "--generate",
      paramLabel = "SPEC",
      defaultValue = "transit-stub:4,5,7,7",
      description =
          "The topology, as of the command topology (default: ${DEFAULT-VALUE}, 1,000 routers).")
  private String generate;

  @Option(
      names = "--virtual-nodes",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Nodes on it, round robin (default: ${DEFAULT-VALUE}).")
  private int virtualNodes;

  @Option(
      names = "--hosts",
      paramLabel = "N",
      defaultValue = "8",
      description = "Over how many hosts pipes are spread (default: ${DEFAULT-VALUE}).")
  private int hosts;

  @Option(
      names = "--modes",
      paramLabel = "MODE",
      split = ";",
      defaultValue = "hop-by-hop;end-to-end;walk-in:1;walk-in:2;walk-out:1,1",
      description = "Distillations, with ; between them (default: ${DEFAULT-VALUE}).")
  private List<String> modes;

  @Mixin private OutputOption output;

  /** The whole answer; fields are stable. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Report(
      String bench,
      String topology,
      int routers,
      int virtualNodes,
      int hosts,
      List<Result> results) {}

  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Result(
      String mode,
      double seconds,
      double distillSeconds,
      double errorSeconds,
      double assignSeconds,
      long peakHeapBytes,
      long pipes,
      long undirectedPipes,
      long estimatedBytes,
      int longestPathPipes,
      double crossHostShare,
      boolean goalMet,
      TopologyReport.Error error) {}

  @Override
  public Integer call() {
    List<Distillation> distillations =
        modes.stream()
            .map(mode -> TopologyOptions.refusing("--modes", () -> Distillation.parse(mode)))
            .toList();
    if (hosts < 1 || hosts > PipeAssignment.MAXIMUM_HOSTS) {
      throw new Refusal(
          "--hosts: must be 1 to %d, not %d".formatted(PipeAssignment.MAXIMUM_HOSTS, hosts));
    }
    AttachedNetwork network = network();
    ProgressConsole progress = new ProgressConsole(System.err, false);
    List<Result> results = new ArrayList<>();
    for (Distillation distillation : distillations) {
      progress.step(distillation.toString());
      results.add(measure(network, distillation));
    }
    if (output.json()) {
      output.printJson(
          new Report("distill", generate, network.routerCount(), virtualNodes, hosts, results));
    } else {
      System.out.print(table(network, results));
    }
    return results.stream().allMatch(Result::goalMet) ? ExitCode.OK : ExitCode.FAILED;
  }

  private AttachedNetwork network() {
    Topology topology =
        TopologyOptions.refusing(
            "--generate",
            () -> Generator.parse(generate).generator().generate(LinkDefaults.STANDARD));
    return TopologyOptions.refusing(
        "--virtual-nodes",
        () ->
            AttachedNetwork.attach(
                topology,
                List.of(
                    new Attachment(
                        "node",
                        virtualNodes,
                        new Attachment.RoundRobin(),
                        LinkDefaults.STANDARD.access()))));
  }

  private Result measure(AttachedNetwork attached, Distillation distillation) {
    forgetPeaks();
    long start = System.nanoTime();
    DistilledNetwork network =
        TopologyOptions.refusing("--modes", () -> distillation.distill(attached));
    LongestPath longest = LongestPath.of(network);
    long distilled = System.nanoTime();
    DistillationError error = DistillationError.measure(network);
    long compared = System.nanoTime();
    PipeAssignment assignment = PipeAssignment.assign(network, hosts);
    long end = System.nanoTime();
    long peak = peakHeapBytes();
    double seconds = (end - start) / 1e9;
    return new Result(
        distillation.toString(),
        seconds,
        (distilled - start) / 1e9,
        (compared - distilled) / 1e9,
        (end - compared) / 1e9,
        peak,
        network.counts().directed(),
        network.counts().undirected(),
        network.counts().estimatedBytes(),
        longest.pipes(),
        assignment.crossHostShare(),
        seconds <= GOAL_SECONDS && peak <= GOAL_BYTES,
        TopologyReport.error(error));
  }

  private static List<MemoryPoolMXBean> heapPools() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .toList();
  }

  private static void forgetPeaks() {
    System.gc();
    heapPools().forEach(MemoryPoolMXBean::resetPeakUsage);
  }

  /** Of all pools, which need not have had their peaks at once: no less than the truth. */
  private static long peakHeapBytes() {
    return heapPools().stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
  }

  private String table(AttachedNetwork network, List<Result> results) {
    TextTable table =
        new TextTable(
            "MODE",
            "TIME",
            "PEAK HEAP",
            "PIPES (BOTH WAYS AS ONE)",
            "LONGEST PATH",
            "FRAME DELAY OFF, MEAN",
            "BOTTLENECK OFF, MEAN",
            "SHARED PIPES LOST",
            "SHARED BOTTLENECKS LOST",
            "CROSS-HOST");
    for (Result result : results) {
      var contention = result.error().contention();
      table.row(
          result.mode(),
          String.format(Locale.ROOT, "%.2f s", result.seconds()),
          Magnitudes.bytes(result.peakHeapBytes()),
          Long.toString(result.undirectedPipes()),
          Integer.toString(result.longestPathPipes()),
          Magnitudes.millis(result.error().frameDelayMicros().mean()),
          Magnitudes.percent(result.error().bottleneckShare().mean()),
          share(contention.sharingPipeLost(), contention.sharingPipe()),
          share(contention.sharingBottleneckLost(), contention.sharingBottleneck()),
          Magnitudes.percent(result.crossHostShare()));
    }
    return "%n%d routers, %d virtual nodes (%s), %d hosts%n%n%s%n%s%n"
        .formatted(
            network.routerCount(),
            virtualNodes,
            generate,
            hosts,
            table,
            results.stream().allMatch(Result::goalMet)
                ? "Goal met: each mode within 10 s and 1 GiB."
                : "Goal missed: each mode within 10 s and 1 GiB.");
  }

  private static String share(long lost, long of) {
    return of == 0 ? "none shared" : Magnitudes.percent((double) lost / of);
  }
}
