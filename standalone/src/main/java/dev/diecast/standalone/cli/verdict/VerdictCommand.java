package dev.diecast.standalone.cli.verdict;

import dev.diecast.core.fidelity.Outcome;
import dev.diecast.core.fidelity.Window;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.cli.session.ApiServer;
import dev.diecast.standalone.cli.session.ApiServerOption;
import dev.diecast.standalone.cli.session.ApiServerOption.Target;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.OutputOption;
import dev.diecast.standalone.cli.session.ProgressConsole;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.TextTable;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Judges a stretch of time of models that run, by what their hosts' daemons have on record. */
@Command(
    name = "verdict",
    mixinStandardHelpOptions = true,
    description = {
      "Says whether running models were true in a stretch of time: the next seconds, or since a",
      "moment, such as the begin of a load test. Nothing is started or changed.",
      "Without --kubeconfig, --instance and $KUBECONFIG: of the instance called default."
    },
    footer = {
      "",
      "Exit codes: 0 PASS, 1 FAIL, 2 refused, 3 UNKNOWN: something could not be measured.",
      "What is judged, and how: docs/fidelity.md."
    })
public final class VerdictCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "[NAMESPACE/]MODEL",
      arity = "0..1",
      description = "Which ScaleModel (default: all there are).")
  private String model;

  @Option(
      names = "--for",
      paramLabel = "SECONDS",
      description = "Judges so much host time from now on (default: 20).")
  private Integer seconds;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description =
          "Judges from then until now: 2026-11-27T09:30:00Z, or so long ago: 90s, 10m, 2h.")
  private String since;

  @Mixin private ApiServerOption server;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws InterruptedException {
    Instant start = Instant.now();
    Stretch stretch = Stretch.of(Optional.ofNullable(seconds), Optional.ofNullable(since), start);
    Target target = server.target().orElseGet(ApiServerOption::defaultInstance);
    Progress progress = new ProgressConsole(System.err, false);
    try (ApiServer asked = ApiServer.of(target).orElseThrow(() -> notRunning(target))) {
      RunningModels models = RunningModels.of(asked, Optional.ofNullable(model));
      if (!stretch.remaining(start).isZero()) {
        progress.step(
            "judging %s for %d s of host time"
                .formatted(models.names(), stretch.remaining(start).toSeconds()));
        Thread.sleep(stretch.remaining(Instant.now()));
      }
      progress.step("waiting for what the hosts' daemons have to report of it");
      VerdictReport report = models.judge(stretch.until(Instant.now()));
      if (output.json()) {
        output.printJson(report);
      } else {
        print(report);
      }
      return ExitCode.of(report.verdict());
    }
  }

  private static Refusal notRunning(Target target) {
    return new Refusal(
        "instance %s does not run: ./diecast up FILE starts it, or name another API server (--instance, --kubeconfig)"
            .formatted(target instanceof Target.OfInstance(var named) ? named.name() : ""));
  }

  private static void print(VerdictReport report) {
    for (VerdictReport.Model model : report.models()) {
      System.out.printf(
          "ScaleModel %s/%s from %s to %s%n",
          model.namespace(), model.name(), report.window().from(), report.window().to());
      TextTable table = new TextTable("  NODE", "VERDICT", "CAUSE", "WHY");
      model
          .findings()
          .forEach(
              finding ->
                  table.row(
                      "  " + finding.node(),
                      finding.outcome().name(),
                      finding.cause() == null ? "" : finding.cause().name(),
                      finding.reason()));
      System.out.print(table);
      System.out.printf("Verdict: %s%n", model.verdict());
    }
    if (report.models().size() > 1) {
      System.out.printf("%nOf all: %s%n", report.verdict());
    } else if (report.verdict() == Outcome.UNKNOWN) {
      System.out.println("UNKNOWN is no PASS: the reasons above say what is missing.");
    }
  }

  /**
   * What is to be judged.
   *
   * @param length of it from its begin; empty where it lasts until it is asked
   */
  record Stretch(Instant from, Optional<Duration> length) {
    private static final int DEFAULT_SECONDS = 20;
    private static final int MOST_SECONDS = 86_400;

    static Stretch of(Optional<Integer> seconds, Optional<String> since, Instant now) {
      if (seconds.isPresent() && since.isPresent()) {
        throw new Refusal("--for and --since name two stretches of time: leave one of them out");
      }
      if (since.isPresent()) {
        return new Stretch(Moment.parse("--since", since.get(), now), Optional.empty());
      }
      int length = seconds.orElse(DEFAULT_SECONDS);
      if (length < 1 || length > MOST_SECONDS) {
        throw new Refusal(
            "--for: must be from 1 to %d seconds, not %d".formatted(MOST_SECONDS, length));
      }
      return new Stretch(now, Optional.of(Duration.ofSeconds(length)));
    }

    /** What is still to come of it. */
    Duration remaining(Instant now) {
      Duration left =
          length.map(all -> all.minus(Duration.between(from, now))).orElse(Duration.ZERO);
      return left.isNegative() ? Duration.ZERO : left;
    }

    Window until(Instant now) {
      return new Window(from, now);
    }
  }
}
