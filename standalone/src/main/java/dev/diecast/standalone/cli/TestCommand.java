package dev.diecast.standalone.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.OutputOption;
import dev.diecast.standalone.cli.session.ProgressConsole;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.Setup;
import dev.diecast.standalone.worker.WorkerKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs the project's own tests through Maven and counts what ran, failed and was skipped. */
@Command(
    name = "test",
    mixinStandardHelpOptions = true,
    description = "Runs the tests: all, or one suite.")
final class TestCommand implements Callable<Integer> {

  /** The suites, from quick to slow. */
  enum Suite {
    /** Pure tests, format and drift checks. */
    unit,
    /** Against a real API server and real kernel objects. */
    it,
    /** On kernel objects: of this machine, and of a VM whose kernel has all of them. */
    kernel,
    /** The kernel module, in that VM, with real guests. */
    module,
    /** The verdict itself: sabotaged and clean runs of real guests, about half an hour. */
    fidelity,
    /** With real guests. */
    e2e,
    all
  }

  @Parameters(
      paramLabel = "SUITE",
      arity = "0..1",
      defaultValue = "all",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Suite suite;

  @Option(
      names = "--full",
      description = {
        "Suite module at the length of its acceptance: clocks for 60 s, 50 rounds of changes, 60 s",
        "of garbage, 20 times unloaded (about a quarter of an hour)."
      })
  private boolean full;

  @Mixin private KernelOption kernel;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<String> command = maven();
    Path home = home();
    deleteOldReports(home);
    SabotageTable.delete(home);
    int exit = run(command, home);
    TestReports reports = TestReports.read(home);
    Optional<JsonNode> verdicts =
        suite == Suite.fidelity ? SabotageTable.read(home) : Optional.empty();
    if (output.json()) {
      output.printJson(verdicts.<Object>map(v -> new FidelityTests(reports, v)).orElse(reports));
    } else {
      verdicts.map(SabotageTable::text).ifPresent(System.out::println);
      print(reports);
    }
    boolean green = exit == 0 && reports.failed() == 0 && reports.passed() > 0;
    return green ? ExitCode.OK : ExitCode.FAILED;
  }

  /** What Maven is told for the suite. */
  private List<String> maven() {
    if (full && suite != Suite.module) {
      throw new Refusal(
          "--full: only suite module has a longer form: ./diecast test module --full");
    }
    Optional<WorkerKernel> worker = kernel.kernel();
    if (worker.isPresent() && suite != Suite.module && suite != Suite.kernel) {
      throw new Refusal(
          "--kernel: only suites module and kernel are about a kernel: ./diecast test module"
              + " --kernel "
              + worker.get().release());
    }
    List<String> command = new ArrayList<>(List.of("mvn", "-B", "-ntp", "--fail-at-end", "verify"));
    switch (suite) {
      case unit -> {}
      case it -> command.addAll(List.of("-Pit", "-DskipUnitTests=true", "-pl", "!e2e-tests"));
      case kernel ->
          command.addAll(
              List.of(
                  "-Pit",
                  "-DskipUnitTests=true",
                  "-Dit.test=*KernelIT,KernelSuitesE2E,WorkerVm*E2E",
                  "-Dfailsafe.failIfNoSpecifiedTests=false"));
      case module -> {
        command.add("-Ddiecast.module.full=" + full);
        command.addAll(ownSuite("HostModuleSuite"));
      }
      case fidelity -> command.addAll(ownSuite("FidelitySuite"));
      case e2e -> command.addAll(List.of("-Pit", "-DskipUnitTests=true", "-DskipModuleIts=true"));
      case all -> command.add("-Pit");
    }
    worker.ifPresent(k -> command.add("-Ddiecast.worker.kernel=" + k.release()));
    return command;
  }

  private int run(List<String> command, Path home) throws IOException, InterruptedException {
    ProcessBuilder maven = new ProcessBuilder(command).directory(home.toFile());
    maven.environment().put("DIECAST_HOME", home.toString());
    if (suite != Suite.unit) {
      Progress progress = new ProgressConsole(System.err, false);
      maven
          .environment()
          .put("KUBEBUILDER_ASSETS", Setup.binaries(progress).directory().toString());
    }
    maven.redirectInput(Path.of("/dev/null").toFile());
    maven.redirectOutput(
        output.json() ? ProcessBuilder.Redirect.DISCARD : ProcessBuilder.Redirect.INHERIT);
    maven.redirectError(ProcessBuilder.Redirect.INHERIT);
    return maven.start().waitFor();
  }

  /** What `-o json` prints of suite fidelity. */
  record FidelityTests(TestReports tests, JsonNode verdicts) {}

  /** One that is no part of all. */
  private static List<String> ownSuite(String name) {
    return List.of(
        "-Pit",
        "-DskipUnitTests=true",
        "-DskipModuleIts=true",
        "-Dit.test=" + name,
        "-Dfailsafe.failIfNoSpecifiedTests=false",
        "-pl",
        "e2e-tests",
        "-am");
  }

  private static void print(TestReports reports) {
    reports.failures().forEach(test -> System.out.println("FAILED  " + test));
    reports.skips().forEach(test -> System.out.println("SKIPPED " + test));
    System.out.printf(
        "%d passed, %d failed, %d skipped%n",
        reports.passed(), reports.failed(), reports.skipped());
  }

  private static Path home() {
    String home = System.getenv("DIECAST_HOME");
    if (home == null || !Files.isRegularFile(Path.of(home, "pom.xml"))) {
      throw new Refusal("test: runs from a checkout only, by its ./diecast");
    }
    return Path.of(home);
  }

  private static void deleteOldReports(Path home) throws IOException {
    for (Path report : TestReports.files(home)) {
      Files.delete(report);
    }
    try (Stream<Path> modules = Files.list(home)) {
      for (Path module : modules.filter(Files::isDirectory).toList()) {
        Files.deleteIfExists(module.resolve("target/failsafe-reports/failsafe-summary.xml"));
      }
    }
  }
}
