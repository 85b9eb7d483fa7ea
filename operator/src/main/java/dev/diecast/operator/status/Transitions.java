package dev.diecast.operator.status;

import dev.diecast.api.resources.HostPulse;
import dev.diecast.api.v1alpha1.ScaleModelStatus;
import dev.diecast.operator.event.Announcement;
import dev.diecast.operator.event.EventReason;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What changed between two statuses of a model that a person should hear of. */
public final class Transitions {

  private Transitions() {}

  public static List<Announcement> between(ScaleModelStatus before, ScaleModelStatus after) {
    List<Condition> old = StatusAggregation.conditionsOf(before);
    List<Condition> now = after.conditions();
    List<Announcement> announcements = new ArrayList<>();
    became(old, now, StatusAggregation.ACCEPTED, "True", EventReason.Accepted, announcements);
    refused(old, now, announcements);
    placed(old, now, announcements);
    failed(old, now, announcements);
    became(old, now, StatusAggregation.PROVISIONED, "True", EventReason.Provisioned, announcements);
    became(old, now, StatusAggregation.READY, "True", EventReason.Ready, announcements);
    faithful(old, now, announcements);
    return announcements;
  }

  /** Told when it begins, when its reason changes, and when it is over. */
  private static void faithful(
      List<Condition> old, List<Condition> now, List<Announcement> announcements) {
    Verdict faithful = Conditions.verdict(now, StatusAggregation.FAITHFUL).orElseThrow();
    Optional<Verdict> before = Conditions.verdict(old, StatusAggregation.FAITHFUL);
    if (faithful.isFalse() && faithful.differsFrom(before)) {
      announcements.add(
          new Announcement(EventReason.Unfaithful, faithful.reason() + ": " + faithful.message()));
    } else if (isSilent(faithful) && faithful.differsFrom(before)) {
      announcements.add(new Announcement(EventReason.DaemonSilent, faithful.message()));
    } else if (faithful.isTrue() && before.map(b -> b.isFalse() || isSilent(b)).orElse(false)) {
      announcements.add(new Announcement(EventReason.FaithfulAgain, faithful.message()));
    }
  }

  private static boolean isSilent(Verdict faithful) {
    return faithful.reason().equals(HostPulse.REASON);
  }

  private static void became(
      List<Condition> old,
      List<Condition> now,
      String type,
      String status,
      EventReason reason,
      List<Announcement> announcements) {
    Verdict verdict = Conditions.verdict(now, type).orElseThrow();
    boolean wasSo = Conditions.verdict(old, type).map(o -> o.status().equals(status)).orElse(false);
    if (verdict.status().equals(status) && !wasSo) {
      announcements.add(new Announcement(reason, verdict.message()));
    }
  }

  private static void refused(
      List<Condition> old, List<Condition> now, List<Announcement> announcements) {
    Verdict accepted = Conditions.verdict(now, StatusAggregation.ACCEPTED).orElseThrow();
    Optional<Verdict> before = Conditions.verdict(old, StatusAggregation.ACCEPTED);
    if (accepted.isFalse() && !before.equals(Optional.of(accepted))) {
      announcements.add(
          new Announcement(EventReason.Refused, accepted.reason() + ": " + accepted.message()));
    }
  }

  private static void placed(
      List<Condition> old, List<Condition> now, List<Announcement> announcements) {
    Condition placed = Conditions.find(now, StatusAggregation.PLACED).orElseThrow();
    Verdict verdict = Verdict.of(placed);
    boolean sameSpec =
        Conditions.find(old, StatusAggregation.PLACED)
            .map(Condition::getObservedGeneration)
            .filter(generation -> Objects.equals(generation, placed.getObservedGeneration()))
            .isPresent();
    boolean news =
        !sameSpec || verdict.differsFrom(Conditions.verdict(old, StatusAggregation.PLACED));
    if (news && verdict.isTrue()) {
      announcements.add(new Announcement(EventReason.Placed, verdict.message()));
    } else if (news && verdict.isFalse()) {
      announcements.add(new Announcement(EventReason.valueOf(verdict.reason()), verdict.message()));
    }
  }

  private static void failed(
      List<Condition> old, List<Condition> now, List<Announcement> announcements) {
    Verdict provisioned = Conditions.verdict(now, StatusAggregation.PROVISIONED).orElseThrow();
    if (provisioned.reason().equals(EventReason.VirtualMachineFailed.name())
        && provisioned.differsFrom(Conditions.verdict(old, StatusAggregation.PROVISIONED))) {
      announcements.add(new Announcement(EventReason.VirtualMachineFailed, provisioned.message()));
    }
  }
}
