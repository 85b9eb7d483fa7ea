package dev.diecast.core.placement;

import dev.diecast.core.Rational;
import dev.diecast.core.placement.PlacementOutcome.DoesNotFit;
import dev.diecast.core.placement.PlacementOutcome.Move;
import dev.diecast.core.placement.PlacementOutcome.Placed;
import dev.diecast.core.placement.Shortfall.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds a host for every node such that no resource of any host is exceeded: vector bin packing
 * with given bins.
 *
 * <p>Nodes that already run stay where they are as long as they fit there, even where moving them
 * would let others in: a running guest is not restarted for a newcomer. Equal input gives equal
 * output; ties go by name.
 */
public final class Placement {

  private Placement() {}

  /**
   * @param hosts with names of their own
   * @param nodes with names of their own
   * @throws IllegalArgumentException where a name occurs twice
   */
  public static PlacementOutcome place(List<HostOffer> hosts, List<NodeDemand> nodes) {
    Instance instance = new Instance(hosts, nodes);
    if (nodes.isEmpty()) {
      return placed(instance, new Assignment(instance));
    }
    List<Shortfall> certain = Shortfalls.certain(instance.hosts, instance.nodes);
    if (!certain.isEmpty()) {
      return new DoesNotFit(certain);
    }
    Search search = new Search(instance);
    return search
        .complete()
        .<PlacementOutcome>map(assignment -> placed(instance, assignment))
        .orElseGet(() -> doesNotFit(instance, search.fullest()));
  }

  private static DoesNotFit doesNotFit(Instance instance, Search.Partial partial) {
    Assignment packed = partial.assignment();
    int left = partial.leftOver();
    Map<String, ResourceVector> used = used(instance, packed);
    List<ResourceVector> free =
        instance.hosts.stream().map(host -> host.plannable().minus(used.get(host.name()))).toList();
    return new DoesNotFit(Shortfalls.nearest(instance.nodes.get(left), free, Scope.REMAINDER));
  }

  private static Placed placed(Instance instance, Assignment assignment) {
    Map<String, String> hostByNode = new HashMap<>();
    List<Move> moved = new ArrayList<>();
    Map<String, ResourceVector> used = used(instance, assignment);
    for (int n = 0; n < instance.nodeCount(); n++) {
      NodeDemand node = instance.nodes.get(n);
      String host = instance.hosts.get(assignment.hostOf(n)).name();
      hostByNode.put(node.name(), host);
      node.pinnedHost()
          .filter(pin -> !pin.equals(host))
          .ifPresent(pin -> moved.add(move(instance, node, pin, host, used)));
    }
    return new Placed(hostByNode, used, binding(instance, used), moved);
  }

  private static Move move(
      Instance instance,
      NodeDemand node,
      String from,
      String to,
      Map<String, ResourceVector> used) {
    int host = instance.hostIndex(from);
    Optional<Resource> full =
        host == Assignment.NOWHERE
            ? Optional.empty()
            : Shortfalls.lacking(node, instance.hosts.get(host).plannable().minus(used.get(from)));
    return new Move(node.name(), from, to, full);
  }

  private static Map<String, ResourceVector> used(Instance instance, Assignment assignment) {
    Map<String, ResourceVector> used = new HashMap<>();
    instance.hosts.forEach(host -> used.put(host.name(), ResourceVector.EMPTY));
    for (int n = 0; n < instance.nodeCount(); n++) {
      if (assignment.isPlaced(n)) {
        String host = instance.hosts.get(assignment.hostOf(n)).name();
        used.merge(host, instance.nodes.get(n).demand(), ResourceVector::plus);
      }
    }
    return used;
  }

  private static Binding binding(Instance instance, Map<String, ResourceVector> used) {
    Binding binding =
        new Binding(
            Resource.CPU, instance.hosts.isEmpty() ? "" : instance.hosts.getFirst().name(), 0);
    Rational greatest = Rational.ZERO;
    for (HostOffer host : instance.hosts) {
      for (Resource resource : host.plannable().resources()) {
        Rational amount = used.get(host.name()).get(resource);
        if (amount.signum() > 0) {
          Rational share = amount.dividedBy(host.plannable().get(resource));
          if (share.compareTo(greatest) > 0) {
            greatest = share;
            int percent = share.times(100).round().intValueExact();
            binding = new Binding(resource, host.name(), percent);
          }
        }
      }
    }
    return binding;
  }
}
