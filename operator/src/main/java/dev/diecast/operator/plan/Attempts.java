package dev.diecast.operator.plan;

import dev.diecast.api.resources.ResourceVectors;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.frame.Frames;
import dev.diecast.core.placement.HostOffer;
import dev.diecast.core.placement.MachineDemand;
import dev.diecast.core.placement.NodeDemand;
import dev.diecast.core.placement.Placement;
import dev.diecast.core.placement.PlacementOutcome;
import dev.diecast.core.placement.Resource;
import dev.diecast.core.placement.ResourceVector;
import dev.diecast.core.placement.Shortfall;
import dev.diecast.operator.plan.PlanOutcome.PlacedNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Placements of one model's nodes on its hosts, tried at one T or another. */
final class Attempts {

  /**
   * A recalibrated TSC differs a little each time; only a rate further off than this is another
   * rate, for which running guests must be restarted.
   */
  private static final long TSC_TOLERANCE_PPM = 100;

  private final List<Host> hosts;
  private final Driver driver;
  private final List<Replica> replicas = new ArrayList<>();
  private final Map<String, DilatedNode> own;
  private final ResourceVector overhead;

  private record Replica(String name, NodeGroup group, int index, MachineDemand machine) {}

  Attempts(PlanRequest request, List<Host> hosts, Driver driver) {
    this.hosts = hosts;
    this.driver = driver;
    this.own =
        request.own().stream()
            .collect(Collectors.toMap(node -> node.getMetadata().getName(), Function.identity()));
    for (NodeGroup group : request.model().getSpec().groups()) {
      MachineDemand machine = ResourceVectors.demand(group.machine());
      for (int index = 0; index < group.replicas(); index++) {
        String name = DesiredNodes.name(request.model(), group, index);
        replicas.add(new Replica(name, group, index, machine));
      }
    }
    this.overhead = greatestOverhead(hosts);
  }

  Driver driver() {
    return driver;
  }

  List<Host> hosts() {
    return hosts;
  }

  /**
   * All nodes that exist stay where they are, if they can. Where they are as in a plan made anew,
   * it is that plan: one whose writing was cut short is completed as it was begun, and not by what
   * fits beside its beginning.
   */
  PlacementOutcome keepingPlaces(DilationFactor factor) {
    PlacementOutcome anew = place(factor, false);
    return own.isEmpty() || anew instanceof PlacementOutcome.Placed placed && movesNone(placed)
        ? anew
        : place(factor, true);
  }

  private boolean movesNone(PlacementOutcome.Placed placed) {
    return replicas.stream()
        .map(replica -> own.get(replica.name()))
        .filter(Objects::nonNull)
        .allMatch(
            node ->
                node.getSpec()
                    .host()
                    .equals(placed.hostByNode().get(node.getMetadata().getName())));
  }

  /** As if no node existed. */
  PlacementOutcome anew(DilationFactor factor) {
    return place(factor, false);
  }

  /** Whether a guest that need not restart would have to move because its host is too full. */
  boolean disturbs(PlacementOutcome.Placed placed, DilationFactor factor) {
    return placed.moved().stream()
        .filter(move -> move.full().isPresent())
        .anyMatch(move -> isSettled(replica(move.node()), factor));
  }

  /** Whether every node that exists has the machine its group now asks for. */
  boolean machinesAreAsBefore() {
    return replicas.stream()
        .allMatch(
            replica ->
                Optional.ofNullable(own.get(replica.name()))
                    .map(node -> node.getSpec().machine().equals(replica.group().machine()))
                    .orElse(true));
  }

  /** The greatest T that every host with a known TSC can declare to a guest. */
  DilationFactor greatestOfHosts() {
    DilationFactor greatest = DilationFactor.of(DilationFactor.MAXIMUM);
    if (driver == Driver.GuestKernel) {
      for (Host host : hosts) {
        if (host.tscKilohertz().isPresent()) {
          DilationFactor ofHost =
              factorWithin(Rational.of(Frames.MAXIMUM_TSC_KILOHERTZ, host.tscKilohertz().get()));
          greatest = greatest.compareTo(ofHost) <= 0 ? greatest : ofHost;
        }
      }
    }
    return greatest;
  }

  /** The greatest whole T, from 1 to the maximum, that is not above a bound. */
  static DilationFactor factorWithin(Rational bound) {
    BigInteger whole = bound.numerator().divide(bound.denominator());
    BigInteger within = whole.max(BigInteger.ONE).min(BigInteger.valueOf(DilationFactor.MAXIMUM));
    return DilationFactor.of(within.longValueExact());
  }

  List<PlacedNode> placedNodes(PlacementOutcome.Placed placed) {
    Map<String, Host> byName =
        hosts.stream().collect(Collectors.toMap(Host::name, Function.identity()));
    return replicas.stream()
        .map(
            replica -> {
              Host host = byName.get(placed.hostByNode().get(replica.name()));
              return new PlacedNode(
                  replica.name(),
                  replica.group(),
                  replica.index(),
                  host.name(),
                  host.speed(),
                  assumedTsc(replica, host));
            })
        .toList();
  }

