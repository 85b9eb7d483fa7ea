package dev.diecast.standalone.worker;

import dev.diecast.standalone.FileTree;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** One command in a worker VM, from the request to the exit code. */
final class WorkerExecution {
  private static final AtomicLong COUNT = new AtomicLong();
  private static final Duration PATIENCE_AFTER_KILL = Duration.ofSeconds(30);
  private static final long KILL_INTERVAL_NANOS = 1_000_000_000L;
  private static final long SHORTEST_PAUSE_MILLIS = 4;
  private static final long LONGEST_PAUSE_MILLIS = 50;

  /** A file that grows, and how much of it was passed on. */
  private static final class Stream {
    private final Path file;
    private final OutputStream to;
    private long passedOn;

    Stream(Path file, OutputStream to) {
      this.file = file;
      this.to = to;
    }

    /** Whether there was something new. */
    boolean passOn() throws IOException {
      if (!Files.exists(file) || Files.size(file) <= passedOn) {
        return false;
      }
      try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "r")) {
        content.seek(passedOn);
        byte[] buffer = new byte[1 << 16];
        for (int n = content.read(buffer); n > 0; n = content.read(buffer)) {
          to.write(buffer, 0, n);
          passedOn += n;
        }
      }
      to.flush();
      return true;
    }
  }

  private final WorkerVm vm;
  private final WorkerFiles files;
  private final WorkerCommand command;
  private final String id;
  private final Path directory;
  private final Stream stdout;
  private final Stream stderr;

  WorkerExecution(
      WorkerVm vm,
      WorkerFiles files,
      WorkerCommand command,
      OutputStream stdout,
      OutputStream stderr) {
    this.vm = vm;
    this.files = files;
    this.command = command;
    // Unique among all processes that use this VM.
    this.id =
        ProcessHandle.current().pid() + "-" + System.nanoTime() + "-" + COUNT.incrementAndGet();
    this.directory = files.exchange().resolve(id);
    this.stdout = new Stream(directory.resolve("stdout"), stdout);
    this.stderr = new Stream(directory.resolve("stderr"), stderr);
  }

  int run() throws IOException, InterruptedException {
    Files.createDirectory(directory);
    boolean ended = false;
    try {
      Files.writeString(directory.resolve("command"), command.script());
      Files.write(directory.resolve("stdin"), command.stdin());
      requireRunning();
      files.request("run " + id);
      Optional<Integer> exitCode = await(command.timeout());
      if (exitCode.isEmpty()) {
        ended = kill();
        throw new WorkerTimeoutException(command);
      }
      ended = true;
      return exitCode.get();
    } finally {
      if (!ended && vm.isRunning()) {
        files.request("kill " + id);
      }
      FileTree.delete(directory);
    }
  }

  /** The exit code; empty where the time is over. */
  private Optional<Integer> await(Duration limit) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    long pause = SHORTEST_PAUSE_MILLIS;
    while (true) {
      Optional<Integer> exitCode = exitCode();
      // After the exit code, so that nothing is missed.
      boolean news = stdout.passOn() | stderr.passOn();
      if (exitCode.isPresent()) {
        return exitCode;
      }
      if (System.nanoTime() >= deadline) {
        return Optional.empty();
      }
      requireRunning();
      pause = news ? SHORTEST_PAUSE_MILLIS : Math.min(pause + pause / 4 + 1, LONGEST_PAUSE_MILLIS);
      Thread.sleep(pause);
    }
  }

  /** Asked again and again: the cgroup may not have been there yet, or have got a new member. */
  private boolean kill() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_AFTER_KILL.toNanos();
    while (System.nanoTime() < deadline) {
      files.request("kill " + id);
      if (await(Duration.ofNanos(KILL_INTERVAL_NANOS)).isPresent()) {
        return true;
      }
    }
    return false;
  }

  private Optional<Integer> exitCode() throws IOException {
    Path file = directory.resolve("exit");
    String text = Files.exists(file) ? Files.readString(file) : "";
    return text.endsWith("\n") ? Optional.of(Integer.valueOf(text.strip())) : Optional.empty();
  }

  private void requireRunning() throws WorkerFailure {
    if (!vm.isRunning()) {
      throw vm.failure("the worker VM has ended while it ran " + String.join(" ", command.argv()));
    }
  }
}
