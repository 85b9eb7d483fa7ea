package dev.diecast.operator.plan;

import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.api.v1alpha1.DriverChoice;
import dev.diecast.api.v1alpha1.EffectiveDilation;
import dev.diecast.api.v1alpha1.HostPolicy;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.ScaleModelSpec;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.cpu.CpuCap;
import dev.diecast.core.placement.AutoFactor;
import dev.diecast.core.placement.PlacementOutcome;
import dev.diecast.operator.event.Announcement;
import dev.diecast.operator.event.EventReason;
import dev.diecast.operator.plan.PlanOutcome.PlacedNode;
import dev.diecast.operator.plan.PlanOutcome.Planned;
import dev.diecast.operator.plan.PlanOutcome.Reason;
import dev.diecast.operator.plan.PlanOutcome.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes a model's plan: which driver, which T, which node on which host.
 *
 * <p>Pure. Nodes that exist stay where they are. What {@code factor: auto} chose stays as long as
 * it fits and the machines and hosts asked for are the same: a running model does not restart
 * because it shrank.
 */
public final class Planner {

  private static final DilationFactor GREATEST = DilationFactor.of(DilationFactor.MAXIMUM);

  private Planner() {}

  public static PlanOutcome plan(PlanRequest request) {
    ScaleModelSpec spec = request.model().getSpec();
    List<Host> hosts = selected(request);
    List<Host> open = hosts.stream().filter(Host::isOpen).toList();
    if (open.isEmpty() && request.own().isEmpty()) {
      return new Refused(Reason.NoHosts, Refusals.noHosts(request.hosts(), hosts));
    }
    Optional<Driver> driver = Drivers.choose(request, open);
    if (driver.isEmpty()) {
      return new Refused(Reason.NoDriver, Refusals.noDriver(spec, hosts));
    }
    Attempts attempts = new Attempts(request, hosts, driver.get());
    return spec.timeDilation().isAuto()
        ? auto(request, attempts)
        : fixed(request, attempts, spec.timeDilation().fixedFactor());
  }

  /**
   * Why a model that has a plan would have none at another T, such as the one below that which auto
   * chose; empty where it would.
   */
  public static Optional<String> obstacle(PlanRequest request, DilationFactor factor) {
    List<Host> hosts = selected(request);
    List<Host> open = hosts.stream().filter(Host::isOpen).toList();
    return Drivers.choose(request, open)
        .map(driver -> new Attempts(request, hosts, driver))
        .flatMap(
            attempts ->
                switch (attempts.keepingPlaces(factor)) {
                  case PlacementOutcome.Placed placed ->
                      attempts.disturbs(placed, factor)
                          ? Optional.of(Refusals.wouldMove(placed))
                          : Optional.empty();
                  case PlacementOutcome.DoesNotFit doesNotFit ->
                      Optional.of(Refusals.shortfalls(doesNotFit, attempts));
                });
  }

  private static PlanOutcome fixed(PlanRequest request, Attempts attempts, DilationFactor factor) {
    Optional<Refused> impossible = impossibleMachine(request.model().getSpec(), factor);
    if (impossible.isPresent()) {
      return impossible.get();
    }
    return switch (attempts.keepingPlaces(factor)) {
      case PlacementOutcome.Placed placed when attempts.disturbs(placed, factor) ->
          new Refused(Reason.DoesNotFit, Refusals.wouldMove(placed));
      case PlacementOutcome.Placed placed -> planned(request, attempts, factor, placed, false);
      case PlacementOutcome.DoesNotFit doesNotFit -> {
        Optional<DilationFactor> wouldDo =
            AutoFactor.smallest(attempts::anew, greatest(request.model().getSpec(), attempts));
        yield new Refused(
            Reason.DoesNotFit, Refusals.doesNotFit(doesNotFit, factor, wouldDo, attempts));
      }
    };
  }

  private static PlanOutcome auto(PlanRequest request, Attempts attempts) {
    ScaleModelSpec spec = request.model().getSpec();
    DilationFactor max = min(spec.timeDilation().maximum(), greatest(spec, attempts));
    Optional<DilationFactor> kept = choiceToKeep(request, attempts, max);
    if (kept.isPresent()
        && attempts.keepingPlaces(kept.get()) instanceof PlacementOutcome.Placed placed
        && !attempts.disturbs(placed, kept.get())) {
      return planned(request, attempts, kept.get(), placed, true);
    }
    Optional<DilationFactor> smallest = AutoFactor.smallest(attempts::keepingPlaces, max);
    if (smallest.isPresent()
        && attempts.keepingPlaces(smallest.get()) instanceof PlacementOutcome.Placed placed) {
      return planned(request, attempts, smallest.get(), placed, true);
    }
    return switch (attempts.keepingPlaces(max)) {
      case PlacementOutcome.DoesNotFit doesNotFit ->
          new Refused(
              Reason.DoesNotFit,
              Refusals.doesNotFitAtMax(
                  doesNotFit,
                  max,
                  AutoFactor.smallest(attempts::anew, greatest(spec, attempts)),
                  attempts));
      case PlacementOutcome.Placed placed -> planned(request, attempts, max, placed, true);
    };
  }

