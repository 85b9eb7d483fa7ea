package dev.diecast.operator.status;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Optional;

/**
 * How far one node has come by its own conditions. What was said of an earlier generation of its
 * spec is not said of this one, and counts as Unknown.
 */
record NodeView(
    String name,
    Verdict provisioned,
    Verdict capped,
    Optional<Verdict> throttled,
    Verdict networked,
    Verdict dilated,
    Verdict faithful) {

  private static final Verdict NOT_PROVISIONED =
      Verdict.unknown("Provisioning", "its VirtualMachine is being written");
  private static final Verdict NOT_APPLIED =
      Verdict.unknown("Waiting", "the daemon of its host has not applied it yet");
  private static final Verdict NOT_ATTACHED =
      Verdict.unknown("Waiting", "the daemon of its host has not attached it yet");
  private static final Verdict NOT_MEASURED =
      Verdict.unknown("Measuring", "the daemon of its host has not measured it yet");

  static NodeView of(DilatedNode node) {
    DilatedNodeStatus status =
        node.getStatus() == null
            ? new DilatedNodeStatus(null, null, null, null, null)
            : node.getStatus();
    long generation = node.getMetadata().getGeneration();
    boolean operatorSawIt = reached(status.observedGeneration(), generation);
    boolean daemonSawIt = reached(status.appliedGeneration(), generation);
    List<Condition> conditions = status.conditions();
    return new NodeView(
        node.getMetadata().getName(),
        current(conditions, "Provisioned", operatorSawIt, NOT_PROVISIONED),
        current(conditions, "Capped", daemonSawIt, NOT_APPLIED),
        daemonSawIt ? Conditions.verdict(conditions, "Throttled") : Optional.empty(),
        current(conditions, "Networked", daemonSawIt, NOT_ATTACHED),
        current(conditions, "Dilated", daemonSawIt, NOT_MEASURED),
        current(conditions, "Faithful", daemonSawIt, NOT_MEASURED));
  }

  private static Verdict current(
      List<Condition> conditions, String type, boolean current, Verdict otherwise) {
    return current ? Conditions.verdict(conditions, type).orElse(otherwise) : otherwise;
  }

  private static boolean reached(Long observed, long generation) {
    return observed != null && observed >= generation;
  }

  /**
   * Capped, Throttled and Dilated together: the first of them that is not true, else Dilated. A
   * node whose machine has no limits of its disks is not Throttled, and need not be.
   */
  Verdict cappedAndDilated() {
    if (!capped.isTrue()) {
      return capped;
    }
    return throttled.filter(disks -> !disks.isTrue()).orElse(dilated);
  }
}
