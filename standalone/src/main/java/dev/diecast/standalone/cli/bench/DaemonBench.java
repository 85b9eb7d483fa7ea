package dev.diecast.standalone.cli.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.fidelity.Share;
import dev.diecast.standalone.cli.session.BootWait;
import dev.diecast.standalone.cli.session.ModelFile;
import dev.diecast.standalone.cli.session.ModelWatch;
import dev.diecast.standalone.cli.session.ProgressConsole;
import dev.diecast.standalone.cli.session.Session;
import dev.diecast.standalone.cli.session.TextTable;
import dev.diecast.standalone.process.ProcFilesystem;
import dev.diecast.standalone.process.ProcessIdentity;
import dev.diecast.standalone.process.ProcessUse;
import dev.diecast.standalone.supervisor.Instance;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What does the node daemon cost a host that is full of VMs? */
@Command(
    name = "daemon",
    mixinStandardHelpOptions = true,
    description = {
      "Boots idle guests, all the real parts around them, and measures the memory and the CPU that",
      "the node daemon takes at its default interval, and what its looking costs the guests: their",
      "CPU beside that while the daemon stands still."
    })
final class DaemonBench extends GuestBench<DaemonBench.Result> {
  private static final Rational SPEED = Rational.of(1, 2);
  private static final Duration PLACED = Duration.ofMinutes(3);
  private static final Duration BOOT = Duration.ofSeconds(60);
  private static final int MOST_GUESTS = 200;
  private static final int MOST_SECONDS = 600;
  private static final double MEBIBYTE = 1 << 20;
  private DilationFactor factor;

  @Option(
      names = "--guests",
      split = ",",
      paramLabel = "N",
      defaultValue = "50",
      description = "Guests, a measurement for each number (default: ${DEFAULT-VALUE}).")
  private List<Integer> guests;

  @Option(
      names = "--factor",
      paramLabel = "T",
      defaultValue = "50",
      description = {
        "Time dilation factor of the guests, which have half a core each: a small one is no room",
        "for many (default: ${DEFAULT-VALUE})."
      })
  private String factorText;

  @Option(
      names = "--settle",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "Host time after the last guest's boot (default: ${DEFAULT-VALUE}).")
  private int settleSeconds;

  @Option(
      names = "--window",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "Host time of the measurement (default: ${DEFAULT-VALUE}).")
  private int windowSeconds;

