package dev.diecast.core.placement;

import dev.diecast.core.Rational;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A placement problem in whole numbers, nodes and hosts in order of their names.
 *
 * <p>Each resource has a unit of its own in which all demands and capacities are whole, so that
 * sums are exact: ten nodes of a tenth of a core fit one core. Where such a unit would overflow a
 * long, demands are rounded up and capacities down, by less than one part in 2^50.
 */
final class Instance {

  /** Sums of all demands stay below this. */
  private static final int MAXIMUM_BITS = 60;

  final List<NodeDemand> nodes;
  final List<HostOffer> hosts;
  final List<Resource> resources;

  /** By node and resource. */
  final long[][] demand;

  /** By host and resource; what all nodes together need where it is unlimited or more. */
  final long[][] capacity;

  /** By host and resource; infinite where unlimited. For shares only, never for fitting. */
  final double[][] offered;

  /** By host and resource: part in what all limited hosts offer; 0 where unlimited. */
  final double[][] weight;

  /** By node: nodes of equal demand have the same number. */
  final int[] shape;

  Instance(List<HostOffer> hosts, List<NodeDemand> nodes) {
    this.hosts = hosts.stream().sorted(Comparator.comparing(HostOffer::name)).toList();
    this.nodes = nodes.stream().sorted(Comparator.comparing(NodeDemand::name)).toList();
    requireUnique("host", this.hosts.stream().map(HostOffer::name).toList());
    requireUnique("node", this.nodes.stream().map(NodeDemand::name).toList());
    Set<Resource> limited = EnumSet.noneOf(Resource.class);
    hosts.forEach(host -> limited.addAll(host.plannable().resources()));
    resources = List.copyOf(limited);
    demand = new long[nodes.size()][resources.size()];
    capacity = new long[hosts.size()][resources.size()];
    offered = new double[hosts.size()][resources.size()];
    weight = new double[hosts.size()][resources.size()];
    for (int r = 0; r < resources.size(); r++) {
      scale(r);
      weigh(r);
    }
    shape = shapes();
  }

  private int[] shapes() {
    Map<List<Long>, Integer> numbers = new HashMap<>();
    int[] result = new int[nodes.size()];
    for (int n = 0; n < result.length; n++) {
      List<Long> key = Arrays.stream(demand[n]).boxed().toList();
      result[n] = numbers.computeIfAbsent(key, unseen -> numbers.size());
    }
    return result;
  }

  private void scale(int r) {
    Resource resource = resources.get(r);
    Rational sum = Rational.ZERO;
    BigInteger unit = BigInteger.ONE;
    for (NodeDemand node : nodes) {
      Rational amount = node.demand().get(resource);
      sum = sum.plus(amount);
      unit = commonMultiple(unit, amount.denominator());
    }
    for (HostOffer host : hosts) {
      unit = commonMultiple(unit, host.plannable().get(resource).denominator());
    }
    Rational perUnit = new Rational(unit, BigInteger.ONE);
    if (sum.times(perUnit).ceiling().bitLength() > MAXIMUM_BITS) {
      perUnit = new Rational(BigInteger.ONE.shiftLeft(MAXIMUM_BITS), BigInteger.ONE).dividedBy(sum);
    }
    long total = 0;
    for (int n = 0; n < nodes.size(); n++) {
      demand[n][r] = nodes.get(n).demand().get(resource).times(perUnit).ceiling().longValueExact();
      total += demand[n][r];
    }
    BigInteger enough = BigInteger.valueOf(total);
    for (int h = 0; h < hosts.size(); h++) {
      ResourceVector offer = hosts.get(h).plannable();
      if (offer.has(resource)) {
        BigInteger limit = offer.get(resource).times(perUnit).floor().max(BigInteger.ZERO);
        capacity[h][r] = limit.min(enough).longValueExact();
        offered[h][r] = limit.doubleValue();
      } else {
        capacity[h][r] = total;
        offered[h][r] = Double.POSITIVE_INFINITY;
      }
    }
  }

  private void weigh(int r) {
    double sum = 0;
    for (double[] offer : offered) {
      sum += Double.isInfinite(offer[r]) ? 0 : offer[r];
    }
    for (int h = 0; h < hosts.size(); h++) {
      boolean counts = sum > 0 && !Double.isInfinite(offered[h][r]);
      weight[h][r] = counts ? offered[h][r] / sum : 0;
    }
  }

  private static BigInteger commonMultiple(BigInteger one, BigInteger other) {
    return one.divide(one.gcd(other)).multiply(other);
  }

  private static void requireUnique(String kind, List<String> names) {
    Set<String> seen = new HashSet<>();
    List<String> twice = new ArrayList<>();
    for (String name : names) {
      if (!seen.add(name)) {
        twice.add(name);
      }
    }
    if (!twice.isEmpty()) {
      throw new IllegalArgumentException(
          "%s %s is given twice: names must be unique".formatted(kind, twice.getFirst()));
    }
  }

  int nodeCount() {
    return nodes.size();
  }

  int hostCount() {
    return hosts.size();
  }

  /** Index of a host by its name, or -1. */
  int hostIndex(String name) {
    for (int h = 0; h < hosts.size(); h++) {
      if (hosts.get(h).name().equals(name)) {
        return h;
      }
    }
    return -1;
  }
}
