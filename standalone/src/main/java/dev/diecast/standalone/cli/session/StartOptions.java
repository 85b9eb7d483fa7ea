package dev.diecast.standalone.cli.session;

import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** How an instance is started. */
public final class StartOptions {
  @Option(
      names = "--api-port",
      paramLabel = "PORT",
      description = "Loopback port of the API server (default: a free one).")
  private Integer apiPort;

  @Option(
      names = {"-v", "--verbose"},
      description = "More progress.")
  private boolean verbose;

  OptionalInt apiPort() {
    if (apiPort == null) {
      return OptionalInt.empty();
    }
    if (apiPort < 1 || apiPort > 65535) {
      throw new Refusal("--api-port: a port is 1 to 65535, not " + apiPort);
    }
    return OptionalInt.of(apiPort);
  }

  public ProgressConsole progress() {
    return new ProgressConsole(System.err, verbose);
  }
}
