package dev.diecast.standalone.supervisor;

import dev.diecast.standalone.process.Component;
import dev.diecast.standalone.prometheus.ScrapeConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Prometheus as a part of an instance: on 127.0.0.1 alone, all it writes in the instance's
 * directory.
 */
public final class PrometheusServer {
  public static final String NAME = "prometheus";

  /** What answers 200 once it serves queries. */
  static final String READY_PATH = "/-/ready";

  private PrometheusServer() {}

  /**
   * The process to be kept, whose configuration is written.
   *
   * @param port it is to listen on
   * @param daemonPort of the daemon's metrics
   */
  static Component component(SupervisorConfiguration configuration, int port, int daemonPort) {
    Instance instance = configuration.toInstance();
    SupervisorConfiguration.Prometheus prometheus = configuration.prometheus();
    Path directory = instance.directory().resolve(NAME);
    Path file = directory.resolve("prometheus.yml");
    try {
      Files.createDirectories(directory);
      Files.writeString(
          file,
          new ScrapeConfiguration(
                  daemonPort,
                  configuration.nodeName(),
                  Path.of(prometheus.rules()),
                  prometheus.intervalSeconds())
              .text());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
    Map<String, String> environment = new HashMap<>(instance.mark());
    // What it takes the guests cannot have: one core of the host at the most.
    environment.put("GOMAXPROCS", "1");
    return new Component(
        NAME,
        List.of(
            prometheus.installation().program(),
            "--config.file=" + file,
            "--storage.tsdb.path=" + directory.resolve("data"),
            "--storage.tsdb.retention.size=256MB",
            "--web.local-assets=" + prometheus.installation().assets(),
            "--web.listen-address=127.0.0.1:" + port),
        environment,
        instance.logs().resolve(NAME + ".log"),
        OptionalInt.of(port));
  }
}
