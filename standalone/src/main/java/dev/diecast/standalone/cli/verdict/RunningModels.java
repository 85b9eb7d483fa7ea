package dev.diecast.standalone.cli.verdict;

import dev.diecast.api.resources.FidelityReadings;
import dev.diecast.api.resources.HostPulse;
import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.core.fidelity.ModelVerdict;
import dev.diecast.core.fidelity.NodeReading;
import dev.diecast.core.fidelity.Outcome;
import dev.diecast.core.fidelity.Window;
import dev.diecast.standalone.cli.run.RunReport;
import dev.diecast.standalone.cli.session.ApiServer;
import dev.diecast.standalone.cli.session.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Models of an API server whose time is to be judged. */
final class RunningModels {
  /** Within so much host time a daemon tells of what it sees (docs/fidelity.md), and a second. */
  private static final Duration TOLD = Duration.ofSeconds(6);

  /** What a daemon takes for each node of its host, where these are many. */
  private static final Duration WRITING = Duration.ofMillis(400);

  private static final Duration POLL = Duration.ofMillis(500);

  private final ApiServer server;
  private final Set<String> names;

  private RunningModels(ApiServer server, Set<String> names) {
    this.server = server;
    this.names = names;
  }

  /**
   * @param wanted {@code NAME} or {@code NAMESPACE/NAME}; empty for all
   * @throws Refusal where there is none of that name, or none at all
   */
  static RunningModels of(ApiServer server, Optional<String> wanted) {
    List<ScaleModel> all = server.list(ScaleModel.class);
    Set<String> names =
        all.stream()
            .filter(model -> wanted.map(name -> isCalled(model, name)).orElse(true))
            .map(RunningModels::name)
            .collect(Collectors.toCollection(TreeSet::new));
    if (!names.isEmpty()) {
      return new RunningModels(server, names);
    }
    throw new Refusal(
        all.isEmpty()
            ? "%s holds no ScaleModel: apply one first".formatted(server.name())
            : "%s: %s has no such ScaleModel; it has %s"
                .formatted(
                    wanted.orElse(""),
                    server.name(),
                    all.stream()
                        .map(RunningModels::name)
                        .sorted()
                        .collect(Collectors.joining(", "))));
  }

  private static boolean isCalled(ScaleModel model, String name) {
    return name.equals(model.getMetadata().getName()) || name.equals(name(model));
  }

  private static String name(ScaleModel model) {
    return model.getMetadata().getNamespace() + "/" + model.getMetadata().getName();
  }

  private static String modelOf(DilatedNode node) {
    return node.getMetadata().getNamespace()
        + "/"
        + node.getMetadata().getLabels().get(Api.LABEL_MODEL);
  }

  String names() {
    return String.join(", ", names);
  }

  /** Waits until all of a window that has ended has been reported, and judges it. */
  VerdictReport judge(Window window) throws InterruptedException {
    Set<String> silent = awaitReports(window.to());
    List<DilatedNode> nodes = ownNodes();
    List<VerdictReport.Model> models =
        server.list(ScaleModel.class).stream()
            .filter(model -> names.contains(name(model)))
            .sorted(Comparator.comparing(RunningModels::name))
            .map(model -> judge(model, nodes, silent, window))
            .toList();
    return new VerdictReport(
        Outcome.together(models.stream().map(VerdictReport.Model::verdict).toList()),
        server.name(),
        new RunReport.Span(window.from().toString(), window.to().toString()),
        models);
  }

  private static VerdictReport.Model judge(
      ScaleModel model, List<DilatedNode> nodes, Set<String> silent, Window window) {
    ModelVerdict verdict =
        ModelVerdict.of(
            nodes.stream()
                .filter(node -> modelOf(node).equals(name(model)))
                .sorted(Comparator.comparing(node -> node.getMetadata().getName()))
                .map(
                    node ->
                        WatchedThroughout.judge(
                            FidelityReadings.of(node, silent), node.getStatus(), window))
                .toList(),
            model.getSpec().thresholds().tolerances(),
            window);
    return new VerdictReport.Model(
        model.getMetadata().getName(),
        model.getMetadata().getNamespace(),
        Optional.ofNullable(model.getStatus())
            .map(status -> status.timeDilation())
            .map(dilation -> dilation.factor())
            .orElse(null),
        verdict.outcome(),
        verdict.findings().stream().map(RunReport.Judged::of).toList());
  }

  /**
   * Waits until daemons have spoken of all of the window.
   *
   * @return hosts of which that was waited for in vain
   */
  private Set<String> awaitReports(Instant end) throws InterruptedException {
    Instant told = end.plus(TOLD);
    while (true) {
      Thread.sleep(POLL);
      List<DilatedNode> nodes = ownNodes();
      Set<String> silent =
          server.list(DilationHost.class).stream()
              .filter(host -> !isSince(HostPulse.measuredAt(host), end))
              .map(host -> host.getMetadata().getName())
              .filter(host -> nodes.stream().anyMatch(node -> host.equals(node.getSpec().host())))
              .collect(Collectors.toCollection(TreeSet::new));
      boolean allRead =
          nodes.stream()
              .filter(node -> FidelityReadings.of(node).now() instanceof NodeReading.State.Faithful)
              .allMatch(node -> isSince(WatchedThroughout.clockRead(node.getStatus()), end));
      Instant now = Instant.now();
      if (silent.isEmpty() && allRead && now.isAfter(told)
          || now.isAfter(end.plus(HostPulse.PATIENCE).plus(WRITING.multipliedBy(nodes.size())))) {
        return silent;
      }
    }
  }

  private List<DilatedNode> ownNodes() {
    return server.list(DilatedNode.class).stream()
        .filter(node -> names.contains(modelOf(node)))
        .toList();
  }

  private static boolean isSince(Optional<String> time, Instant end) {
    return time.map(Instant::parse).filter(at -> !at.isBefore(end)).isPresent();
  }
}
