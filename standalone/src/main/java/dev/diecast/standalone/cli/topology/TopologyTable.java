package dev.diecast.standalone.cli.topology;

import dev.diecast.core.network.distill.Contention;
import dev.diecast.standalone.cli.session.Magnitudes;
import dev.diecast.standalone.cli.session.TextTable;
import java.util.List;
import java.util.Optional;

/** A network's report for a person at a terminal. */
final class TopologyTable {
  private TopologyTable() {}

  static String of(TopologyReport report) {
    StringBuilder text = new StringBuilder();
    TopologyReport.Graph graph = report.topology();
    text.append(
        "%s%s: %d nodes, %d links, %d virtual nodes%n"
            .formatted(
                report.source(),
                graph.name().isEmpty() ? "" : " (" + graph.name() + ")",
                graph.nodes(),
                graph.links(),
                graph.virtualNodes()));
    graph.notices().forEach(notice -> text.append("  notice: %s%n".formatted(notice)));
    if (!report.islands().isEmpty()) {
      text.append("  islands: nodes of different ones cannot reach each other:%n".formatted());
      report.islands().forEach(island -> text.append("    %s%n".formatted(island)));
    }
    text.append("%n%s%n".formatted(links(report)));
    text.append(distillation(report.distillation()));
    text.append(error(report.error()));
    text.append("%n%s".formatted(hosts(report.assignment())));
    text.append(load(report.assignment()));
    return text.toString();
  }

  private static TextTable links(TopologyReport report) {
    TopologyReport.Graph graph = report.topology();
    String factor = report.timeDilationFactor();
    TextTable table = new TextTable("LINKS", "IN THE GUESTS", "ON THE HOST (T = " + factor + ")");
    rates(table, "bandwidth of links", graph.linkBitsPerSecond());
    delays(table, "delay of links", graph.linkDelayMicros());
    rates(table, "bandwidth of access links", graph.accessBitsPerSecond());
    delays(table, "delay of access links", graph.accessDelayMicros());
    return table;
  }

  private static void rates(TextTable table, String name, TopologyReport.Range range) {
    if (range.guestLeast() != null) {
      table.row(
          name,
          between(
              Magnitudes.bitsPerSecond(range.guestLeast()),
              Magnitudes.bitsPerSecond(range.guestMost())),
          between(
              Magnitudes.bitsPerSecond(range.hostLeast()),
              Magnitudes.bitsPerSecond(range.hostMost())));
    }
  }

  private static void delays(TextTable table, String name, TopologyReport.Range range) {
    if (range.guestLeast() != null) {
      table.row(
          name,
          between(Magnitudes.millis(range.guestLeast()), Magnitudes.millis(range.guestMost())),
          between(Magnitudes.millis(range.hostLeast()), Magnitudes.millis(range.hostMost())));
    }
  }

  private static String between(String least, String most) {
    return least.equals(most) ? least : least + " to " + most;
  }

  private static String distillation(TopologyReport.Distilled distilled) {
    return """
    Distillation %s: %d pipes, %d with both directions as one
      access %d, emulated links %d, mesh %d (unidirectional)
      about %s if all are held; longest path %d pipes%s
    """
        .formatted(
            distilled.mode(),
            distilled.pipes(),
            distilled.undirectedPipes(),
            distilled.accessPipes(),
            distilled.preservedPipes(),
            distilled.meshPipes(),
            Magnitudes.bytes(distilled.estimatedBytes()),
            distilled.longestPathPipes(),
            distilled.longestPathExact() ? "" : " (of sampled sources)");
  }

  private static String error(TopologyReport.Error error) {
    Contention contention = error.contention();
    TextTable table = new TextTable("ERROR AGAINST HOP-BY-HOP", "GREATEST", "MEAN");
    table.row(
        "path delay",
        Magnitudes.millis(error.pathDelayMicros().greatest()),
        Magnitudes.millis(error.pathDelayMicros().mean()));
    table.row(
        "delay of a full frame, idle path",
        Magnitudes.millis(error.frameDelayMicros().greatest()),
        Magnitudes.millis(error.frameDelayMicros().mean()));
    table.row(
        "bottleneck bandwidth",
        Magnitudes.percent(error.bottleneckShare().greatest()),
        Magnitudes.percent(error.bottleneckShare().mean()));
    return "%n%s%s%s"
        .formatted(
            table,
            "  over %d flows (%s)%n".formatted(error.flows(), method(error.exact())),
            ("  of %d pairs of flows (%s) %d share a pipe, lost %s;"
                    + " %d share a bottleneck, lost %s%n")
                .formatted(
                    contention.pairs(),
                    method(contention.exact()),
                    contention.sharingPipe(),
                    lost(contention.sharingPipeLost(), contention.sharingPipe()),
                    contention.sharingBottleneck(),
                    lost(contention.sharingBottleneckLost(), contention.sharingBottleneck())));
  }

  private static String method(boolean exact) {
    return exact ? "all" : "drawn by a fixed seed";
  }

  private static String lost(long lost, long of) {
    return of == 0 ? "0" : lost + " = " + Magnitudes.percent((double) lost / of);
  }

  private static TextTable hosts(TopologyReport.Assigned assignment) {
    TextTable table =
        new TextTable(
            "HOST", "VIRTUAL NODES", "PIPES", "THROUGH PIPES", "FULL FRAMES/S", "TO OTHER HOSTS");
    for (TopologyReport.Host host : assignment.hosts()) {
      table.row(
          Integer.toString(host.host()),
          Integer.toString(host.virtualNodes()),
          Long.toString(host.pipes()),
          Magnitudes.bitsPerSecond(host.hostPipeBitsPerSecond()),
          Magnitudes.count(host.hostPipeFramesPerSecond()),
          Magnitudes.bitsPerSecond(host.hostSentBitsPerSecond()));
    }
    return table;
  }

  private static String load(TopologyReport.Assigned assignment) {
    List<String> lines =
        List.of(
            "  expected in host time when every node sends at its access link's rate, the same to"
                + " all"
                + (assignment.exact() ? "" : " (from sampled sources)"),
            "  %s of all steps between pipes lead to another host"
                .formatted(Magnitudes.percent(assignment.crossHostShare())),
            "  "
                + Optional.ofNullable(assignment.busiest())
                    .map(TopologyTable::saturation)
                    .orElse("no pipe within the network that could saturate"));
    return String.join(System.lineSeparator(), lines) + System.lineSeparator();
  }

  private static String saturation(TopologyReport.Busiest busiest) {
    String pipe =
        "%s -> %s (%s)"
            .formatted(
                busiest.from(),
                busiest.to(),
                Magnitudes.bitsPerSecond(busiest.guestBitsPerSecond()));
    return busiest.utilisation() > 1
        ? "saturates first: %s, when nodes send at %s of their access links' rate"
            .formatted(pipe, Magnitudes.percent(1 / busiest.utilisation()))
        : "access links saturate first; busiest within: %s, %s used"
            .formatted(pipe, Magnitudes.percent(busiest.utilisation()));
  }
}
