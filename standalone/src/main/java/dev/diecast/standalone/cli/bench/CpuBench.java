package dev.diecast.standalone.cli.bench;

import dev.diecast.api.resources.ResourceVectors;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilationHostStatus;
import dev.diecast.api.v1alpha1.HostReserve;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.placement.ResourceVector;
import dev.diecast.standalone.cli.session.BootWait;
import dev.diecast.standalone.cli.session.Calibration;
import dev.diecast.standalone.cli.session.ModelFile;
import dev.diecast.standalone.cli.session.ModelWatch;
import dev.diecast.standalone.cli.session.ProgressConsole;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.Session;
import dev.diecast.standalone.cli.session.TextTable;
import dev.diecast.standalone.cli.work.CompensationOption;
import dev.diecast.standalone.cli.work.CpuCompensation;
import dev.diecast.standalone.cli.work.CpuProbe;
import dev.diecast.standalone.cli.work.ReferenceGuests;
import dev.diecast.standalone.qemu.Accelerator;
import dev.diecast.standalone.supervisor.Instance;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Does every guest get the work that it is due, with the host full to its reserve? */
@Command(
    name = "cpu",
    mixinStandardHelpOptions = true,
    description = {
      "Fills the host with busy guests, one dilation factor after the other, and compares the",
      "work they do per guest second with that of an undilated guest in the same minutes."
    })
final class CpuBench extends GuestBench<CpuBenchResult> {
  private static final Duration PLACED = Duration.ofMinutes(3);
  private static final Duration BOOT = Duration.ofSeconds(60);
  private static final Duration GONE = Duration.ofMinutes(2);
  private static final int MOST_GUESTS = 200;
  private static final int COMPENSATION_PASSES = 3;

  @Option(
      names = "--factors",
      split = ",",
      paramLabel = "T",
      defaultValue = "1,2,5,10,20",
      description = "Dilation factors, one after the other (default: ${DEFAULT-VALUE}).")
  private List<String> factors;

  @Option(
      names = "--guests",
      paramLabel = "N",
      description = "Guests of each speed (default: as many as fill the host to its reserve).")
  private Integer guests;

  @Option(
      names = "--relative-speeds",
      split = ",",
      paramLabel = "S",
      defaultValue = "1",
      description = "Speeds of the guests' cores over the host's (default: ${DEFAULT-VALUE}).")
  private List<String> speeds;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Rounds of measurement at each T (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--round",
      paramLabel = "SECONDS",
      defaultValue = "8",
      description = "Host time of one round (default: ${DEFAULT-VALUE}).")
  private int roundSeconds;

  @Mixin private CompensationOption compensation;

  @Option(
      names = "--calibrate",
      description = {
        "Keep what guests lost at each T in ~/.config/diecast/host.json: daemons that are started",
        "later add it to the caps, and say so."
      })
  private boolean calibrate;

  @Override
  String name() {
    return "cpu";
  }

  @Override
  void check() {
    if (calibrate) {
      Calibration.ofThisHost(); // before an hour of measurement
    }
    BenchModels.factors(factors);
    speeds.forEach(CpuBench::speed);
    requireWithin("--rounds", rounds, 1, 100, "rounds");
    requireWithin("--round", roundSeconds, 1, 600, "seconds");
    compensation.check();
    if (guests != null) {
      requireWithin("--guests", guests, 1, MOST_GUESTS, "guests");
    }
  }

  @Override
  List<CpuBenchResult> measure(Session session, Instance target, ProgressConsole progress)
      throws IOException, InterruptedException {
    List<Rational> cores = speeds.stream().map(CpuBench::speed).distinct().toList();
    List<CpuBenchResult> results = new ArrayList<>();
    for (DilationFactor factor : BenchModels.factors(factors)) {
      results.addAll(measure(session, factor, cores, progress));
    }
    if (calibrate) {
      keep(results, session.accelerator(), progress);
    }
    return results;
  }

  @Override
  boolean isMeasured(CpuBenchResult result) {
    return result.ratio() != null;
  }

