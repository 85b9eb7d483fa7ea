package dev.diecast.standalone.cli.work;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.frame.Frames;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.cli.session.Messages;
import dev.diecast.standalone.cli.session.Session;
import dev.diecast.standalone.virt.ExecResult;
import dev.diecast.standalone.virt.GuestExec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Measures the speed of every node's vCPUs while all of them are busy at once, against undilated
 * reference guests that are measured before and after each round: the host's own speed wanders, so
 * only neighbours in time are compared.
 */
public final class CpuProbe {
  private static final Duration REFERENCE = Duration.ofMillis(400);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Progress progress;
  private final ReferenceSpeed reference;
  private final Duration roundHostTime;

  public CpuProbe(Progress progress, ReferenceSpeed reference, Duration roundHostTime) {
    this.progress = progress;
    this.reference = reference;
    this.roundHostTime = roundHostTime;
  }

  /** A node to be measured. */
  public record Subject(
      String name, GuestExec exec, DilationFactor factor, int cpus, Rational relativeSpeed) {}

  /** The nodes of a model. */
  public static List<Subject> subjects(Session session, List<DilatedNode> nodes) {
    return nodes.stream()
        .map(
            node ->
                new Subject(
                    node.getMetadata().getName(),
                    session.exec(node),
                    DilationFactor.parse(node.getSpec().timeDilation().factor()),
                    node.getSpec().machine().cpus(),
                    node.getSpec().machine().speed()))
        .toList();
  }

  /**
   * @param ratios per node, one delivered-over-due ratio per round
   * @param rates per node, iterations per guest second of each round
   * @param reference iterations per second, some before the first round and after each
   * @param failures per node, why it could not be measured
   */
  public record Result(
      Map<String, List<Double>> ratios,
      Map<String, List<Double>> rates,
      List<Double> reference,
      Map<String, String> failures) {

    /** With what was measured after it. */
    public Result and(Result later) {
      return new Result(
          joined(ratios, later.ratios),
          joined(rates, later.rates),
          Stream.concat(reference.stream(), later.reference.stream()).toList(),
          Stream.of(failures, later.failures)
              .flatMap(map -> map.entrySet().stream())
              .collect(
                  Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (first, _) -> first)));
    }

    private static Map<String, List<Double>> joined(
        Map<String, List<Double>> one, Map<String, List<Double>> other) {
      Map<String, List<Double>> all = new HashMap<>(one);
      other.forEach(
          (name, values) ->
              all.merge(name, values, (a, b) -> Stream.concat(a.stream(), b.stream()).toList()));
      return all;
    }
  }

  public Result measure(List<Subject> subjects, int rounds)
      throws IOException, InterruptedException {
    Map<String, List<Double>> ratios = new HashMap<>();
    Map<String, List<Double>> rates = new HashMap<>();
    Map<String, String> failures = new HashMap<>();
    List<Double> references = new ArrayList<>();
    List<Double> before = readReference();
    references.addAll(before);
    for (int round = 1; round <= rounds; round++) {
      progress.step(
          "CPU round %d of %d: %d nodes busy at once for %d s of host time"
              .formatted(round, rounds, subjects.size(), roundHostTime.toSeconds()));
      Map<String, Double> measured = together(subjects, failures);
      List<Double> after = readReference();
      references.addAll(after);
      double own =
          Stream.concat(before.stream(), after.stream())
              .mapToDouble(Double::doubleValue)
              .average()
              .orElseThrow();
      before = after;
      for (Subject subject : subjects) {
        Double rate = measured.get(subject.name());
        if (rate != null) {
          double due = own * subject.relativeSpeed().times(subject.cpus()).toDouble();
          rates.computeIfAbsent(subject.name(), key -> new ArrayList<>()).add(rate);
          ratios.computeIfAbsent(subject.name(), key -> new ArrayList<>()).add(rate / due);
        }
      }
    }
    return new Result(ratios, rates, references, failures);
  }

  private List<Double> readReference() throws IOException {
    return reference.read(guest -> rate(guest, 1, REFERENCE));
  }

  private Map<String, Double> together(List<Subject> subjects, Map<String, String> failures)
      throws InterruptedException {
    return together(
        subjects,
        failures,
        subject ->
            rate(
                subject.exec(),
                subject.cpus(),
                Frames.guestDuration(roundHostTime, subject.factor())));
  }

  /**
   * How long each node's guest was stopped at a stretch while all of them were busy.
   *
   * @return per node, stalls of a millisecond of guest time or more, guest microseconds
   */
  public Map<String, List<Long>> stalls(List<Subject> subjects) throws InterruptedException {
    progress.step("stalls: %d nodes watch their clocks at once".formatted(subjects.size()));
    return together(
        subjects,
        new HashMap<>(),
        subject -> stalls(subject.exec(), Frames.guestDuration(roundHostTime, subject.factor())));
  }

  @FunctionalInterface
  private interface Measurement<T> {
    T of(Subject subject) throws IOException;
  }

  private static <T> Map<String, T> together(
      List<Subject> subjects, Map<String, String> failures, Measurement<T> measurement)
      throws InterruptedException {
    Map<String, T> results = new HashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<String, Future<T>> running = new HashMap<>();
      for (Subject subject : subjects) {
        running.put(subject.name(), threads.submit(() -> measurement.of(subject)));
      }
      for (Map.Entry<String, Future<T>> entry : running.entrySet()) {
        try {
          results.put(entry.getKey(), entry.getValue().get());
        } catch (ExecutionException e) {
          failures.put(entry.getKey(), Messages.of(e.getCause()));
        }
      }
    }
    return results;
  }

  private static List<Long> stalls(GuestExec guest, Duration guestTime) throws IOException {
    String millis = Long.toString(Math.max(20, guestTime.toMillis()));
    return run(guest, List.of("/usr/bin/diecast-stalls", millis), guestTime)
        .lines()
        .map(Long::valueOf)
        .toList();
  }

  /** Iterations per guest second, all vCPUs together. */
  private static double rate(GuestExec guest, int cpus, Duration guestTime) throws IOException {
    String millis = Long.toString(Math.max(20, guestTime.toMillis()));
    String printed =
        run(guest, List.of("/usr/bin/diecast-loop", millis, Integer.toString(cpus)), guestTime);
    JsonNode json = JSON.readTree(printed);
    return json.path("iterations").asDouble() * 1e9 / json.path("nanoseconds").asDouble();
  }

  private static String run(GuestExec guest, List<String> command, Duration guestTime)
      throws IOException {
    // A capped, busy guest is slow to answer: the limit is generous, and in the guest's frame.
    Duration limit = guestTime.multipliedBy(3).plusSeconds(10);
    ExecResult result = guest.run(command, Optional.empty(), guestTime, limit);
    if (result.exitCode() != 0) {
      throw new IOException(
          "%s exited with %d: %s"
              .formatted(command.getFirst(), result.exitCode(), result.stderrText().strip()));
    }
    return result.stdoutText();
  }
}
