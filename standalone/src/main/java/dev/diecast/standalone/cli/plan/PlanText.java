package dev.diecast.standalone.cli.plan;

import dev.diecast.api.resources.ResourceVectors;
import dev.diecast.api.v1alpha1.NetworkStatus;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.placement.MachineDemand;
import dev.diecast.core.placement.Resource;
import dev.diecast.core.placement.ResourceVector;
import dev.diecast.operator.plan.PlanOutcome;
import dev.diecast.operator.plan.PlanOutcome.HostUse;
import dev.diecast.operator.plan.PlanOutcome.PlacedNode;
import dev.diecast.standalone.cli.session.TextTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A plan for people. */
final class PlanText {
  /** Models of more nodes have a row for each group on each host. */
  private static final int NODES_NAMED = 64;

  private PlanText() {}

  static String of(ModelPlan.Fits fits) {
    PlanOutcome.Planned plan = fits.plan();
    StringBuilder text = new StringBuilder();
    text.append(
        "ScaleModel %s/%s would be placed: %s.%n"
            .formatted(
                fits.model().getMetadata().getNamespace(),
                fits.model().getMetadata().getName(),
                plan.message()));
    fits.whyNotSmaller().ifPresent(why -> text.append("No smaller T: ").append(why).append(".\n"));
    fits.notices().forEach(notice -> text.append("Note: ").append(notice).append(".\n"));
    text.append('\n').append(nodes(plan)).append('\n').append(hosts(plan));
    fits.network().ifPresent(network -> text.append('\n').append(network(network)));
    return text.toString();
  }

  private static TextTable nodes(PlanOutcome.Planned plan) {
    DilationFactor factor = plan.timeDilation().dilationFactor();
    List<Resource> others =
        Arrays.stream(Resource.values())
            .filter(resource -> resource != Resource.CPU)
            .filter(resource -> plan.nodes().stream().anyMatch(node -> asks(node, resource)))
            .toList();
    List<String> header = new ArrayList<>(List.of("  NODE", "HOST", "GUEST CPU", "HOST CPU"));
    for (Resource resource : others) {
      header.addAll(columns(resource));
    }
    TextTable table = new TextTable(header.toArray(String[]::new));
    for (List<PlacedNode> alike : rows(plan.nodes())) {
      PlacedNode node = alike.getFirst();
      MachineDemand machine = ResourceVectors.demand(node.group().machine());
      ResourceVector due = machine.hostFrame(factor, ResourceVector.EMPTY);
      List<String> row =
          new ArrayList<>(
              List.of(
                  "  "
                      + (alike.size() == 1
                          ? node.name()
                          : alike.size() + " of " + node.group().name()),
                  node.host(),
                  machine.cpus() + " x " + machine.relativeSpeed().toText(),
                  Resource.CPU.format(due.get(Resource.CPU))));
      for (Resource resource : others) {
        row.add(amount(machine.others(), resource));
        if (isRate(resource)) {
          row.add(amount(due, resource));
        }
      }
      table.row(row.toArray(String[]::new));
    }
    return table;
  }

  private static Collection<List<PlacedNode>> rows(List<PlacedNode> nodes) {
    Map<String, List<PlacedNode>> rows = new LinkedHashMap<>();
    for (PlacedNode node : nodes) {
      String key =
          nodes.size() <= NODES_NAMED ? node.name() : node.group().name() + " " + node.host();
      rows.computeIfAbsent(key, _ -> new ArrayList<>()).add(node);
    }
    return rows.values();
  }

  private static boolean asks(PlacedNode node, Resource resource) {
    return ResourceVectors.demand(node.group().machine()).others().has(resource);
  }

  /** Room is the same in both frames, rates are not. */
  private static boolean isRate(Resource resource) {
    return resource != Resource.MEMORY && resource != Resource.DISK_SPACE;
  }

  private static List<String> columns(Resource resource) {
    String name =
        switch (resource) {
          case CPU -> "CPU";
          case MEMORY -> "MEMORY";
          case DISK_SPACE -> "DISK SPACE";
          case DISK_BYTES_PER_SECOND -> "DISK";
          case DISK_IOPS -> "DISK OPS";
          case NIC_BITS_PER_SECOND -> "NETWORK";
        };
    return isRate(resource) ? List.of("GUEST " + name, "HOST " + name) : List.of(name);
  }

  private static String amount(ResourceVector amounts, Resource resource) {
    return amounts.has(resource) ? resource.format(amounts.get(resource)) : "no limit";
  }

  private static TextTable hosts(PlanOutcome.Planned plan) {
    boolean shared = plan.hosts().stream().anyMatch(host -> !host.held().amounts().isEmpty());
    List<String> header =
        new ArrayList<>(List.of("  HOST", "NODES", "RESOURCE", "USED", "OF", "SHARE", "HEAD-ROOM"));
    if (shared) {
      header.add("OTHERS HOLD");
    }
    header.add("");
    TextTable table = new TextTable(header.toArray(String[]::new));
    for (HostUse host : plan.hosts()) {
      String name = "  " + host.name();
      for (PlanReport.Use use : PlanReport.uses(plan, host)) {
        Resource resource = resource(use);
        List<String> row =
            new ArrayList<>(
                List.of(
                    name,
                    Integer.toString(host.nodes()),
                    use.resource(),
                    resource.format(host.used().get(resource)),
                    resource.format(host.plannable().get(resource)),
                    use.percent() == null ? "" : use.percent() + " %",
                    resource.format(
                        host.plannable().get(resource).minus(host.used().get(resource)))));
        if (shared) {
          row.add(resource.format(host.held().get(resource)));
        }
        row.add(use.binds() ? "binds" : host.closed().map(why -> "closed: " + why).orElse(""));
        table.row(row.toArray(String[]::new));
      }
    }
    return table;
  }

  private static Resource resource(PlanReport.Use use) {
    return Arrays.stream(Resource.values())
        .filter(resource -> resource.displayName().equals(use.resource()))
        .findFirst()
        .orElseThrow();
  }

  private static String network(NetworkStatus network) {
    StringBuilder text = new StringBuilder();
    text.append(
        "  Network: %d routers and %d links become %d pipes (%s), at most %d on a path.%n"
            .formatted(
                network.routers(),
                network.links(),
                network.pipes(),
                network.distillation(),
                network.longestPathPipes()));
    if (network.saturates() != null) {
      text.append("  Saturates first: ").append(network.saturates()).append(".\n");
    }
    if (network.hosts().size() > 1) {
      text.append("  Of all steps of packets, ")
          .append(network.crossHostPercent())
          .append(" % lead to another host.\n");
    }
    network
        .hosts()
        .forEach(
            host ->
                text.append(
                    "  Host %s: %d pipes of %d nodes.%n"
                        .formatted(host.name(), host.pipes(), host.nodes())));
    network.disconnectedParts().forEach(part -> text.append("  Apart: ").append(part).append('\n'));
    network.notices().forEach(notice -> text.append("  Note: ").append(notice).append('\n'));
    return text.toString();
  }
}
