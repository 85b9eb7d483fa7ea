package dev.diecast.operator.status;

import dev.diecast.api.resources.FidelityReadings;
import dev.diecast.api.resources.HostPulse;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelStatus;
import dev.diecast.core.fidelity.Finding;
import dev.diecast.core.fidelity.ModelVerdict;
import dev.diecast.core.fidelity.NodeReading;
import dev.diecast.core.fidelity.Window;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A model's status from what is known of it and of its nodes. Pure, and a fixed point: from
 * unchanged facts it makes a status equal to the one before, which is then not written.
 */
public final class StatusAggregation {

  public static final String ACCEPTED = "Accepted";
  public static final String PLACED = "Placed";
  public static final String PROVISIONED = "Provisioned";
  public static final String NETWORKED = "Networked";
  public static final String DILATED = "Dilated";
  public static final String READY = "Ready";
  public static final String FAITHFUL = "Faithful";

  private static final int NAMED_AT_MOST = 3;

  /** Reasons of a node's Provisioned in which waiting is all that is to be done. */
  private static final Set<String> ON_THE_WAY =
      Set.of("Provisioning", "Pending", "Scheduling", "Restarting");

  private StatusAggregation() {}

  /**
   * @param now host time, for conditions that change
   */
  public static ScaleModelStatus of(ModelFacts facts, Instant now) {
    List<Condition> before = conditionsOf(facts.model().getStatus());
    long generation = facts.model().getMetadata().getGeneration();
    List<NodeView> nodes =
        facts.nodes().stream()
            .map(NodeView::of)
            .sorted(java.util.Comparator.comparing(NodeView::name))
            .toList();

    Verdict placed = facts.placed().orElseGet(() -> placedBefore(before));
    Verdict provisioned = provisioned(nodes);
    Verdict dilated = dilated(nodes);
    Optional<Verdict> networked = networked(facts, nodes);
    Verdict ready =
        ready(
            Stream.of(
                    Optional.of(facts.accepted()),
                    Optional.of(placed),
                    Optional.of(provisioned),
                    networked,
                    Optional.of(dilated))
                .flatMap(Optional::stream)
                .toList());

    List<Condition> conditions = new ArrayList<>();
    conditions.add(Conditions.next(before, ACCEPTED, facts.accepted(), generation, now));
    // A plan that was not asked for anew still speaks of the generation it was made for.
    long placedGeneration =
        facts.placed().isPresent()
            ? generation
            : Conditions.find(before, PLACED)
                .map(Condition::getObservedGeneration)
                .orElse(generation);
    conditions.add(Conditions.next(before, PLACED, placed, placedGeneration, now));
    conditions.add(Conditions.next(before, PROVISIONED, provisioned, generation, now));
    networked.ifPresent(
        verdict -> conditions.add(Conditions.next(before, NETWORKED, verdict, generation, now)));
    conditions.add(Conditions.next(before, DILATED, dilated, generation, now));
    conditions.add(Conditions.next(before, READY, ready, generation, now));
    ScaleModelStatus.Fidelity record =
        RunFidelity.of(
            Optional.ofNullable(facts.model().getStatus()).map(ScaleModelStatus::fidelity),
            facts.nodes());
    conditions.add(
        Conditions.next(before, FAITHFUL, faithful(facts, record, now), generation, now));
    return new ScaleModelStatus(
        generation,
        facts.timeDilation().orElse(null),
        facts.plan().orElse(null),
        facts.network().flatMap(NetworkFacts::status).orElse(null),
        counts(nodes),
        record,
        conditions);
  }

  /** What the condition Placed says now. */
  public static Optional<Verdict> placedNow(ScaleModel model) {
    return Conditions.verdict(conditionsOf(model.getStatus()), PLACED);
  }

  static List<Condition> conditionsOf(ScaleModelStatus status) {
    return status == null ? List.of() : status.conditions();
  }

  private static Verdict placedBefore(List<Condition> before) {
    return Conditions.verdict(before, PLACED)
        .orElse(Verdict.unknown("NotAccepted", "nothing is planned until the spec is valid"));
  }

  private static Verdict provisioned(List<NodeView> nodes) {
    if (nodes.isEmpty()) {
      return Verdict.no("Provisioning", "no node exists yet");
    }
    List<NodeView> failed =
        nodes.stream()
            .filter(node -> node.provisioned().isFalse())
            .filter(node -> node.provisioned().reason().equals("Failed"))
            .toList();
    if (!failed.isEmpty()) {
      return Verdict.no(
          "VirtualMachineFailed",
          share(failed, nodes)
              + " failed: "
              + named(failed, node -> node.name() + " (" + node.provisioned().message() + ")"));
    }
    List<NodeView> running = nodes.stream().filter(node -> node.provisioned().isTrue()).toList();
    if (running.size() == nodes.size()) {
      return Verdict.yes("Provisioned", "all " + nodes.size() + " VMs run");
    }
    String progress = share(running, nodes) + " VMs run";
    List<NodeView> stuck =
        nodes.stream()
            .filter(node -> !node.provisioned().isTrue())
            .filter(node -> !ON_THE_WAY.contains(node.provisioned().reason()))
            .toList();
    return stuck.isEmpty()
        ? Verdict.no("Provisioning", progress)
        : Verdict.no(
            stuck.getFirst().provisioned().reason(),
            progress
                + "; not: "
                + named(stuck, node -> node.name() + " (" + node.provisioned().message() + ")"));
  }

