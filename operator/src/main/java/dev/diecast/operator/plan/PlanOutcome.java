package dev.diecast.operator.plan;

import dev.diecast.api.v1alpha1.EffectiveDilation;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.ScaleModelStatus;
import dev.diecast.core.Rational;
import dev.diecast.core.placement.ResourceVector;
import dev.diecast.operator.event.Announcement;
import java.util.List;
import java.util.Optional;

/** What planning a model came to. */
public sealed interface PlanOutcome {

  /** Condition reason of a plan whose T {@code factor: auto} chose. */
  String FACTOR_CHOSEN = "FactorChosen";

  /**
   * Every node has a host.
   *
   * @param timeDilation T, driver and model clock of all nodes
   * @param nodes one for each replica, in the order of the groups
   * @param summary the plan for people, in both frames
   * @param hosts every host that the model may use, also those that get no node
   * @param factorChosen whether T was chosen by {@code factor: auto}
   * @param announcements facts a person should hear of: a change of T, moves of nodes
   */
  record Planned(
      EffectiveDilation timeDilation,
      List<PlacedNode> nodes,
      ScaleModelStatus.Plan summary,
      List<HostUse> hosts,
      boolean factorChosen,
      List<Announcement> announcements)
      implements PlanOutcome {
    public Planned {
      nodes = List.copyOf(nodes);
      hosts = List.copyOf(hosts);
      announcements = List.copyOf(announcements);
    }

    /** Of the condition Placed. */
    public String reason() {
      return factorChosen ? FACTOR_CHOSEN : "Placed";
    }

    /** The plan in one sentence; the message of the condition Placed. */
    public String message() {
      ScaleModelStatus.Binding binding = summary.binding();
      return "%s on %s at T = %s%s by %s; %s of host %s binds, at %d %%"
          .formatted(
              count(nodes.size(), "node"),
              count(summary.hosts().size(), "host"),
              timeDilation.factor(),
              factorChosen ? ", the smallest at which they fit," : "",
              timeDilation.driver(),
              binding.resource(),
              binding.host(),
              binding.percent());
    }

    private static String count(int number, String of) {
      return number + " " + of + (number == 1 ? "" : "s");
    }
  }

  /**
   * What a host has for this model and what the model's nodes use of it. Host frame; CPU in cores
   * of the reference.
   *
   * @param closed why no new node may come here; empty where it may
   * @param plannable capacity less reserve and what other models hold; an absent resource is not
   *     limited
   * @param held what other models hold
   * @param used by the nodes of this plan, with what each costs beside its demand
   */
  record HostUse(
      String name,
      Optional<String> closed,
      int nodes,
      ResourceVector plannable,
      ResourceVector held,
      ResourceVector used) {}

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
