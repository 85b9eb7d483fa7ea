package dev.diecast.standalone.cli.session;

import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** How an instance is started. */
public final class StartOptions {
  /** Host time; short, since runs are. */
  static final int SCRAPE_SECONDS = 2;

  @Option(
      names = "--api-port",
      paramLabel = "PORT",
      description = "Loopback port of the API server (default: a free one).")
  private Integer apiPort;

  @Option(
      names = "--prometheus",
      description = {
        "Starts a Prometheus with the instance, which scrapes it every "
            + SCRAPE_SECONDS
            + " s and has the chart's alert rules; it ends with the instance."
      })
  private boolean prometheus;

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

  boolean prometheus() {
    return prometheus;
  }

  public ProgressConsole progress() {
    return new ProgressConsole(System.err, verbose);
  }
}
