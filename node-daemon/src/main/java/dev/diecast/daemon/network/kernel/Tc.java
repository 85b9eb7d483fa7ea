package dev.diecast.daemon.network.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.daemon.linux.NetworkNamespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * iproute2's {@code tc} in a network namespace: the one program that the daemon runs. Arguments are
 * an array, never a line for a shell.
 *
 * <p>The program of the next {@link #batch} can be started ahead ({@link #prepare}): it waits for
 * its commands and is in the namespace already, so that a change is not late by what it takes to
 * start a program. It keeps the namespace; {@link #close} ends it.
 */
final class Tc implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PATIENCE_SECONDS = 20;

  private static final List<String> BATCH = List.of("tc", "-batch", "-");

  private final Optional<Path> namespace;

  /** Waits for its commands; null where none does. */
  private Process prepared;

  /**
   * @param namespace such as {@code /proc/7/ns/net}; empty: this process' own
   */
  Tc(Optional<Path> namespace) {
    this.namespace = namespace;
  }

  /** What a command prints as JSON; nothing is an empty list. */
  JsonNode ask(String... arguments) throws IOException {
    List<String> words = new ArrayList<>(List.of("tc", "-j"));
    words.addAll(List.of(arguments));
    String output = run(words, List.of());
    return output.isBlank() ? JSON.createArrayNode() : JSON.readTree(output);
  }

  /** What a command prints. */
  String text(String... arguments) throws IOException {
    List<String> words = new ArrayList<>(List.of("tc"));
    words.addAll(List.of(arguments));
    return run(words, List.of());
  }

  /** Several commands by one process; the first that fails ends it. */
  void batch(List<List<String>> commands) throws IOException {
    Process process = takePrepared();
    finish(
        process == null ? start(BATCH) : process,
        BATCH,
        commands.stream().map(command -> String.join(" ", command)).toList());
  }

  /** Starts the program of the next batch, where none waits. */
  synchronized void prepare() {
    if (prepared == null || !prepared.isAlive()) {
      try {
        prepared = start(BATCH);
      } catch (IOException e) {
        // The next batch starts its own, and says why where it cannot.
        prepared = null;
      }
    }
  }

  private synchronized Process takePrepared() {
    Process taken = prepared != null && prepared.isAlive() ? prepared : null;
    prepared = null;
    return taken;
  }

  /** Ends the program that waits; it leaves by itself when this process does. */
  @Override
  public synchronized void close() {
    if (prepared != null) {
      prepared.destroy();
      prepared = null;
    }
  }

  private String run(List<String> words, List<String> input) throws IOException {
    return finish(start(words), words, input);
  }

  private Process start(List<String> words) throws IOException {
    // A child is in the namespaces of the thread that starts it.
    return inside(() -> new ProcessBuilder(words).redirectErrorStream(true).start());
  }

  /** Does something on a thread that is in the namespace. */
  <T> T inside(Callable<T> work) throws IOException {
    if (namespace.isEmpty()) {
      FutureTask<T> here = new FutureTask<>(work);
      here.run();
      return result(here);
    }
    return NetworkNamespaces.inside(namespace.get().toString(), work);
  }

  private static <T> T result(FutureTask<T> done) throws IOException {
    try {
      return done.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static String finish(Process process, List<String> words, List<String> input)
      throws IOException {
    try (var stdin = process.getOutputStream()) {
      if (!input.isEmpty()) {
        stdin.write((String.join("\n", input) + "\n").getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException endedBeforeItReadAll) {
      // Its output and exit code say why.
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new KernelPipesException(
            KernelPipesException.Reason.REFUSED,
            "%s: %s".formatted(String.join(" ", words), output.strip().replace('\n', ' ')));
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return output;
  }
}
