package dev.diecast.operator.plan;

import dev.diecast.api.resources.ResourceVectors;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.DilationHostStatus;
import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.api.v1alpha1.HostReserve;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.frame.Frames;
import dev.diecast.core.placement.Resource;
import dev.diecast.core.placement.ResourceVector;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A host as one model's planner sees it.
 *
 * @param closed why no new node may come here; empty where it may
 * @param plannable capacity less reserve and what other models hold, host frame
 * @param held what other models hold, host frame
 * @param overhead what one node costs beside its demand, host frame
 * @param tscKilohertz rate of its TSC, where known
 * @param drivers means of dilation; the value says why one is not to be had, empty where it is
 */
record Host(
    String name,
    Optional<String> closed,
    ResourceVector plannable,
    ResourceVector held,
    ResourceVector overhead,
    Rational speed,
    Optional<Long> tscKilohertz,
    Map<Driver, Optional<String>> drivers) {

  static Host of(DilationHost host, HostReserve reserve, List<DilatedNode> othersNodes) {
    String name = host.getMetadata().getName();
    DilationHostStatus status = host.getStatus();
    if (status == null) {
      status =
          new DilationHostStatus(
              null, null, null, null, null, null, null, null, null, null, null, null);
    }
    ResourceVector overhead = ResourceVectors.overhead(status.overheadPerNode());
    ResourceVector held = ResourceVector.EMPTY;
    for (DilatedNode node : othersNodes) {
      if (name.equals(node.getSpec().host())) {
        held = held.plus(demandOf(node, overhead));
      }
    }
    Rational speed = speed(host);
    ResourceVector capacity = ofTheReference(ResourceVectors.capacity(status.capacity()), speed);
    return new Host(
        name,
        closedReason(host, status),
        ResourceVectors.lessReserve(capacity, reserve).minus(held),
        held,
        overhead,
        speed,
        Optional.ofNullable(status.tsc()).map(DilationHostStatus.Tsc::kilohertz),
        drivers(status));
  }

  private static Rational speed(DilationHost host) {
    try {
      return host.getSpec() == null ? Rational.ONE : host.getSpec().speed();
    } catch (IllegalArgumentException e) {
      return Rational.ONE; // it is closed, and says why
    }
  }

  /** CPU is planned in cores of the reference: demands are the same wherever a node goes. */
  private static ResourceVector ofTheReference(ResourceVector capacity, Rational speed) {
    return capacity.has(Resource.CPU)
        ? capacity.with(Resource.CPU, capacity.get(Resource.CPU).times(speed))
        : capacity;
  }

  boolean isOpen() {
    return closed.isEmpty();
  }

  boolean offers(Driver driver) {
    return drivers.getOrDefault(driver, Optional.of("")).isEmpty();
  }

  /** Whether a guest on it can be dilated by this much. */
  boolean reaches(Driver driver, DilationFactor factor) {
    return driver != Driver.GuestKernel
        || tscKilohertz
            .filter(
                rate ->
                    Rational.of(rate)
                            .times(factor.value())
                            .compareTo(Rational.of(Frames.MAXIMUM_TSC_KILOHERTZ))
                        <= 0)
            .isPresent();
  }

  private static ResourceVector demandOf(DilatedNode node, ResourceVector overhead) {
    DilationFactor factor = node.getSpec().timeDilation().dilationFactor();
    return ResourceVectors.demand(node.getSpec().machine()).hostFrame(factor, overhead);
  }

  private static Optional<String> closedReason(DilationHost host, DilationHostStatus status) {
    if (host.getSpec() != null && !host.getSpec().acceptsNodes()) {
      return Optional.of("spec.unschedulable is true");
    }
    try {
      if (host.getSpec() != null) {
        host.getSpec().speed();
      }
    } catch (IllegalArgumentException e) {
      return Optional.of(e.getMessage());
    }
    return status.conditions().stream()
        .filter(condition -> condition.getType().equals("Ready"))
        .findFirst()
        .map(
            ready ->
                ready.getStatus().equals("True")
                    ? Optional.<String>empty()
                    : Optional.of("not Ready: " + ready.getReason() + ", " + ready.getMessage()))
        .orElse(Optional.of("its daemon has not said yet that it is Ready"));
  }

  private static Map<Driver, Optional<String>> drivers(DilationHostStatus status) {
    Map<Driver, Optional<String>> drivers =
        status.drivers().stream()
            .collect(
                Collectors.toMap(
                    DilationHostStatus.DriverStatus::name,
                    driver ->
                        Boolean.TRUE.equals(driver.available())
                            ? Optional.<String>empty()
                            : Optional.of(
                                driver.reason() == null ? "not available" : driver.reason()),
                    (first, _) -> first,
                    () -> new EnumMap<>(Driver.class)));
    boolean rateKnown = status.tsc() != null && status.tsc().kilohertz() != null;
    if (!rateKnown && drivers.getOrDefault(Driver.GuestKernel, Optional.of("")).isEmpty()) {
      drivers.put(Driver.GuestKernel, Optional.of("the rate of its TSC is not known"));
    }
    return drivers;
  }
}
