package dev.diecast.operator.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The packaged operator as a process of its own, as a cluster and standalone run it. */
final class OperatorProcess implements AutoCloseable {

  /** {@code operator.resources.limits.memory} of charts/diecast/values.yaml. */
  static final int CHART_LIMIT_MEBIBYTES = 512;

  /**
   * Resynchronised every second, so that a reconciliation that writes without need shows; and it
   * says so, so that a test can see that it was.
   */
  static final Map<String, String> RESYNCHRONISED =
      Map.of(
          "quarkus.operator-sdk.controllers.scalemodel.max-reconciliation-interval",
          "1s",
          "quarkus.operator-sdk.controllers.dilatednode.max-reconciliation-interval",
          "1s",
          "quarkus.log.category.\"io.javaoperatorsdk.operator.processing.event.ReconciliationDispatcher\".level",
          "DEBUG");

  private static final List<String> SMALL = List.of("-Xmx96m", "-XX:+UseSerialGC");

  /** As the image starts it under the chart's limit: operator/src/main/container/run. */
  private static final List<String> OF_THE_CHART =
      List.of(
          "-Xmx" + CHART_LIMIT_MEBIBYTES * 60 / 100 + "m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:+ExitOnOutOfMemoryError");

  private final Process process;
  private final Path log;
  private final int port;

  private OperatorProcess(Process process, Path log, int port) {
    this.process = process;
    this.log = log;
    this.port = port;
  }

  /**
   * @param settings Quarkus properties beside those of a plain start
   */
  static OperatorProcess start(ApiServer.Running api, Map<String, String> settings)
      throws IOException {
    return start(api, api.kubeconfig(), settings);
  }

  /** The same by another way to the API server. */
  static OperatorProcess start(ApiServer.Running api, Path kubeconfig, Map<String, String> settings)
      throws IOException {
    return start(api, kubeconfig, SMALL, settings);
  }

  /** The same with the memory that the chart gives it. */
  static OperatorProcess startAsInChart(ApiServer.Running api, Map<String, String> settings)
      throws IOException {
    return start(api, api.kubeconfig(), OF_THE_CHART, settings);
  }

  private static OperatorProcess start(
      ApiServer.Running api, Path kubeconfig, List<String> options, Map<String, String> settings)
      throws IOException {
    int port = ApiServer.Running.freePort();
    Path log = Files.createTempFile(api.directory(), "operator", ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    settings.forEach((name, value) -> command.add("-D" + name + "=" + value));
    command.add("-jar");
    command.add(System.getProperty("operator.jar"));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("KUBECONFIG", kubeconfig.toString());
    builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
    return new OperatorProcess(builder.start(), log, port);
  }

  OperatorProcess awaitReady() {
    Awaitility.await("operator ready, see " + log)
        .atMost(Duration.ofMinutes(3))
        .ignoreExceptions()
        .until(() -> health().statusCode() == 200);
    return this;
  }

  HttpResponse<String> health() throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/q/health/ready"))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  /** What it says comes after what it does. */
  OperatorProcess awaitLog(String text) {
    Awaitility.await("\"" + text + "\" in " + log)
        .atMost(Duration.ofMinutes(1))
        .until(() -> log().contains(text));
    return this;
  }

  /** The most memory that it has had resident, in MiB (proc_pid_status(5): VmHWM). */
  long peakMebibytes() throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .map(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  /** CPU time of all its threads so far. */
  double cpuSeconds() {
    return process.info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
  }

  boolean runs() {
    return process.isAlive();
  }

  void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().completeOnTimeout(process, 15, TimeUnit.SECONDS).join();
    process.destroyForcibly();
  }
}
