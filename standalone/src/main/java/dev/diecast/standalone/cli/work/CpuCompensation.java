package dev.diecast.standalone.cli.work;

import dev.diecast.api.resources.FidelityReadings;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeSpec;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.DilationHostSpec;
import dev.diecast.api.v1alpha1.SwitchLosses;
import dev.diecast.core.Rational;
import dev.diecast.core.cpu.CpuCap;
import dev.diecast.core.cpu.SwitchLoss;
import dev.diecast.core.fidelity.RandomEffects;
import dev.diecast.core.fidelity.Share;
import dev.diecast.core.fidelity.Window;
import dev.diecast.core.frame.Frames;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.cli.session.ModelWatch;
import dev.diecast.standalone.cli.session.Session;
import dev.diecast.standalone.qemu.Accelerator;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Learns from a few rounds of work what the capped vCPUs of a model lose at each switch, on this
 * host and on this day, and has the daemon make it up by way of its DilationHost ({@code
 * spec.switchLoss}). What is judged afterwards is measured anew.
 */
public final class CpuCompensation {
  /** The daemon asks for its host's spec every ten seconds. */
  private static final Duration IN_FORCE = Duration.ofSeconds(40);

  /** Two hundredths of the work of a quota of 10 ms. */
  private static final double FINE_ENOUGH_MICROS = 200;

  /** Times as many rounds as are wanted, on a host whose speed wanders. */
  private static final int MOST_TIMES = 3;

  private final Session session;
  private final Progress progress;
  private final CpuProbe probe;

  public CpuCompensation(Session session, Progress progress, CpuProbe probe) {
    this.session = session;
    this.progress = progress;
    this.probe = probe;
  }

  /**
   * Learns it, and waits until caps are wider by it; where no cap stops anybody or no node was ever
   * left alone, nothing changes.
   *
   * @param rounds of measurement; with none the daemon goes on with what it was started with
   * @param passes at most: after the first it is looked whether the wider caps are right, for they
   *     change what everybody has
   */
  public void learn(ModelWatch watch, List<CpuProbe.Subject> subjects, int rounds, int passes)
      throws IOException, InterruptedException {
    if (rounds == 0) {
      return;
    }
    if (nodes(watch).stream().noneMatch(CpuCompensation::mayLose)) {
      progress.step("no cap stops a vCPU: nothing is lost, and nothing is added");
      return;
    }
    progress.step("what capped vCPUs lose at each switch on this host is learnt first");
    int pass = 0;
    while (pass < passes && widen(watch, subjects, rounds)) {
      pass++;
    }
  }

  /** Whether caps have changed by enough to look again. */
  private boolean widen(ModelWatch watch, List<CpuProbe.Subject> subjects, int rounds)
      throws IOException, InterruptedException {
    Map<Rational, Share> found = measure(watch, subjects, rounds);
    if (found.isEmpty()) {
      progress.step("nothing is added: no node was ever left alone");
      return false;
    }
    found.forEach(
        (slowdown, lost) ->
            progress.step(
                "vCPUs that have a core for 1/%s of the time lose %.2f +-%.2f ms of every period"
                    .formatted(slowdown.toText(), lost.value() / 1e3, lost.error() / 1e3)));
    DilationHost host = session.host(IN_FORCE);
    SwitchLoss before = SwitchLoss.parse(text(host.getStatus().switchLoss()));
    SwitchLoss said = before.with(rounded(found));
    say(host, said);
    progress.step("caps are made wider by what is lost");
    watch.await(
        "wider caps",
        IN_FORCE,
        snapshot -> snapshot.nodes().stream().allMatch(node -> holds(node, said)));
    return found.keySet().stream()
        .anyMatch(
            slowdown ->
                Math.abs(said.micros(slowdown) - before.micros(slowdown)) > FINE_ENOUGH_MICROS);
  }

  /**
   * Rounds in which a node did not get its time do not count for it: what it lost was no switch's
   * doing. Those of the others do: of many nodes there is hardly a time when all are left alone.
   * Nodes of different slowdowns lose nearly the same, and one node alone of its kind tells little.
   */
  private Map<Rational, Share> measure(
      ModelWatch watch, List<CpuProbe.Subject> subjects, int rounds)
      throws IOException, InterruptedException {
    Map<Rational, List<Double>> lost = new TreeMap<>();
    for (int times = 0;
        times < MOST_TIMES && (times == 0 || isRestless(RandomEffects.of(lost)));
        times++) {
      Instant begin = Instant.now();
      CpuProbe.Result work = probe.measure(subjects, rounds);
      List<DilatedNode> nodes = nodes(watch);
      List<DilatedNode> left = leftAlone(nodes, new Window(begin, Instant.now()));
      if (left.size() < nodes.size()) {
        progress.step(
            "%d of %d nodes did not get their CPU meanwhile: these rounds do not count for them"
                .formatted(nodes.size() - left.size(), nodes.size()));
      }
      lost(left, work)
          .forEach(
              (slowdown, readings) ->
                  lost.computeIfAbsent(slowdown, _ -> new ArrayList<>()).addAll(readings));
    }
    return RandomEffects.of(lost);
  }

