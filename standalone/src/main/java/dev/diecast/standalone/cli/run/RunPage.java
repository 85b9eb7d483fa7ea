package dev.diecast.standalone.cli.run;

import dev.diecast.core.fidelity.Outcome;
import dev.diecast.standalone.report.Html;
import dev.diecast.standalone.report.SvgPlot;
import dev.diecast.standalone.report.SvgTimeline;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** A run's report for a browser, for somebody who never saw DieCast. */
final class RunPage {
  private RunPage() {}

  static String of(RunReport report, Map<String, List<RunHistory.Point>> history) {
    double factor = report.factor();
    Html page = new Html("Run of model " + report.model());
    page.verdict(
        report.verdict().name(),
        switch (report.verdict()) {
          case PASS -> "Everything the machines of this model saw was what they were due.";
          case FAIL -> "Some machines did not get what they were due: see what was found.";
          case UNKNOWN -> "Not everything could be measured: see what was found.";
        });
    page.paragraph(
        ("This model runs %d virtual machines on one host by slowing time inside each of them by T = %s:"
                + " while %s s pass on the host (host time), 1 s passes in the machines (guest time),"
                + " so a share of the host looks to each like a whole computer. The run is true if"
                + " clocks run at 1/T and every machine gets the share that it is due.")
            .formatted(
                report.nodes().size(), report.timeDilationFactor(), report.timeDilationFactor()));
    found(page, report);
    machines(page, report);
    Instant begin = begin(report, history);
    page.heading("Clocks");
    page.paragraph(
        "How far each machine's clock is from where it should be. A level line is a true clock; a"
            + " slope is one that runs too fast or too slow.");
    page.figure(
        plot(
            "Clock offset",
            "ms of guest time",
            factor,
            begin,
            history,
            p -> p.offsetMicros() / 1e3));
    page.heading("CPU delivered over due");
    page.paragraph(
        "Of the CPU that each machine was due for the time in which it had work, what it got (its"
            + " worst processor, last 3 s). 100 is true.");
    page.figure(
        plot(
            "CPU delivered over due",
            "per cent",
            factor,
            begin,
            history,
            p -> p.deliveredPercent()));
    pipes(page, report.pipes(), factor);
    timeline(page, report, begin, factor);
    return page.page();
  }

  private static Instant begin(RunReport report, Map<String, List<RunHistory.Point>> history) {
    Instant window = Instant.parse(report.window().from());
    return history.values().stream()
        .flatMap(List::stream)
        .map(RunHistory.Point::at)
        .filter(at -> at.isBefore(window))
        .min(Instant::compareTo)
        .orElse(window);
  }

  private static void found(Html page, RunReport report) {
    page.heading("What was found");
    List<List<String>> rows =
        report.findings().stream()
            .filter(finding -> finding.outcome() != Outcome.PASS)
            .map(
                f ->
                    List.of(
                        f.node(),
                        f.resource(),
                        f.outcome().name(),
                        f.cause() == null ? "" : f.cause().name(),
                        f.reason()))
            .toList();
    if (rows.isEmpty()) {
      page.paragraph(
          "%d measurements of %d machines, all within their tolerances."
              .formatted(report.findings().size(), report.nodes().size()));
    } else {
      page.table(List.of("machine", "resource", "outcome", "cause", "what was seen"), rows);
    }
  }

  private static void machines(Html page, RunReport report) {
    page.heading("Machines");
    page.table(
        List.of(
            "machine",
            "host",
            "verdict",
            "clock is off, ppm",
            "work done / due",
            "due, cores of the host",
            "bad intervals"),
        report.nodes().stream()
            .map(
                node ->
                    List.of(
                        node.name(),
                        node.host(),
                        node.verdict().name(),
                        node.clock().ppm() == null
                            ? "not measured"
                            : format("%+.1f ± %.1f", node.clock().ppm(), node.clock().ppmError()),
                        node.cpu().ratio() == null
                            ? "not measured"
                            : format("%.3f", node.cpu().ratio()),
                        format("%.3f", node.cpu().dueHostCores()),
                        String.valueOf(node.unfaithfulIntervals())))
            .toList());
  }

  private static String plot(
      String title,
      String unit,
      double factor,
      Instant begin,
      Map<String, List<RunHistory.Point>> history,
      ToDoubleFunction<RunHistory.Point> value) {
    SvgPlot plot =
        new SvgPlot(title, "host time since the measurement began, s", title + ", " + unit)
            .above("guest time, s", 1 / factor);
    history.forEach(
        (node, points) ->
            plot.line(
                node,
                points.stream().mapToDouble(p -> seconds(begin, p.at())).toArray(),
                points.stream().mapToDouble(value).toArray()));
    return plot.svg();
  }

  /** Plots are read by people: of many pipes those that carried most. */
  private static final int MOST_PIPES = 7;

  private static void pipes(Html page, List<RunReport.Pipe> pipes, double factor) {
    if (pipes.isEmpty()) {
      return; // the model has no network of its own
    }
    page.heading("Pipes");
    page.paragraph(
        ("How long frames were in a pipe, by the host's clock: its delay, the wait for the wire, the"
                + " time on it. A line that rises at once is a pipe whose queue was empty. In the"
                + " legend: the delay that the model gives it. Here are %d of the %d pipes that"
                + " carried anything, the busiest.")
            .formatted(Math.min(MOST_PIPES, pipes.size()), pipes.size()));
    SvgPlot plot =
        new SvgPlot("Delay of pipes", "guest time in the pipe, ms", "frames that took no longer, %")
            .above("host time in the pipe, ms", factor)
            .logarithmic();
    pipes.stream()
        .limit(MOST_PIPES)
        .forEach(
            pipe ->
                plot.line(
                    format("%s (%.3f ms)", pipe.name(), pipe.propagationMicros() / 1e3),
                    pipe.delays().stream().mapToDouble(d -> d.micros() / 1e3).toArray(),
                    pipe.delays().stream().mapToDouble(d -> d.share() * 100).toArray()));
    page.figure(plot.svg());
  }

  private static void timeline(Html page, RunReport report, Instant begin, double factor) {
    page.heading("Bad intervals");
    page.paragraph(
        "When a machine did not get what it was due, and why. Results from outside of these times"
            + " remain usable.");
    double end = seconds(begin, Instant.parse(report.window().to()));
    SvgTimeline timeline = new SvgTimeline(end, 1 / factor);
    for (RunReport.Node node : report.nodes()) {
      timeline.row(node.name());
      for (RunReport.Interval interval : node.intervals()) {
        double from = Math.max(0, seconds(begin, Instant.parse(interval.from())));
        double to =
            interval.to() == null
                ? end
                : Math.min(end, seconds(begin, Instant.parse(interval.to())));
        if (to >= from) {
          timeline.bad(from, to, interval.cause());
        }
      }
    }
    page.figure(timeline.svg());
  }

  private static double seconds(Instant begin, Instant at) {
    return Duration.between(begin, at).toMillis() / 1e3;
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