  private static Rational speed(String text) {
    try {
      Rational speed = Rational.parse(text.strip());
      if (speed.signum() > 0) {
        return speed;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw new Refusal(
        "--relative-speeds: \"%s\" is no number above 0, such as 1, 3/5 or 0.6".formatted(text));
  }

  private List<CpuBenchResult> measure(
      Session session, DilationFactor factor, List<Rational> cores, ProgressConsole progress)
      throws InterruptedException, IOException {
    int each = guests != null ? guests : fill(session, factor, cores);
    progress.step("T = %s: %d guests".formatted(factor, each * cores.size()));
    NodeGroup[] groups =
        IntStream.range(0, cores.size())
            .mapToObj(i -> BenchModels.group("speed" + i, each, cores.get(i)))
            .toArray(NodeGroup[]::new);
    ModelFile file = BenchModels.model("cpu", factor, groups);
    long begin = System.nanoTime();
    session.apply(file);
    ScaleModel model = file.models().getFirst();
    ModelWatch watch = session.watch(model, progress);
    ModelWatch.Snapshot placed =
        watch.await("placement", PLACED, snapshot -> snapshot.isTrue("Placed"));
    CpuBenchResult.Measured measured;
    try (ReferenceGuests reference = ReferenceGuests.start(session, placed, progress)) {
      new BootWait(session, progress, BOOT).await(watch, factor, begin);
      CpuProbe probe = new CpuProbe(progress, reference.speed(), Duration.ofSeconds(roundSeconds));
      List<CpuProbe.Subject> subjects = CpuProbe.subjects(session, placed.nodes());
      new CpuCompensation(session, progress, probe)
          .learn(watch, subjects, compensation.rounds(), COMPENSATION_PASSES);
      measured =
          new CpuBenchResult.Measured(probe.measure(subjects, rounds), probe.stalls(subjects));
    }
    ModelWatch.Snapshot after = watch.await("caps", PLACED, snapshot -> true);
    session.delete(model, GONE);
    return IntStream.range(0, cores.size())
        .mapToObj(
            i ->
                CpuBenchResult.of(
                    factor, cores.get(i), rounds, nodesOf(after, "speed" + i), measured))
        .toList();
  }

  /** Guests of each speed that the host holds together, less the reserve of a model. */
  private static int fill(Session session, DilationFactor factor, List<Rational> cores)
      throws InterruptedException {
    DilationHostStatus host = session.host(PLACED).getStatus();
    ResourceVector overhead = ResourceVectors.overhead(host.overheadPerNode());
    ResourceVector rest =
        ResourceVectors.lessReserve(ResourceVectors.capacity(host.capacity()), HostReserve.DEFAULT);
    ResourceVector oneOfEach =
        cores.stream()
            .map(speed -> ResourceVectors.demand(BenchModels.machine(speed)))
            .map(machine -> machine.hostFrame(factor, overhead))
            .reduce(ResourceVector.EMPTY, ResourceVector::plus);
    int each = 0;
    while (oneOfEach.fitsIn(rest) && each < MOST_GUESTS) {
      rest = rest.minus(oneOfEach);
      each++;
    }
    if (each == 0) {
      throw new Refusal(
          "--factors: at T = %s not one guest of each speed fits this host; raise T"
              .formatted(factor));
    }
    return each;
  }

  private static List<DilatedNode> nodesOf(ModelWatch.Snapshot snapshot, String group) {
    return snapshot.nodes().stream().filter(node -> node.getSpec().group().equals(group)).toList();
  }

  private static void keep(
      List<CpuBenchResult> results, Accelerator accelerator, ProgressConsole progress)
      throws IOException {
    Map<Rational, Long> measured = new TreeMap<>();
    for (CpuBenchResult result : results) {
      if (result.switchLossMicros() != null) {
        measured.put(result.slowdown(), result.switchLossMicros());
      }
    }
    if (measured.isEmpty()) {
      progress.step(
          "nothing to keep: no guest was stopped by its cap and measured; give --factors above 1");
    } else {
      Calibration.ofThisHost().with(accelerator, measured, Instant.now()).write(Calibration.file());
      progress.step(
          "kept in %s: instances started from now on use it".formatted(Calibration.file()));
    }
  }

  @Override
  TextTable table(List<CpuBenchResult> results) {
    return CpuBenchResult.table(results);
  }
}
