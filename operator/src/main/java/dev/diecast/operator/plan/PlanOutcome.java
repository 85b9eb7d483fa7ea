package dev.diecast.operator.plan;

import dev.diecast.api.v1alpha1.EffectiveDilation;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.ScaleModelStatus;
import dev.diecast.core.Rational;
import dev.diecast.operator.event.Announcement;
import java.util.List;
import java.util.Optional;

/** What planning a model came to. */
public sealed interface PlanOutcome {

  /**
   * Every node has a host.
   *
   * @param timeDilation T, driver and model clock of all nodes
   * @param nodes one for each replica, in the order of the groups
   * @param summary the plan for people, in both frames
   * @param factorChosen whether T was chosen by {@code factor: auto}
   * @param announcements facts a person should hear of: a change of T, moves of nodes
   */
  record Planned(
      EffectiveDilation timeDilation,
      List<PlacedNode> nodes,
      ScaleModelStatus.Plan summary,
      boolean factorChosen,
      List<Announcement> announcements)
      implements PlanOutcome {
    public Planned {
      nodes = List.copyOf(nodes);
      announcements = List.copyOf(announcements);
    }
  }

  /** There is no plan; nothing is to be changed. */
  record Refused(Reason reason, String message) implements PlanOutcome {}

  /** Why there is no plan: reasons of the conditions Placed and, of {@code Invalid}, Accepted. */
  enum Reason {
    NoHosts,
    NoDriver,
    DoesNotFit,
    Invalid
  }

  /**
   * One node and its place.
   *
   * @param hostSpeed of a core of the host over the reference
   * @param tscKilohertz what its kernel is to assume of the host's TSC; GuestKernel only
   */
  record PlacedNode(
      String name,
      NodeGroup group,
      int index,
      String host,
      Rational hostSpeed,
      Optional<Long> tscKilohertz) {}
}