  /** Empty where the model has no network. */
  private static Optional<Verdict> networked(ModelFacts facts, List<NodeView> nodes) {
    return facts
        .network()
        .map(
            network -> {
              List<NodeView> done =
                  nodes.stream().filter(node -> node.networked().isTrue()).toList();
              if (!network.published().isTrue()) {
                return network.published();
              }
              return done.size() == nodes.size()
                  ? Verdict.yes("Networked", network.published().message())
                  : notYet(
                      "Waiting",
                      share(done, nodes) + " nodes are attached to the pipes",
                      nodes,
                      NodeView::networked);
            });
  }

  private static Verdict dilated(List<NodeView> nodes) {
    if (nodes.isEmpty()) {
      return Verdict.no("Waiting", "no node exists yet");
    }
    List<NodeView> done = nodes.stream().filter(node -> node.cappedAndDilated().isTrue()).toList();
    if (done.size() == nodes.size()) {
      return Verdict.yes("Dilated", "all " + nodes.size() + " nodes are capped and dilated");
    }
    return notYet(
        "Waiting",
        share(done, nodes) + " nodes are capped and dilated",
        nodes,
        NodeView::cappedAndDilated);
  }

  /** By the rule that {@code diecast run} judges by, of this moment. */
  private static Verdict faithful(ModelFacts facts, ScaleModelStatus.Fidelity record, Instant now) {
    ModelVerdict verdict =
        ModelVerdict.of(
            facts.nodes().stream()
                .map(node -> FidelityReadings.of(node, facts.silentHosts()))
                .sorted(java.util.Comparator.comparing(NodeReading::node))
                .toList(),
            facts.model().getSpec().thresholds().tolerances(),
            Window.at(now));
    int nodes = facts.nodes().size();
    List<Finding> wrong = verdict.failures();
    return switch (verdict.outcome()) {
      case FAIL ->
          Verdict.no(
              reason(wrong.getFirst()),
              wrong.size()
                  + " of "
                  + nodes
                  + " nodes are not: "
                  + named(wrong, finding -> finding.node() + " (" + reason(finding) + ")"));
      case UNKNOWN ->
          Verdict.unknown(
              silence(facts).isEmpty() ? "Measuring" : HostPulse.REASON,
              (nodes - verdict.unknowns().size())
                  + " of "
                  + nodes
                  + " nodes are shown to be faithful"
                  + silence(facts)
                  + RunFidelity.remark(record));
      case PASS ->
          Verdict.yes(
              "Faithful", "all " + nodes + " nodes get what is due" + RunFidelity.remark(record));
    };
  }

  /** Whose daemons are not heard of any more; empty where all are. */
  private static String silence(ModelFacts facts) {
    if (facts.silentHosts().isEmpty()) {
      return "";
    }
    String hosts =
        facts.nodes().stream()
            .map(node -> node.getSpec().host())
            .filter(facts.silentHosts()::contains)
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    return hosts.isEmpty() ? "" : "; silent is the daemon of " + hosts;
  }

  /** A newer daemon's cause is one that this version does not know. */
  private static String reason(Finding finding) {
    return finding.cause().map(Enum::name).orElse("Unfaithful");
  }

  private static Verdict ready(List<Verdict> needed) {
    return needed.stream()
        .filter(Predicate.not(Verdict::isTrue))
        .findFirst()
        .map(first -> Verdict.no(first.reason(), first.message()))
        .orElseGet(() -> Verdict.yes("Ready", "accepted, placed, provisioned and dilated"));
  }

  /** The first reason of a node where a daemon says False; else that it is waited for. */
  private static Verdict notYet(
      String otherwise,
      String progress,
      List<NodeView> nodes,
      Function<NodeView, Verdict> condition) {
    List<NodeView> refused = nodes.stream().filter(n -> condition.apply(n).isFalse()).toList();
    Optional<String> reason = refused.stream().findFirst().map(n -> condition.apply(n).reason());
    // Reasons, not messages: those carry measurements and would change the status all the time.
    return reason
        .map(
            first ->
                Verdict.no(
                    first,
                    progress
                        + "; not: "
                        + named(refused, n -> n.name() + " (" + condition.apply(n).reason() + ")")))
        .orElseGet(() -> Verdict.no(otherwise, progress));
  }

  private static ScaleModelStatus.Counts counts(List<NodeView> nodes) {
    return new ScaleModelStatus.Counts(
        nodes.size(),
        count(nodes, NodeView::provisioned),
        count(nodes, NodeView::capped),
        count(nodes, NodeView::dilated),
        count(nodes, NodeView::faithful));
  }

  private static int count(List<NodeView> nodes, Function<NodeView, Verdict> condition) {
    return (int) nodes.stream().filter(node -> condition.apply(node).isTrue()).count();
  }

  private static String share(List<NodeView> some, List<NodeView> all) {
    return some.size() + " of " + all.size();
  }

  private static <T> String named(List<T> nodes, Function<T, String> text) {
    String named = nodes.stream().limit(NAMED_AT_MOST).map(text).collect(Collectors.joining(", "));
    return nodes.size() > NAMED_AT_MOST
        ? named + " and " + (nodes.size() - NAMED_AT_MOST) + " more"
        : named;
  }
}
