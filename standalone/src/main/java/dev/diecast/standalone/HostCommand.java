package dev.diecast.standalone;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A program of the host, run to its end. Arguments are a list, never a shell's line; output is
 * UTF-8, messages are in English.
 */
public final class HostCommand {

  /** How a command ended. {@code output} and {@code errors} are lines. */
  public record Result(int exitCode, List<String> output, List<String> errors) {
    public boolean succeeded() {
      return exitCode == 0;
    }
  }

  private final List<String> arguments;
  private final ProcessBuilder builder;
  private Consumer<String> onLine = line -> {};
  private long timeoutSeconds = 3600;

  private HostCommand(List<String> arguments) {
    this.arguments = List.copyOf(arguments);
    this.builder = new ProcessBuilder(this.arguments);
    // Messages are matched below, so they must not be translated.
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.redirectInput(new File("/dev/null"));
  }

  public static HostCommand of(List<String> arguments) {
    return new HostCommand(arguments);
  }

  public HostCommand environment(Map<String, String> more) {
    builder.environment().putAll(more);
    return this;
  }

  public HostCommand directory(Path directory) {
    builder.directory(directory.toFile());
    return this;
  }

  /** Each line of standard output as it comes. */
  public HostCommand onLine(Consumer<String> consumer) {
    this.onLine = consumer;
    return this;
  }

  /** Ends the command by SIGKILL when it takes longer; its exit code is then 137. */
  public HostCommand timeoutSeconds(long seconds) {
    this.timeoutSeconds = seconds;
    return this;
  }

  /**
   * Runs it.
   *
   * @throws UncheckedIOException when the program cannot be started
   */
  public Result run() {
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + arguments.getFirst(), e);
    }
    List<String> output = Collections.synchronizedList(new ArrayList<>());
    List<String> errors = Collections.synchronizedList(new ArrayList<>());
    try {
      Thread out =
          Thread.ofVirtual()
              .start(() -> read(process.inputReader(StandardCharsets.UTF_8), output, onLine));
      Thread err =
          Thread.ofVirtual()
              .start(() -> read(process.errorReader(StandardCharsets.UTF_8), errors, line -> {}));
      if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      out.join();
      err.join();
      return new Result(process.exitValue(), List.copyOf(output), List.copyOf(errors));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while running " + arguments.getFirst(), e);
    } finally {
      // Whoever interrupts us must not leave a download behind.
      process.destroyForcibly();
    }
  }

  /** The first executable of that name on PATH. */
  public static Optional<Path> find(String program) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
    for (String directory : path.split(File.pathSeparator)) {
      if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, program))) {
        return Optional.of(Path.of(directory, program));
      }
    }
    return Optional.empty();
  }

  private static void read(BufferedReader reader, List<String> lines, Consumer<String> consumer) {
    try (reader) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
        consumer.accept(line);
      }
    } catch (IOException e) {
      // The process was ended while we read; what came is what there is.
      lines.add("(output ends here: " + e.getMessage() + ")");
    }
  }
}
