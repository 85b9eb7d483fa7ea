package dev.diecast.standalone.cli.run;

import dev.diecast.core.fidelity.Outcome;
import dev.diecast.standalone.cli.session.TextTable;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Objects;

/** A run's report for a person at a terminal. */
final class FidelityTable {
  private FidelityTable() {}

  static String of(RunReport report) {
    TextTable table =
        new TextTable(
            "NODE",
            "HOST",
            "CLOCK ERROR",
            "WALL CLOCK OFFSET",
            "CPU DELIVERED/DUE",
            "DUE HOST CORES",
            "VERDICT");
    for (RunReport.Node node : report.nodes()) {
      table.row(
          node.name(),
          node.host(),
          clock(node.clock()),
          offset(node.clock()),
          number("%.3f", node.cpu().ratio()),
          number("%.4f", node.cpu().dueHostCores()),
          node.verdict().name());
    }
    StringBuilder text = new StringBuilder();
    text.append(
        "%nModel %s at T = %s (driver %s): 1 s in a guest takes %s s on the host.%n%n"
            .formatted(
                report.model(),
                report.timeDilationFactor(),
                report.driver(),
                report.timeDilationFactor()));
    text.append(table);
    text.append(
        "%nUndilated reference guests: %s loop iterations/s (%s to %s in %d readings).%n"
            .formatted(
                number("%.0f", report.reference().iterationsPerSecond()),
                number("%.0f", report.reference().least()),
                number("%.0f", report.reference().most()),
                report.reference().rounds()));
    text.append(corrections(report));
    for (RunReport.Judged finding : report.findings()) {
      if (finding.outcome() != Outcome.PASS) {
        text.append(
            "%s %s %s: %s%n"
                .formatted(
                    finding.outcome(), finding.node(), finding.resource(), finding.reason()));
      }
    }
    for (RunReport.Node node : report.nodes()) {
      if (node.unfaithfulIntervals() != null && node.unfaithfulIntervals() > 0) {
        text.append(
            "NOTE %s: its host has %d unfaithful intervals on record; `kubectl get dn %s -o yaml` says when and why%n"
                .formatted(node.name(), node.unfaithfulIntervals(), node.name()));
      }
    }
    text.append(
        "%nVerdict: %s   (first guest up after %.1f s, whole run %.0f s)%n"
            .formatted(report.verdict(), report.firstGuestSeconds(), report.seconds()));
    return text.toString();
  }

  private static String corrections(RunReport report) {
    LongSummaryStatistics micros =
        report.nodes().stream()
            .map(node -> node.cpu().correctionMicros())
            .filter(Objects::nonNull)
            .mapToLong(Long::longValue)
            .summaryStatistics();
    if (micros.getCount() == 0 || micros.getMax() == 0) {
      return "";
    }
    String range =
        micros.getMin() == micros.getMax()
            ? number("%.2f", micros.getMax() / 1e3)
            : number("%.2f", micros.getMin() / 1e3)
                + " to "
                + number("%.2f", micros.getMax() / 1e3);
    return "Caps are wider than T says by %s ms per period: work lost at each switch.%n"
        .formatted(range);
  }

  private static String clock(RunReport.Clock clock) {
    return clock.ppm() == null
        ? "not measured"
        : String.format(Locale.ROOT, "%+.1f ± %.1f ppm", clock.ppm(), clock.ppmError());
  }

  private static String offset(RunReport.Clock clock) {
    return clock.offsetMicros() == null
        ? "not measured"
        : String.format(
            Locale.ROOT,
            "%+.2f ± %.2f ms",
            clock.offsetMicros() / 1e3,
            clock.offsetErrorMicros() / 1e3);
  }

  private static String number(String format, Double value) {
    return value == null ? "not measured" : String.format(Locale.ROOT, format, value);
  }
}
