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
 */
final class Tc {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PATIENCE_SECONDS = 20;

  private final Optional<Path> namespace;

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
    run(
        List.of("tc", "-batch", "-"),
        commands.stream().map(command -> String.join(" ", command)).toList());
  }

  private String run(List<String> words, List<String> input) throws IOException {
    // A child is in the namespaces of the thread that starts it.
    return inside(() -> execute(words, input));
  }

  /** Does something on a thread that is in the namespace. */
  String inside(Callable<String> work) throws IOException {
    if (namespace.isEmpty()) {
      FutureTask<String> here = new FutureTask<>(work);
      here.run();
      return result(here);
    }
    return NetworkNamespaces.inside(namespace.get().toString(), work);
  }

  private static String result(FutureTask<String> done) throws IOException {
    try {
      return done.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static String execute(List<String> words, List<String> input) throws IOException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
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
