package dev.diecast.core.placement;

import dev.diecast.core.Rational;
import dev.diecast.core.placement.Shortfall.Scope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reasons why nodes do not fit, in exact amounts. */
final class Shortfalls {

  private Shortfalls() {}

  /** What rules a placement out before one is tried: the sums, and nodes too large for any host. */
  static List<Shortfall> certain(List<HostOffer> hosts, List<NodeDemand> nodes) {
    List<Shortfall> found = new ArrayList<>(ofSums(hosts, nodes));
    found.addAll(ofNodes(hosts, nodes));
    return found;
  }

  private static List<Shortfall> ofSums(List<HostOffer> hosts, List<NodeDemand> nodes) {
    EnumSet<Resource> demanded = EnumSet.noneOf(Resource.class);
    nodes.forEach(node -> demanded.addAll(node.demand().resources()));
    if (demanded.isEmpty()) {
      demanded.add(Resource.CPU);
    }
    List<Shortfall> found = new ArrayList<>();
    for (Resource resource : demanded) {
      if (hosts.stream().allMatch(host -> host.plannable().has(resource))) {
        Rational needed = sum(nodes, node -> node.demand().get(resource));
        Rational offered = sum(hosts, host -> offer(host, resource));
        if (needed.compareTo(offered) > 0 || hosts.isEmpty()) {
          found.add(Shortfall.ofSum(resource, needed, offered));
        }
      }
    }
    return found;
  }

  /** Of all nodes that no host holds, for each resource the one that misses most of it. */
  private static List<Shortfall> ofNodes(List<HostOffer> hosts, List<NodeDemand> nodes) {
    Map<Resource, Shortfall> worst = new EnumMap<>(Resource.class);
    Set<ResourceVector> seen = new HashSet<>();
    for (NodeDemand node : nodes) {
      if (hosts.isEmpty() || !seen.add(node.demand())) {
        continue;
      }
      for (Shortfall shortfall :
          nearest(node, hosts.stream().map(HostOffer::plannable).toList(), Scope.NODE)) {
        worst.merge(
            shortfall.resource(),
            shortfall,
            (one, other) -> one.missing().compareTo(other.missing()) >= 0 ? one : other);
      }
    }
    return List.copyOf(worst.values());
  }

  /** What a node misses on the host that comes nearest to holding it; empty where one does. */
  static List<Shortfall> nearest(NodeDemand node, List<ResourceVector> offers, Scope scope) {
    return offers.stream()
        .map(offer -> missing(node, offer, scope))
        .min(Comparator.comparingDouble(Shortfalls::relativeSize))
        .orElse(List.of());
  }

  /** The resource that a node lacks most on this offer. */
  static Optional<Resource> lacking(NodeDemand node, ResourceVector offer) {
    return missing(node, offer, Scope.NODE).stream()
        .max(Comparator.comparingDouble(shortfall -> relativeSize(List.of(shortfall))))
        .map(Shortfall::resource);
  }

  private static List<Shortfall> missing(NodeDemand node, ResourceVector offer, Scope scope) {
    List<Shortfall> found = new ArrayList<>();
    for (Resource resource : offer.resources()) {
      Rational available = notNegative(offer.get(resource));
      Rational demanded = node.demand().get(resource);
      if (demanded.compareTo(available) > 0) {
        found.add(Shortfall.ofNode(resource, demanded, available, node.name(), scope));
      }
    }
    return found;
  }

  private static double relativeSize(List<Shortfall> shortfalls) {
    return shortfalls.stream()
        .mapToDouble(shortfall -> shortfall.missing().dividedBy(shortfall.demanded()).toDouble())
        .sum();
  }

  private static Rational offer(HostOffer host, Resource resource) {
    return notNegative(host.plannable().get(resource));
  }

  private static Rational notNegative(Rational amount) {
    return amount.signum() < 0 ? Rational.ZERO : amount;
  }

  private static <T> Rational sum(List<T> items, Function<T, Rational> amount) {
    return items.stream().map(amount).reduce(Rational.ZERO, Rational::plus);
  }
}