  /**
   * @param guests QEMU guests that idle
   * @param residentMebibytes of the daemon, pages of files among it
   * @param anonymousMebibytes of that, what is its alone
   * @param cpuPercent of one core
   * @param guestDueCores that T gives each guest, host cores
   * @param probesPercent what guests (all of QEMU) used more of that than while the daemon stood
   *     still, of their due: the median of the guests
   * @param probesErrorPercent twice its standard error
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Result(
      int guests,
      double residentMebibytes,
      double anonymousMebibytes,
      double cpuPercent,
      double guestDueCores,
      double probesPercent,
      double probesErrorPercent,
      double windowSeconds) {}

  @Override
  String name() {
    return "daemon";
  }

  @Override
  void check() {
    guests.forEach(number -> requireWithin("--guests", number, 1, MOST_GUESTS, "guests"));
    factor = BenchModels.factor("--factor", factorText);
    requireWithin("--window", windowSeconds, 1, MOST_SECONDS, "seconds");
    requireWithin("--settle", settleSeconds, 1, MOST_SECONDS, "seconds");
  }

  @Override
  List<Result> measure(Session session, Instance target, ProgressConsole progress)
      throws IOException, InterruptedException {
    List<Result> results = new ArrayList<>();
    for (int number : guests) {
      boot(session, number, progress);
      results.add(measure(target, number, progress));
    }
    return results;
  }

  @Override
  boolean isMeasured(Result result) {
    return true;
  }

  private void boot(Session session, int number, ProgressConsole progress)
      throws IOException, InterruptedException {
    ModelFile file = BenchModels.model("daemon", factor, BenchModels.group("guest", number, SPEED));
    long begin = System.nanoTime();
    session.apply(file);
    ScaleModel model = file.models().getFirst();
    ModelWatch watch = session.watch(model, progress);
    watch.await(
        "placement",
        PLACED,
        snapshot -> snapshot.isTrue("Placed") && snapshot.nodes().size() == number);
    new BootWait(session, progress, BOOT).await(watch, factor, begin);
  }

  private Result measure(Instance target, int number, ProgressConsole progress)
      throws IOException, InterruptedException {
    long pid = daemon(target);
    progress.step(
        "%d guests: the daemon (pid %d) is measured for %d s, after %d s of rest"
            .formatted(number, pid, windowSeconds, settleSeconds));
    Thread.sleep(Duration.ofSeconds(settleSeconds));
    List<Long> guests = processes(target, "qemu-system-");
    if (guests.size() < number) {
      throw new IllegalStateException("%d guests run, not %d".formatted(guests.size(), number));
    }
    long begin = System.nanoTime();
    ProcessUse before = ProcessUse.of(pid);
    double[] watched = cores(guests);
    double seconds = (System.nanoTime() - begin) / 1e9;
    ProcessUse after = ProcessUse.of(pid);
    progress.step("as long again while the daemon stands still");
    double[] alone = whileStopped(pid, () -> cores(guests));
    double due = SPEED.dividedBy(factor.value()).toDouble();
    Share probes =
        Share.ofReadings(
            IntStream.range(0, guests.size())
                .mapToDouble(i -> (watched[i] - alone[i]) / due)
                .toArray());
    return new Result(
        number,
        after.residentBytes() / MEBIBYTE,
        after.anonymousBytes() / MEBIBYTE,
        100 * (after.cpuSeconds() - before.cpuSeconds()) / seconds,
        due,
        100 * probes.value(),
        100 * 2 * probes.error(),
        seconds);
  }

  /** Host cores that each process uses, over a window. */
  private double[] cores(List<Long> processes) throws IOException, InterruptedException {
    double[] used = new double[processes.size()];
    for (int i = 0; i < used.length; i++) {
      used[i] = -ProcessUse.threadSeconds(processes.get(i));
    }
    long begin = System.nanoTime();
    Thread.sleep(Duration.ofSeconds(windowSeconds));
    double seconds = (System.nanoTime() - begin) / 1e9;
    for (int i = 0; i < used.length; i++) {
      used[i] = (used[i] + ProcessUse.threadSeconds(processes.get(i))) / seconds;
    }
    return used;
  }

  /** A window's measurement. */
  private interface Measurement {
    double[] take() throws IOException, InterruptedException;
  }

  private static double[] whileStopped(long pid, Measurement measurement)
      throws IOException, InterruptedException {
    signal("STOP", pid);
    try {
      return measurement.take();
    } finally {
      signal("CONT", pid);
    }
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    if (new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor() != 0) {
      throw new IOException("no SIG%s to process %d".formatted(name, pid));
    }
  }

  private static long daemon(Instance target) {
    return processes(target, "/node-daemon/target/").stream()
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "the node daemon does not run; `diecast logs node-daemon` says why"));
  }

  /** Of the instance, those with this in their command line. */
  private static List<Long> processes(Instance target, String fragment) {
    return ProcFilesystem.withEnvironment(Instance.MARK, target.directory().toString()).stream()
        .map(ProcessIdentity::pid)
        .filter(
            pid ->
                ProcFilesystem.commandLine(pid).stream()
                    .anyMatch(argument -> argument.contains(fragment)))
        .toList();
  }

  @Override
  TextTable table(List<Result> results) {
    TextTable table =
        new TextTable(
            "GUESTS",
            "RESIDENT",
            "OF IT ANONYMOUS",
            "CPU",
            "GUEST IS DUE",
            "PROBES, OF IT",
            "WINDOW");
    for (Result result : results) {
      table.row(
          Integer.toString(result.guests()),
          String.format(Locale.ROOT, "%.0f MiB", result.residentMebibytes()),
          String.format(Locale.ROOT, "%.0f MiB", result.anonymousMebibytes()),
          String.format(Locale.ROOT, "%.1f %% of a core", result.cpuPercent()),
          String.format(Locale.ROOT, "%.4f cores", result.guestDueCores()),
          String.format(
              Locale.ROOT, "%.2f ± %.2f %%", result.probesPercent(), result.probesErrorPercent()),
          String.format(Locale.ROOT, "%.0f s", result.windowSeconds()));
    }
    return table;
  }
}
