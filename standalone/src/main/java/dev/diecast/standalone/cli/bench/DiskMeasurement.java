package dev.diecast.standalone.cli.bench;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.TargetDisk;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.disk.DiskRate;
import dev.diecast.core.frame.Frames;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.cli.session.BootWait;
import dev.diecast.standalone.cli.session.Messages;
import dev.diecast.standalone.cli.session.ModelWatch;
import dev.diecast.standalone.cli.session.Session;
import dev.diecast.standalone.virt.GuestExec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Measures the disks of models of one guest each, all guests at once, one load after the other. */
final class DiskMeasurement {
  private static final Duration BOOT = Duration.ofMinutes(5);

  /** Host time that is not counted at the beginning of each window. */
  private static final Duration RAMP = Duration.ofSeconds(2);

  private static final int DEPTH = 4;

  /** Writes come first: what was never written is read without a device. */
  private static final List<DiskRate> ORDER =
      List.of(
          DiskRate.WRITE_BYTES,
          DiskRate.READ_BYTES,
          DiskRate.WRITE_OPERATIONS,
          DiskRate.READ_OPERATIONS);

  private final Session session;
  private final Progress progress;
  private final int windowSeconds;

  DiskMeasurement(Session session, Progress progress, int windowSeconds) {
    this.session = session;
    this.progress = progress;
    this.windowSeconds = windowSeconds;
  }

  private record Subject(String factorText, DilationFactor factor, GuestExec guest) {}

  /** What is asked of a disk, and what should come of it. */
  private record Task(
      TargetDisk disk, String rate, DiskProbe.Load load, int depth, double configured) {
    boolean isLatency() {
      return depth == 1;
    }

    DiskBench.Result result(String factor, DiskProbe.Measured measured) {
      double delivered = isLatency() ? measured.meanLatencyMicros() : measured.perSecond();
      return new DiskBench.Result(
          factor,
          disk.name(),
          rate,
          load.blockBytes(),
          configured,
          delivered,
          delivered / configured,
          measured.meanLatencyMicros(),
          measured.guestSeconds(),
          null);
    }

    DiskBench.Result failure(String factor, String message) {
      return new DiskBench.Result(
          factor,
          disk.name(),
          rate,
          load.blockBytes(),
          configured,
          null,
          null,
          null,
          null,
          message);
    }
  }

  List<DiskBench.Result> measure(List<ScaleModel> models, List<TargetDisk> disks)
      throws InterruptedException, IOException {
    List<Subject> subjects = new ArrayList<>();
    for (ScaleModel model : models) {
      ModelWatch.Snapshot ready =
          session
              .watch(model, progress)
              .await(
                  model.getMetadata().getName() + ": disks throttled",
                  BOOT,
                  DiskMeasurement::isReady);
      DilatedNode node = ready.nodes().getFirst();
      String factor = model.getSpec().timeDilation().factor();
      subjects.add(new Subject(factor, DilationFactor.parse(factor), session.exec(node)));
    }
    List<DiskBench.Result> results = new ArrayList<>();
    for (Task task : tasks(disks)) {
      progress.step(
          "%s of disk %s: %d guests at once, %d s of host time after %d s of warming up"
              .formatted(
                  task.rate(),
                  task.disk().name(),
                  subjects.size(),
                  windowSeconds,
                  RAMP.toSeconds()));
      results.addAll(together(subjects, task));
    }
    return results;
  }

  private static List<Task> tasks(List<TargetDisk> disks) {
    List<Task> tasks = new ArrayList<>();
    for (TargetDisk disk : disks) {
      ORDER.stream()
          .filter(disk.limits()::containsKey)
          .forEach(
              rate ->
                  tasks.add(
                      new Task(
                          disk,
                          rate.field(),
                          DiskProbe.Load.of(rate),
                          DEPTH,
                          disk.limits().get(rate).toDouble())));
      if (disk.writeLatencyMicros() != null) {
        tasks.add(latency(disk, DiskRate.WRITE_OPERATIONS, disk.writeLatencyMicros()));
      }
      if (disk.readLatencyMicros() != null) {
        tasks.add(latency(disk, DiskRate.READ_OPERATIONS, disk.readLatencyMicros()));
      }
    }
    return tasks;
  }

  private static Task latency(TargetDisk disk, DiskRate rate, long micros) {
    String field = rate.isOfReads() ? "readLatencyMicros" : "writeLatencyMicros";
    return new Task(disk, field, DiskProbe.Load.of(rate), 1, micros);
  }

  private static boolean isReady(ModelWatch.Snapshot snapshot) {
    return !snapshot.nodes().isEmpty()
        && snapshot.nodes().stream()
            .allMatch(node -> ModelWatch.isTrue(node, "Throttled") && BootWait.answers(node));
  }

  private List<DiskBench.Result> together(List<Subject> subjects, Task task)
      throws InterruptedException {
    Map<Subject, Future<DiskProbe.Measured>> running = new LinkedHashMap<>();
    List<DiskBench.Result> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Subject subject : subjects) {
        Duration window = Frames.guestDuration(Duration.ofSeconds(windowSeconds), subject.factor());
        Duration ramp = Frames.guestDuration(RAMP, subject.factor());
        running.put(
            subject,
            threads.submit(
                () ->
                    DiskProbe.of(subject.guest(), task.disk().name())
                        .measure(task.load(), task.depth(), ramp, window)));
      }
      for (Map.Entry<Subject, Future<DiskProbe.Measured>> entry : running.entrySet()) {
        String factor = entry.getKey().factorText();
        try {
          results.add(task.result(factor, entry.getValue().get()));
        } catch (ExecutionException e) {
          results.add(task.failure(factor, Messages.of(e.getCause())));
        }
      }
    }
    return results;
  }
}