  /** What auto chose before, where nothing it rests on was edited. */
  private static Optional<DilationFactor> choiceToKeep(
      PlanRequest request, Attempts attempts, DilationFactor max) {
    if (!request.inForceByAuto() || !attempts.machinesAreAsBefore()) {
      return Optional.empty();
    }
    return request
        .inForce()
        .filter(dilation -> dilation.driver() == attempts.driver())
        .map(EffectiveDilation::dilationFactor)
        .filter(factor -> factor.compareTo(max) <= 0);
  }

  private static Planned planned(
      PlanRequest request,
      Attempts attempts,
      DilationFactor factor,
      PlacementOutcome.Placed placed,
      boolean byAuto) {
    List<PlacedNode> nodes = attempts.placedNodes(placed);
    EffectiveDilation dilation = ModelClocks.dilation(request, factor, attempts.driver());
    List<Announcement> announcements = new ArrayList<>();
    request
        .inForce()
        .filter(before -> !before.factor().equals(dilation.factor()))
        .filter(_ -> !request.own().isEmpty())
        .ifPresent(before -> announcements.add(ofAnotherT(request, before, dilation)));
    placed
        .moved()
        .forEach(
            move -> announcements.add(new Announcement(EventReason.Restarting, move.message())));
    return new Planned(
        dilation,
        nodes,
        PlanSummary.of(request.model().getSpec(), factor, placed, attempts),
        PlanSummary.uses(placed, attempts),
        byAuto,
        announcements);
  }

  private static Announcement ofAnotherT(
      PlanRequest request, EffectiveDilation before, EffectiveDilation now) {
    String change = "T changes from " + before.factor() + " to " + now.factor();
    return ModelClocks.changesInPlace(request, before, now.driver())
        ? new Announcement(
            EventReason.DilationChanging,
            change
                + " at "
                + now.modelClockOrigin()
                + ", host time: guests run on, but those whose disks have latency floors restart")
        : new Announcement(
            EventReason.Restarting, change + ": every guest restarts, on a new model clock");
  }

  /** Hosts that the model may use; in the order of their names, so that plans are repeatable. */
  private static List<Host> selected(PlanRequest request) {
    HostPolicy policy = request.model().getSpec().hostPolicy();
    return request.hosts().stream()
        .filter(host -> HostSelector.selects(policy.selector(), host))
        .map(host -> Host.of(host, policy.hostReserve(), request.others()))
        .sorted(java.util.Comparator.comparing(Host::name))
        .toList();
  }

  /**
   * Whether some machine cannot exist at this T on any host: too fast, or too slow to be capped.
   */
  private static Optional<Refused> impossibleMachine(ScaleModelSpec spec, DilationFactor factor) {
    for (int index = 0; index < spec.groups().size(); index++) {
      NodeGroup group = spec.groups().get(index);
      try {
        CpuCap.of(1, group.machine().speed(), factor); // each vCPU has a cap of its own
      } catch (IllegalArgumentException impossible) {
        return Optional.of(
            new Refused(
                Reason.Invalid, "spec.groups[" + index + "].machine: " + impossible.getMessage()));
      }
    }
    return Optional.empty();
  }

  /** The greatest T at which every machine's cap can be enforced and every host's TSC declared. */
  private static DilationFactor greatest(ScaleModelSpec spec, Attempts attempts) {
    DilationFactor greatest = min(GREATEST, attempts.greatestOfHosts());
    for (NodeGroup group : spec.groups()) {
      greatest =
          min(
              greatest,
              Attempts.factorWithin(
                  group
                      .machine()
                      .speed()
                      .times(CpuCap.GREATEST_PERIOD_MICROS)
                      .dividedBy(CpuCap.LEAST_QUOTA_MICROS)));
    }
    return greatest;
  }

  private static DilationFactor min(DilationFactor one, DilationFactor other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  static boolean takes(DriverChoice choice, Driver driver) {
    return switch (choice) {
      case Auto -> true;
      case GuestKernel -> driver == Driver.GuestKernel;
      case HostModule -> driver == Driver.HostModule;
    };
  }
}