  private Optional<Long> assumedTsc(Replica replica, Host host) {
    if (driver != Driver.GuestKernel) {
      return Optional.empty();
    }
    Optional<Long> before =
        Optional.ofNullable(own.get(replica.name()))
            .filter(node -> node.getSpec().host().equals(host.name()))
            .map(node -> node.getSpec().tscKilohertz());
    return before
        .filter(rate -> host.tscKilohertz().map(now -> sameTsc(rate, now)).orElse(true))
        .or(host::tscKilohertz);
  }

  /** Whether two measurements may be of one TSC. */
  static boolean sameTsc(long one, long other) {
    return Math.abs(one - other) <= other / 1_000_000.0 * TSC_TOLERANCE_PPM;
  }

  private PlacementOutcome place(DilationFactor factor, boolean keepPlaces) {
    Map<String, ResourceVector> keptByHost = new HashMap<>();
    Map<String, ResourceVector> settledByHost = new HashMap<>();
    List<NodeDemand> demands = new ArrayList<>();
    for (Replica replica : replicas) {
      if (replica.machine().relativeSpeed().compareTo(factor.value()) > 0) {
        return tooFast(replica, factor);
      }
      ResourceVector demand = replica.machine().hostFrame(factor, overhead);
      Optional<String> place = keepPlaces ? placeOf(replica) : Optional.empty();
      demands.add(new NodeDemand(replica.name(), demand, place));
      place.ifPresent(host -> keptByHost.merge(host, demand, ResourceVector::plus));
      place
          .filter(_ -> isSettled(replica, factor))
          .ifPresent(host -> settledByHost.merge(host, demand, ResourceVector::plus));
    }
    List<HostOffer> offers = new ArrayList<>();
    for (Host host : hosts) {
      ResourceVector kept = keptByHost.get(host.name());
      ResourceVector settled = settledByHost.getOrDefault(host.name(), ResourceVector.EMPTY);
      if (canCarry(host, factor, kept)) {
        offers.add(new HostOffer(host.name(), offered(host, kept, settled)));
      }
    }
    if (offers.isEmpty()) {
      return new PlacementOutcome.DoesNotFit(List.of());
    }
    return Placement.place(offers, demands);
  }

  private boolean canCarry(Host host, DilationFactor factor, ResourceVector kept) {
    boolean dilates =
        host.offers(driver)
            && host.reaches(driver, factor)
            && replicas.stream().allMatch(replica -> isFastEnough(host, replica, factor));
    return dilates && host.isOpen() || kept != null && host.reaches(driver, factor);
  }

  /** A vCPU needs s/T of the reference's core, and has one core of the host at most. */
  private static boolean isFastEnough(Host host, Replica replica, DilationFactor factor) {
    return replica.machine().relativeSpeed().compareTo(factor.value().times(host.speed())) <= 0;
  }

  /**
   * What already runs is never said not to fit, though the host became smaller: it runs. A closed
   * host offers no more than what is there.
   */
  private ResourceVector offered(Host host, ResourceVector kept, ResourceVector settled) {
    ResourceVector room = atLeast(host.plannable(), settled);
    if (host.isOpen() && host.offers(driver)) {
      return room;
    }
    return kept.fitsIn(room) ? kept : room;
  }

  private static ResourceVector atLeast(ResourceVector offer, ResourceVector least) {
    Map<Resource, Rational> amounts = new EnumMap<>(Resource.class);
    offer
        .amounts()
        .forEach(
            (resource, amount) ->
                amounts.put(
                    resource,
                    amount.compareTo(least.get(resource)) >= 0 ? amount : least.get(resource)));
    return ResourceVector.of(amounts);
  }

  private PlacementOutcome tooFast(Replica replica, DilationFactor factor) {
    Rational speed = replica.machine().relativeSpeed();
    Rational perCpu = speed.dividedBy(factor.value());
    return new PlacementOutcome.DoesNotFit(
        List.of(
            new Shortfall(
                Resource.CPU,
                perCpu.minus(Rational.ONE),
                perCpu,
                Rational.ONE,
                Optional.of(replica.name()))));
  }

  private Optional<String> placeOf(Replica replica) {
    return Optional.ofNullable(own.get(replica.name()))
        .map(node -> node.getSpec().host())
        .filter(name -> hosts.stream().anyMatch(host -> host.name().equals(name)));
  }

  private boolean isSettled(Replica replica, DilationFactor factor) {
    DilatedNode node = own.get(replica.name());
    return node != null
        && (node.getSpec().timeDilation().factor().equals(factor.toString())
            || runsThroughChanges(node))
        && node.getSpec().machine().equals(replica.group().machine());
  }

  /** Whether it keeps running, where it is, when T changes. */
  private boolean runsThroughChanges(DilatedNode node) {
    return driver == Driver.HostModule
        && node.getSpec().timeDilation().driver() == Driver.HostModule;
  }

  private Replica replica(String name) {
    return replicas.stream().filter(r -> r.name().equals(name)).findFirst().orElseThrow();
  }

  /** Where a node will be is not known before it is placed: the dearest host counts. */
  private static ResourceVector greatestOverhead(List<Host> hosts) {
    Map<Resource, Rational> greatest = new EnumMap<>(Resource.class);
    for (Host host : hosts) {
      host.overhead()
          .amounts()
          .forEach(
              (resource, amount) ->
                  greatest.merge(
                      resource, amount, (one, two) -> one.compareTo(two) >= 0 ? one : two));
    }
    return ResourceVector.of(greatest);
  }
}
