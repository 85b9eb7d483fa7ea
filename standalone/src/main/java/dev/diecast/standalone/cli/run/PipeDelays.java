package dev.diecast.standalone.cli.run;

import dev.diecast.standalone.LocalHttp;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.cli.session.Messages;
import dev.diecast.standalone.supervisor.Instance;
import dev.diecast.standalone.supervisor.Supervisor;
import dev.diecast.standalone.supervisor.SupervisorStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long frames were in each pipe of a model, as the node daemon of this machine measured it by
 * the host's clock: from its metrics {@code diecast_pipe_*}, which docs/reference/metrics.md
 * explains.
 */
final class PipeDelays {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String PREFIX = "diecast_pipe_";
  private static final Pattern SAMPLE = Pattern.compile(PREFIX + "(\\w+)\\{(.*)\\} (\\S+)");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\",?");
  private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");
  private static final double MICROS = 1e6;

  private PipeDelays() {}

  /**
   * In the guests' frame, the busiest pipe first.
   *
   * @param factor T, by which the host's durations are longer
   * @return empty where the model has no network, or its daemon does not answer: what was judged is
   *     not to be lost for that
   */
  static List<RunReport.Pipe> of(
      Instance instance, String namespace, String model, double factor, Progress progress)
      throws InterruptedException {
    Optional<Integer> port =
        SupervisorStatus.read(instance)
            .flatMap(status -> status.component(Supervisor.DAEMON))
            .map(SupervisorStatus.ComponentStatus::port);
    try {
      return port.isEmpty() ? List.of() : parse(metrics(port.get()), namespace, model, factor);
    } catch (IOException e) {
      progress.step("the daemon does not say how long frames were in pipes: " + Messages.of(e));
      return List.of();
    }
  }

  private static String metrics(int port) throws IOException, InterruptedException {
    try (HttpClient client = LocalHttp.client(PATIENCE)) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
              .timeout(PATIENCE)
              .build();
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  /** What is known of one pipe, host's frame, as it is read. */
  private static final class Reading {
    private long frames;
    private double propagationSeconds;
    private final List<RunReport.Pipe.Delay> delays = new ArrayList<>();
  }

  /** Prometheus' text format. */
  static List<RunReport.Pipe> parse(String text, String namespace, String model, double factor) {
    Map<String, Reading> pipes = new LinkedHashMap<>();
    text.lines()
        .filter(line -> line.startsWith(PREFIX))
        .map(SAMPLE::matcher)
        .filter(Matcher::matches)
        .forEach(
            sample -> {
              Map<String, String> labels = labels(sample.group(2));
              if (namespace.equals(labels.get("namespace")) && model.equals(labels.get("model"))) {
                read(
                    pipes.computeIfAbsent(labels.get("pipe"), _ -> new Reading()),
                    sample.group(1),
                    labels,
                    Double.parseDouble(sample.group(3)),
                    factor);
              }
            });
    List<RunReport.Pipe> read = new ArrayList<>();
    pipes.forEach(
        (name, pipe) ->
            read.add(
                new RunReport.Pipe(
                    name,
                    pipe.frames,
                    pipe.propagationSeconds * MICROS / factor,
                    pipe.delays.stream()
                        .sorted(Comparator.comparingDouble(RunReport.Pipe.Delay::share))
                        .toList())));
    read.sort(Comparator.comparingLong(RunReport.Pipe::frames).reversed());
    return read;
  }

  private static void read(
      Reading pipe, String metric, Map<String, String> labels, double value, double factor) {
    switch (metric) {
      case "frames_total" -> pipe.frames = (long) value;
      case "propagation_delay_seconds" -> pipe.propagationSeconds = value;
      case "delay_seconds" ->
          pipe.delays.add(
              new RunReport.Pipe.Delay(
                  Double.parseDouble(labels.get("quantile")), value * MICROS / factor));
      default -> {} // drops are no delay
    }
  }

  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new HashMap<>();
    Matcher label = LABEL.matcher(text);
    while (label.find()) {
      labels.put(label.group(1), unescaped(label.group(2)));
    }
    return labels;
  }

  /** In one pass: an n behind an escaped backslash is an n. */
  private static String unescaped(String label) {
    return ESCAPED
        .matcher(label)
        .replaceAll(
            escaped ->
                Matcher.quoteReplacement(escaped.group(1).equals("n") ? "\n" : escaped.group(1)));
  }
}
