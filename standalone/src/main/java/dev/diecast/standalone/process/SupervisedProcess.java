package dev.diecast.standalone.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A child process that is started again, after a growing delay, whenever it ends without having
 * been told to.
 */
public final class SupervisedProcess implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Component component;
  private final Backoff backoff;
  private final Consumer<String> progress;
  private final Thread keeper;
  private volatile Process process;
  private volatile int restarts;
  private volatile boolean stopping;

  private SupervisedProcess(Component component, Backoff backoff, Consumer<String> progress) {
    this.component = component;
    this.backoff = backoff;
    this.progress = progress;
    this.process = launch();
    this.keeper = Thread.ofVirtual().name("keep-" + component.name()).unstarted(this::keep);
  }

  /**
   * Starts it.
   *
   * @param progress told of every end and restart, in words
   * @throws UncheckedIOException where the program cannot be run at all
   */
  public static SupervisedProcess start(
      Component component, Backoff backoff, Consumer<String> progress) {
    SupervisedProcess supervised = new SupervisedProcess(component, backoff, progress);
    supervised.keeper.start();
    return supervised;
  }

  public Component component() {
    return component;
  }

  /** Empty while it waits to be restarted. */
  public OptionalLong pid() {
    Process current = process;
    return current != null && current.isAlive()
        ? OptionalLong.of(current.pid())
        : OptionalLong.empty();
  }

  /** How often it was started again. */
  public int restarts() {
    return restarts;
  }

  /** The last lines of its log. */
  public List<String> logTail(int lines) {
    return LogTail.of(component.log(), lines);
  }

  /** SIGTERM, and SIGKILL where that does not end it in ten seconds. */
  @Override
  public void close() {
    stopping = true;
    keeper.interrupt();
    Process current = process;
    if (current == null) {
      return;
    }
    current.destroy();
    try {
      if (!current.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        progress.accept(component.name() + " ignores SIGTERM, sending SIGKILL");
        current.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      current.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private void keep() {
    int failures = 0;
    try {
      while (!stopping) {
        Instant started = Instant.now();
        int exit = process.waitFor();
        if (stopping) {
          return;
        }
        boolean settled =
            Duration.between(started, Instant.now()).compareTo(backoff.settled()) >= 0;
        failures = settled ? 1 : failures + 1;
        Duration delay = backoff.delay(failures);
        progress.accept(
            component.name() + " ended with " + exit + ", restart in " + delay.toMillis() + " ms");
        Thread.sleep(delay);
        restart();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // Under the lock, so that close() never misses a child that is just being started.
  private synchronized void restart() {
    if (!stopping) {
      restarts++;
      process = launch();
    }
  }

  private Process launch() {
    try {
      Files.createDirectories(component.log().getParent());
      ProcessBuilder builder =
          new ProcessBuilder(component.command())
              .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(component.log().toFile()));
      builder.environment().putAll(component.environment());
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + component.name() + ": " + e.getMessage(), e);
    }
  }
}
