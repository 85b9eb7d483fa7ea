package dev.diecast.daemon.network;

import dev.diecast.daemon.linux.NetworkNamespaces;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** A network namespace of the test's own: a host to itself. Needs root. */
public final class NetworkNamespace implements AutoCloseable {
  private final String name;

  public NetworkNamespace(String name) throws IOException, InterruptedException {
    this.name = name;
    ip("netns", "add", name);
    run("link", "set", "lo", "up");
  }

  /** {@code ip} in this namespace. */
  public void run(String... arguments) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("-n", name));
    words.addAll(List.of(arguments));
    ip(words.toArray(String[]::new));
  }

  /** Several commands of {@code ip} in this namespace by one process; the first to fail ends it. */
  public void batch(List<String> commands) throws IOException, InterruptedException {
    execute(List.of("ip", "-n", name, "-batch", "-"), String.join("\n", commands) + "\n");
  }

  /** {@code ip} on the machine. */
  public static void ip(String... arguments) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("ip"));
    words.addAll(List.of(arguments));
    execute(words, "");
  }

  private static void execute(List<String> words, String input)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    try (var stdin = process.getOutputStream()) {
      stdin.write(input.getBytes());
    } catch (IOException endedBeforeItReadAll) {
      // Its output and exit code say why.
    }
    String output = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", words) + ": " + output);
    }
  }

  /** Runs something in this namespace; the sockets that it opens stay there. */
  public <T> T inside(Callable<T> work) throws Exception {
    return NetworkNamespaces.inside("/run/netns/" + name, work);
  }

  @Override
  public void close() throws IOException {
    try {
      ip("netns", "delete", name);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
