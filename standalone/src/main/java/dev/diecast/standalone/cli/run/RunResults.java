package dev.diecast.standalone.cli.run;

import dev.diecast.standalone.cli.session.Json;
import dev.diecast.standalone.cli.session.Messages;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.work.Medians;
import dev.diecast.standalone.compare.RunRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A run's record, for `compare`: its report, and what it measured as lines of results. */
final class RunResults {
  private RunResults() {}

  /**
   * A directory that can be written, made where it is missing.
   *
   * @throws Refusal where it cannot
   */
  static void require(Path directory) {
    try {
      Files.createDirectories(directory);
      Files.delete(Files.createTempFile(directory, ".writable", null));
    } catch (IOException e) {
      throw new Refusal(
          "--results: %s cannot be written (%s): give a directory that can"
              .formatted(directory, Messages.of(e)));
    }
  }

  static void write(Path directory, RunReport report, NodeLoad.Outcome loaded) throws IOException {
    Files.writeString(directory.resolve(RunRecord.REPORT), Json.text(report) + "\n");
    Files.writeString(directory.resolve(RunRecord.LINES), lines(report) + lines(loaded));
    for (Map.Entry<String, String> printed : loaded.printed().entrySet()) {
      if (!printed.getValue().isBlank()) {
        Files.writeString(directory.resolve(printed.getKey() + ".txt"), printed.getValue());
      }
    }
  }

  /** CPU by group, as the load used it. */
  static String lines(NodeLoad.Outcome loaded) {
    StringBuilder lines = new StringBuilder();
    new TreeMap<>(loaded.cpuByGroup())
        .forEach((group, share) -> lines.append(cpu("load/" + group, share)));
    return lines.toString();
  }

  private static String cpu(String series, double share) {
    return String.format(
        Locale.ROOT, "{\"result\":\"cpu\",\"series\":\"%s\",\"share\":%.5f}%n", series, share);
  }

  /** Of each group the median node: one that was disturbed does not count. */
  static String lines(RunReport report) {
    TreeMap<String, List<RunReport.Node>> groups =
        report.nodes().stream()
            .collect(
                Collectors.groupingBy(RunReport.Node::group, TreeMap::new, Collectors.toList()));
    StringBuilder lines = new StringBuilder();
    groups.forEach(
        (group, nodes) -> {
          Medians.of(
                  nodes.stream()
                      .map(node -> node.cpu().iterationsPerGuestSecond())
                      .filter(java.util.Objects::nonNull)
                      .toList())
              .ifPresent(
                  rate ->
                      lines.append(
                          String.format(
                              Locale.ROOT,
                              "{\"result\":\"throughput\",\"series\":\"loop/%s\",\"value\":%.1f,\"unit\":\"iterations/s\"}%n",
                              group,
                              rate)));
          Medians.of(
                  nodes.stream()
                      .map(node -> node.cpu().ratio())
                      .filter(java.util.Objects::nonNull)
                      .toList())
              .ifPresent(share -> lines.append(cpu(group, share)));
        });
    return lines.toString();
  }
}