  /** Those whose vCPUs got what was due, by their daemon's word. */
  static List<DilatedNode> leftAlone(List<DilatedNode> nodes, Window window) {
    return nodes.stream()
        .filter(
            node ->
                FidelityReadings.of(node).intervals().stream()
                    .noneMatch(bad -> bad.cause().isOfCpu() && window.meets(bad)))
        .toList();
  }

  private static boolean mayLose(DilatedNode node) {
    return cpu(node).filter(cpu -> switchLoss(cpu, OptionalDouble.of(1)).isPresent()).isPresent();
  }

  private static List<DilatedNode> nodes(ModelWatch watch) throws InterruptedException {
    return watch.await("caps", IN_FORCE, _ -> true).nodes();
  }

  /** Too much to be of use, or nothing that counts. */
  private static boolean isRestless(Map<Rational, Share> lost) {
    return lost.isEmpty()
        || lost.values().stream().anyMatch(found -> found.error() > FINE_ENOUGH_MICROS);
  }

  /**
   * Microseconds per period, by slowdown, for those of each slowdown are stopped alike: of each
   * round the median of the nodes, which the same moment of the host has spoilt alike.
   */
  static Map<Rational, List<Double>> lost(List<DilatedNode> nodes, CpuProbe.Result work) {
    int rounds = work.ratios().values().stream().mapToInt(List::size).max().orElse(0);
    Map<Rational, List<Double>> lost = new TreeMap<>();
    nodes.stream()
        .collect(Collectors.groupingBy(CpuCompensation::slowdown))
        .forEach(
            (slowdown, alike) -> {
              List<Double> readings =
                  IntStream.range(0, rounds)
                      .mapToObj(round -> Medians.of(lost(alike, work, round)))
                      .flatMap(median -> median.stream().boxed())
                      .toList();
              if (!readings.isEmpty()) {
                lost.put(slowdown, readings);
              }
            });
    return lost;
  }

  private static Rational slowdown(DilatedNode node) {
    DilatedNodeSpec spec = node.getSpec();
    return SwitchLoss.slowdown(
        Frames.hostCpu(1, spec.speedOnHost(), spec.timeDilation().dilationFactor()));
  }

  private static List<Double> lost(List<DilatedNode> nodes, CpuProbe.Result work, int round) {
    List<Double> lost = new ArrayList<>();
    for (DilatedNode node : nodes) {
      List<Double> ratios = work.ratios().getOrDefault(node.getMetadata().getName(), List.of());
      if (round < ratios.size() && cpu(node).isPresent()) {
        switchLoss(cpu(node).get(), OptionalDouble.of(ratios.get(round)))
            .ifPresent(micros -> lost.add((double) micros));
      }
    }
    return lost;
  }

  /** The cap that is in force; empty where there is none yet. */
  public static Optional<DilatedNodeStatus.Cpu> cpu(DilatedNode node) {
    return Optional.ofNullable(node.getStatus())
        .flatMap(status -> Optional.ofNullable(status.cpu()))
        .filter(cpu -> cpu.quotaMicros() != null && cpu.periodMicros() != null);
  }

  /**
   * What one vCPU loses per period, microseconds, by the work that it did.
   *
   * @param ratio delivered over due
   */
  public static OptionalLong switchLoss(DilatedNodeStatus.Cpu cpu, OptionalDouble ratio) {
    return ratio.isPresent()
        ? SwitchLoss.measured(inForce(cpu), correction(cpu), ratio.getAsDouble())
        : OptionalLong.empty();
  }

  /** Of the CPU time that a vCPU uses under this cap, the part in which it works. */
  public static double workShare(DilatedNodeStatus.Cpu cpu) {
    return SwitchLoss.workShare(inForce(cpu), correction(cpu));
  }

  private static CpuCap inForce(DilatedNodeStatus.Cpu cpu) {
    return new CpuCap(cpu.quotaMicros(), cpu.periodMicros());
  }

  private static long correction(DilatedNodeStatus.Cpu cpu) {
    return Optional.ofNullable(cpu.correctionMicros()).orElse(0L);
  }

  private static boolean holds(DilatedNode node, SwitchLoss said) {
    return cpu(node)
        .filter(
            cpu -> {
              CpuCap due =
                  new CpuCap(cpu.quotaMicros() - correction(cpu), cpu.periodMicros())
                      .compensatedFor(said.micros(slowdown(node)));
              return due.quotaMicros() == cpu.quotaMicros();
            })
        .isPresent();
  }

  private void say(DilationHost host, SwitchLoss lost) throws IOException, InterruptedException {
    DilationHost own = new DilationHost();
    own.setMetadata(new ObjectMetaBuilder().withName(host.getMetadata().getName()).build());
    own.setSpec(
        new DilationHostSpec(
            null,
            null,
            isVirtualised()
                ? new SwitchLosses(null, lost.toString())
                : new SwitchLosses(lost.toString(), null)));
    session.apply(own);
  }

  private String text(SwitchLosses losses) throws IOException {
    return isVirtualised() ? losses.virtualisedMicros() : losses.emulatedMicros();
  }

  private boolean isVirtualised() throws IOException {
    return session.accelerator() == Accelerator.KVM;
  }

  private static Map<Rational, Long> rounded(Map<Rational, Share> found) {
    return found.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, lost -> Math.round(lost.getValue().value())));
  }
}
