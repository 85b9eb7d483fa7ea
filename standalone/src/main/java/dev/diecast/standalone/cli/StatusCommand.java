package dev.diecast.standalone.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.api.v1alpha1.NodeNetwork;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.standalone.cli.run.RunReport;
import dev.diecast.standalone.cli.run.Views;
import dev.diecast.standalone.cli.session.ApiServer;
import dev.diecast.standalone.cli.session.ApiServerOption;
import dev.diecast.standalone.cli.session.ApiServerOption.Target;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.OutputOption;
import dev.diecast.standalone.cli.session.TextTable;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says what runs in an instance and whether it is true. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the models of an instance or a cluster, their nodes, and whether their time is true.",
      "Without --kubeconfig, --instance and $KUBECONFIG: of the instance called default."
    })
public final class StatusCommand implements Callable<Integer> {
  @Mixin private ApiServerOption server;
  @Mixin private OutputOption output;

  /**
   * The whole answer; `-o json` prints it.
   *
   * @param instance on this machine; null where a cluster was asked
   * @param cluster context and address; null where an instance was asked
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Status(String instance, String cluster, boolean running, List<Model> models) {}

  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Model(
      String name,
      String namespace,
      String timeDilationFactor,
      List<ConditionView> conditions,
      List<Node> nodes) {}

  @JsonInclude(JsonInclude.Include.ALWAYS)
  record ConditionView(String type, String status, String reason, String message) {}

  /**
   * @param dueHostCores of all its vCPUs, without the correction
   * @param correctionMicros part of each vCPU's quota that makes up for work lost at switches
   * @param periodMicros of that quota
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Node(
      String name,
      String host,
      String address,
      RunReport.Clock clock,
      Double dueHostCores,
      Long correctionMicros,
      Long periodMicros,
      List<ConditionView> conditions) {}

  @Override
  public Integer call() {
    Target target = server.target().orElseGet(ApiServerOption::defaultInstance);
    String instance = target instanceof Target.OfInstance(var named) ? named.name() : null;
    try (ApiServer running = ApiServer.of(target).orElse(null)) {
      Status status =
          new Status(
              instance,
              instance == null ? running.name() : null,
              running != null,
              running == null ? List.of() : models(running));
      if (output.json()) {
        output.printJson(status);
      } else {
        print(status);
      }
      return ExitCode.OK;
    }
  }

  private static List<Model> models(ApiServer server) {
    List<DilatedNode> nodes = server.list(DilatedNode.class);
    List<Model> models = new ArrayList<>();
    for (ScaleModel model : server.list(ScaleModel.class)) {
      var status = Optional.ofNullable(model.getStatus());
      models.add(
          new Model(
              model.getMetadata().getName(),
              model.getMetadata().getNamespace(),
              status.map(s -> s.timeDilation()).map(t -> t.factor()).orElse(null),
              conditions(status.map(s -> s.conditions()).orElse(List.of())),
              nodes.stream()
                  .filter(node -> belongs(node, model))
                  .sorted(
                      Comparator.comparing((DilatedNode node) -> node.getSpec().group())
                          .thenComparing(node -> node.getSpec().index()))
                  .map(StatusCommand::node)
                  .toList()));
    }
    return models;
  }

  private static boolean belongs(DilatedNode node, ScaleModel model) {
    return node.getMetadata().getNamespace().equals(model.getMetadata().getNamespace())
        && model
            .getMetadata()
            .getName()
            .equals(node.getMetadata().getLabels().get(Api.LABEL_MODEL));
  }

  private static Node node(DilatedNode node) {
    Optional<DilatedNodeStatus> status = Optional.ofNullable(node.getStatus());
    return new Node(
        node.getMetadata().getName(),
        node.getSpec().host(),
        node.getSpec().nodeNetwork().map(StatusCommand::address).orElse(null),
        status.map(DilatedNodeStatus::clock).map(Views::clock).orElse(RunReport.Clock.UNMEASURED),
        status
            .map(DilatedNodeStatus::cpu)
            .map(DilatedNodeStatus.Cpu::dueMicrocores)
            .map(micro -> micro / 1e6)
            .orElse(null),
        status
            .map(DilatedNodeStatus::cpu)
            .map(DilatedNodeStatus.Cpu::correctionMicros)
            .orElse(null),
        status.map(DilatedNodeStatus::cpu).map(DilatedNodeStatus.Cpu::periodMicros).orElse(null),
        conditions(status.map(DilatedNodeStatus::conditions).orElse(List.of())));
  }

  /** Without the subnet's prefix length. */
  private static String address(NodeNetwork network) {
    return network.address().replaceFirst("/.*", "");
  }

  private static List<ConditionView> conditions(List<Condition> conditions) {
    return conditions.stream()
        .map(c -> new ConditionView(c.getType(), c.getStatus(), c.getReason(), c.getMessage()))
        .toList();
  }

  private static void print(Status status) {
    if (!status.running()) {
      System.out.printf(
          "Instance %s does not run (./diecast up FILE starts it).%n", status.instance());
      return;
    }
    if (status.models().isEmpty()) {
      System.out.println(
          status.instance() == null
              ? "There is no ScaleModel in " + status.cluster() + "."
              : "Instance " + status.instance() + " runs; it holds no ScaleModel.");
    }
    for (Model model : status.models()) {
      System.out.printf(
          "ScaleModel %s/%s, T = %s%n",
          model.namespace(),
          model.name(),
          Optional.ofNullable(model.timeDilationFactor()).orElse("not chosen"));
      for (ConditionView condition : model.conditions()) {
        System.out.printf(
            "  %-12s %-8s %s: %s%n",
            condition.type(), condition.status(), condition.reason(), condition.message());
      }
      System.out.println(table(model.nodes()));
    }
  }

  /** Addresses are a column where there are any. */
  public static TextTable table(List<Node> nodes) {
    boolean networked = nodes.stream().anyMatch(node -> node.address() != null);
    List<String> header =
        new ArrayList<>(
            List.of("  NODE", "HOST", "CLOCK ERROR", "DUE HOST CORES", "CORRECTION", "NOT TRUE"));
    if (networked) {
      header.add(2, "ADDRESS");
    }
    TextTable table = new TextTable(header.toArray(String[]::new));
    for (Node node : nodes) {
      List<String> row = row(node);
      if (networked) {
        row.add(2, Optional.ofNullable(node.address()).orElse("none"));
      }
      table.row(row.toArray(String[]::new));
    }
    return table;
  }

  /** What its caps are wider by than T asks for, for that is never hidden. */
  private static String correction(Node node) {
    if (node.correctionMicros() == null || node.periodMicros() == null) {
      return "";
    }
    return node.correctionMicros() == 0
        ? "none"
        : String.format(
            Locale.ROOT,
            "%.2f ms per %.0f ms",
            node.correctionMicros() / 1e3,
            node.periodMicros() / 1e3);
  }

  private static List<String> row(Node node) {
    List<String> row = new ArrayList<>(List.of("  " + node.name(), node.host()));
    row.add(
        node.clock().ppm() == null
            ? "not measured"
            : String.format(
                Locale.ROOT, "%+.1f ± %.1f ppm", node.clock().ppm(), node.clock().ppmError()));
    row.add(
        node.dueHostCores() == null
            ? "not capped"
            : String.format(Locale.ROOT, "%.4f", node.dueHostCores()));
    row.add(correction(node));
    row.add(
        String.join(
            ", ",
            node.conditions().stream()
                .filter(c -> !"True".equals(c.status()))
                .map(c -> c.type() + " (" + c.reason() + ")")
                .toList()));
    return row;
  }
}
