package dev.diecast.standalone.cli.run;

import dev.diecast.api.v1alpha1.FidelityThresholds;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelSpec;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.InstanceOption;
import dev.diecast.standalone.cli.session.ModelFile;
import dev.diecast.standalone.cli.session.OutputOption;
import dev.diecast.standalone.cli.session.ProgressConsole;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.Session;
import dev.diecast.standalone.cli.session.Setup;
import dev.diecast.standalone.cli.session.StartOptions;
import dev.diecast.standalone.cli.session.TopologyMaps;
import dev.diecast.standalone.cli.session.TopologyOption;
import dev.diecast.standalone.cli.work.CompensationOption;
import dev.diecast.standalone.supervisor.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Boots a model, measures it, prints the verdict, and leaves nothing behind. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = {
      "Boots a model on this machine, measures whether it is true, prints a table and a verdict,",
      "and takes everything down again."
    },
    footer = {
      "",
      "Exit codes: 0 PASS, 1 FAIL or broken, 2 refused before a VM started, 3 UNKNOWN.",
      "-o json ends with one object: verdict, timeDilationFactor, nodes[].name,",
      "nodes[].clock.{ppm,ppmError}, nodes[].cpu.ratio; see docs/reference/cli.md."
    })
public final class RunCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "YAML with one ScaleModel.")
  private Path file;

  @Mixin private InstanceOption instance;
  @Mixin private StartOptions start;
  @Mixin private OutputOption output;
  @Mixin private TopologyOption topology;

  @Option(
      names = "--results",
      paramLabel = "DIR",
      description = "Writes the run's record here, for `diecast compare`.")
  private Path results;

  @Option(
      names = "--report",
      paramLabel = "FILE.html",
      description = "Writes a page about the run, for a browser.")
  private Path page;

  @Option(names = "--keep", description = "Leave the model running; `diecast down` ends it.")
  private boolean keep;

  @Option(
      names = "--clock-window",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "Host time each clock is watched for (default: ${DEFAULT-VALUE}).")
  private int clockWindowSeconds;

  @Option(
      names = "--clock-tolerance",
      paramLabel = "PPM",
      description = "How far a clock's rate may be off (default: that of the model).")
  private Integer clockTolerancePpm;

  @Option(
      names = "--cpu-tolerance",
      paramLabel = "PERCENT",
      description = "How far delivered CPU may be from due (default: that of the model).")
  private Integer cpuTolerancePercent;

  @Option(
      names = "--unfaithful-tolerance",
      paramLabel = "PERCENT",
      description =
          "For how much of its time a node may be unfaithful (default: that of the model).")
  private Integer unfaithfulTolerancePercent;

  @Option(
      names = "--cpu-rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = {
        "Rounds of the CPU measurement; up to three times as many where these do not tell",
        "(default: ${DEFAULT-VALUE})."
      })
  private int cpuRounds;

  @Mixin private CompensationOption compensation;
  @Mixin private LoadOption load;

  @Option(
      names = "--boot-timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "Guest time a guest may take to boot (default: ${DEFAULT-VALUE}).")
  private int bootTimeoutSeconds;

  @Override
  public Integer call() throws IOException, InterruptedException {
    FidelityRun.Plan plan = plan();
    ModelFile read = topology.read(file);
    if (read.models().size() != 1) {
      throw new Refusal(
          "%s: holds %d ScaleModels; run takes one (use `diecast up` for several)"
              .formatted(file, read.models().size()));
    }
    ScaleModel model = read.models().getFirst();
    NodeLoad.Plan work = load.read(model, results != null);
    requireWritable();
    applyTolerances(model);
    TopologyMaps.requireAll(file, read);
    TopologyMaps.requireCore(file, read);
    Setup.refuseUnknownImages(read);
    Instance target = instance.instance();
    ProgressConsole progress = start.progress();
    RunReport report;
    try (Session session = Session.start(target, start, progress)) {
      Setup.prepareDisks(read, progress);
      session.apply(read);
      FidelityRun run = new FidelityRun(session, progress, plan, work);
      report = run.measure(model);
      report =
          report.with(
              PipeDelays.of(target, report.namespace(), report.model(), report.factor(), progress));
      keepRecord(report, run);
      if (keep) {
        session.keep();
      }
    }
    if (output.json()) {
      output.printJson(report);
    } else {
      System.out.print(FidelityTable.of(report));
    }
    return ExitCode.of(report.verdict());
  }

  private void requireWritable() {
    if (results != null) {
      RunResults.require(results);
    }
    if (page != null && !Files.isDirectory(page.toAbsolutePath().getParent())) {
      throw new Refusal(
          "--report: there is no directory %s: make it"
              .formatted(page.toAbsolutePath().getParent()));
    }
  }

  private void keepRecord(RunReport report, FidelityRun run) throws IOException {
    if (page != null) {
      Files.writeString(page, RunPage.of(report, run.history()));
    }
    if (results != null) {
      RunResults.write(results, report, run.loaded());
    }
  }

  private FidelityRun.Plan plan() {
    positive("--clock-window", clockWindowSeconds);
    positive("--cpu-rounds", cpuRounds);
    positive("--boot-timeout", bootTimeoutSeconds);
    compensation.check();
    within("--clock-tolerance", clockTolerancePpm, 1, FidelityThresholds.MOST_CLOCK_PPM);
    within("--cpu-tolerance", cpuTolerancePercent, 1, FidelityThresholds.MOST_CPU_PERCENT);
    within(
        "--unfaithful-tolerance",
        unfaithfulTolerancePercent,
        0,
        FidelityThresholds.MOST_UNFAITHFUL_PERCENT);
    return new FidelityRun.Plan(
        Duration.ofSeconds(clockWindowSeconds),
        Duration.ofSeconds(bootTimeoutSeconds),
        compensation.rounds(),
        cpuRounds,
        Duration.ofSeconds(6));
  }

  /** What is said here is said of the model: its daemon judges by the same. */
  private void applyTolerances(ScaleModel model) {
    ScaleModelSpec spec = model.getSpec();
    FidelityThresholds own = spec.thresholds();
    model.setSpec(
        new ScaleModelSpec(
            spec.timeDilation(),
            spec.hosts(),
            spec.groups(),
            spec.network(),
            new FidelityThresholds(
                either(clockTolerancePpm, own.clockPartsPerMillion()),
                either(cpuTolerancePercent, own.cpuPercent()),
                either(unfaithfulTolerancePercent, own.unfaithfulPercent()),
                own.framesPerMillion())));
  }

  private static Integer either(Integer option, Integer model) {
    return option == null ? model : option;
  }

  private static void within(String option, Integer value, int least, int most) {
    if (value != null && (value < least || value > most)) {
      throw new Refusal("%s: must be from %d to %d, not %d".formatted(option, least, most, value));
    }
  }

  private static void positive(String option, int value) {
    if (value <= 0) {
      throw new Refusal(option + ": must be at least 1, not " + value);
    }
  }
}
