package dev.diecast.standalone.cli.topology;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.frame.Frames;
import dev.diecast.core.network.EthernetFrame;
import dev.diecast.core.network.assign.BusiestPipe;
import dev.diecast.core.network.assign.HostLoad;
import dev.diecast.core.network.assign.PipeAssignment;
import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.attach.Islands;
import dev.diecast.core.network.attach.VirtualNode;
import dev.diecast.core.network.distill.Contention;
import dev.diecast.core.network.distill.Deviation;
import dev.diecast.core.network.distill.DistillationError;
import dev.diecast.core.network.distill.DistilledNetwork;
import dev.diecast.core.network.distill.LongestPath;
import dev.diecast.core.network.distill.PipeCounts;
import dev.diecast.core.network.topology.Link;
import dev.diecast.standalone.cli.session.ProgressConsole;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.ToLongFunction;

/** The whole answer of {@code topology}; fields are stable. */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record TopologyReport(
    String source,
    String timeDilationFactor,
    Graph topology,
    List<String> islands,
    Distilled distillation,
    Error error,
    Assigned assignment) {

  record Graph(
      String name,
      int nodes,
      int links,
      int virtualNodes,
      Range linkBitsPerSecond,
      Range linkDelayMicros,
      Range accessBitsPerSecond,
      Range accessDelayMicros,
      List<String> notices) {}

  /** The least and the most, in both frames; null where there is nothing. */
  record Range(Double guestLeast, Double guestMost, Double hostLeast, Double hostMost) {
    static final Range NONE = new Range(null, null, null, null);
  }

  record Distilled(
      String mode,
      long accessPipes,
      long preservedPipes,
      long meshPipes,
      long pipes,
      long undirectedPipes,
      long estimatedBytes,
      int longestPathPipes,
      boolean longestPathExact) {}

  public record Error(
      long flows,
      boolean exact,
      Off pathDelayMicros,
      Off frameDelayMicros,
      Off bottleneckShare,
      Contention contention) {}

  public record Off(double greatest, double mean) {}

  record Assigned(
      List<Host> hosts, double crossHostShare, Busiest busiest, boolean exact, List<Place> nodes) {}

  record Host(
      int host,
      int virtualNodes,
      long pipes,
      double guestPipeBitsPerSecond,
      double hostPipeBitsPerSecond,
      double hostPipeFramesPerSecond,
      double hostSentBitsPerSecond) {}

  record Busiest(
      String from,
      String to,
      long guestBitsPerSecond,
      double hostBitsPerSecond,
      double utilisation) {}

  record Place(String name, String attachedTo, int host) {}

  /** All of it, computed; the costly parts say so to {@code progress}. */
  static TopologyReport of(
      String source,
      DilationFactor factor,
      DistilledNetwork network,
      int hosts,
      ProgressConsole progress) {
    AttachedNetwork attached = network.network();
    Islands islands = Islands.of(attached, new BitSet());
    progress.detail("following the paths");
    LongestPath longest = LongestPath.of(network);
    progress.detail("comparing with hop-by-hop");
    DistillationError error = DistillationError.measure(network);
    progress.detail("assigning pipes to hosts");
    PipeAssignment assignment = PipeAssignment.assign(network, hosts);
    PipeCounts counts = network.counts();
    return new TopologyReport(
        source,
        factor.toString(),
        graph(attached, factor),
        islands.isOne() ? List.of() : islands.describe(attached),
        new Distilled(
            network.distillation().toString(),
            counts.access(),
            counts.preserved(),
            counts.mesh(),
            counts.directed(),
            counts.undirected(),
            counts.estimatedBytes(),
            longest.pipes(),
            longest.exact()),
        error(error),
        assigned(attached, assignment, factor));
  }

  private static Graph graph(AttachedNetwork attached, DilationFactor factor) {
    List<Link> links = attached.topology().links();
    List<VirtualNode> nodes = attached.virtualNodes();
    return new Graph(
        attached.topology().name(),
        attached.topology().nodes().size(),
        links.size(),
        nodes.size(),
        rates(links, link -> link.forward().bitsPerSecond(), factor),
        delays(links, link -> link.forward().delayNanos(), factor),
        rates(nodes, node -> node.up().bitsPerSecond(), factor),
        delays(nodes, node -> node.up().delayNanos(), factor),
        attached.topology().notices());
  }

  private static <T> Range rates(List<T> things, ToLongFunction<T> rate, DilationFactor factor) {
    if (things.isEmpty()) {
      return Range.NONE;
    }
    var statistics = things.stream().mapToLong(rate).summaryStatistics();
    return new Range(
        (double) statistics.getMin(),
        (double) statistics.getMax(),
        hostRate(statistics.getMin(), factor),
        hostRate(statistics.getMax(), factor));
  }

  private static <T> Range delays(List<T> things, ToLongFunction<T> nanos, DilationFactor factor) {
    if (things.isEmpty()) {
      return Range.NONE;
    }
    var statistics = things.stream().mapToLong(nanos).summaryStatistics();
    return new Range(
        statistics.getMin() / 1e3,
        statistics.getMax() / 1e3,
        hostMicros(statistics.getMin(), factor),
        hostMicros(statistics.getMax(), factor));
  }

  private static double hostRate(double guestPerSecond, DilationFactor factor) {
    return Frames.hostRate(Rational.of(Math.round(guestPerSecond)), factor).toDouble();
  }

  private static double hostMicros(long guestNanos, DilationFactor factor) {
    Duration host = Frames.hostDuration(Duration.ofNanos(guestNanos), factor);
    return host.getSeconds() * 1e6 + host.getNano() / 1e3;
  }

  public static Error error(DistillationError error) {
    return new Error(
        error.flows(),
        error.exact(),
        off(error.pathDelayNanos(), 1e3),
        off(error.frameDelayNanos(), 1e3),
        off(error.bottleneckShare(), 1),
        error.contention());
  }

  private static Off off(Deviation deviation, double unit) {
    return new Off(deviation.greatest() / unit, deviation.mean() / unit);
  }

  private static Assigned assigned(
      AttachedNetwork attached, PipeAssignment assignment, DilationFactor factor) {
    List<Host> hosts = new ArrayList<>();
    for (HostLoad load : assignment.hosts()) {
      double through = hostRate(load.pipeBitsPerSecond(), factor);
      hosts.add(
          new Host(
              hosts.size(),
              load.virtualNodes(),
              load.pipes(),
              load.pipeBitsPerSecond(),
              through,
              through / EthernetFrame.wireBits(EthernetFrame.FULL_BYTES),
              hostRate(load.sentBitsPerSecond(), factor)));
    }
    List<Place> nodes =
        attached.virtualNodes().stream()
            .map(
                node ->
                    new Place(
                        node.name(),
                        attached.vertexName(node.router()),
                        assignment.hostOfVertex().get(attached.vertex(node))))
            .toList();
    return new Assigned(
        hosts,
        assignment.crossHostShare(),
        assignment.busiest().map(pipe -> busiest(attached, pipe, factor)).orElse(null),
        assignment.exact(),
        nodes);
  }

  private static Busiest busiest(
      AttachedNetwork attached, BusiestPipe pipe, DilationFactor factor) {
    return new Busiest(
        attached.vertexName(pipe.from()),
        attached.vertexName(pipe.to()),
        pipe.bitsPerSecond(),
        hostRate(pipe.bitsPerSecond(), factor),
        pipe.utilisation());
  }
}
