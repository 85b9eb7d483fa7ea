package dev.diecast.operator.plan;

import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.api.v1alpha1.ScaleModelSpec;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.placement.PlacementOutcome;
import dev.diecast.core.placement.Resource;
import dev.diecast.core.placement.ResourceVector;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Why a model is not placed, and the mend, in words. */
final class Refusals {

  private static final int NAMED_AT_MOST = 5;

  private Refusals() {}

  static String noHosts(List<DilationHost> all, List<Host> selected) {
    if (all.isEmpty()) {
      return "there is no DilationHost: run the node daemon on the hosts that shall carry nodes";
    }
    if (selected.isEmpty()) {
      return "spec.hosts.selector selects none of the "
          + all.size()
          + " DilationHosts: change it, or label the hosts (kubectl get dilationhosts"
          + " --show-labels)";
    }
    return "no selected DilationHost takes nodes: "
        + perHost(selected, host -> host.closed().orElse("open"));
  }

  static String noDriver(ScaleModelSpec spec, List<Host> hosts) {
    return "no host can dilate this model's guests. "
        + Arrays.stream(Driver.values())
            .filter(driver -> Planner.takes(spec.timeDilation().driverChoice(), driver))
            .map(driver -> driver + ": " + whyNot(spec, driver, hosts))
            .collect(Collectors.joining(". "));
  }

  static String wouldMove(PlacementOutcome.Placed placed) {
    return "the nodes fit only if running ones move, which would restart them: "
        + placed.moved().stream()
            .limit(NAMED_AT_MOST)
            .map(PlacementOutcome.Move::message)
            .collect(Collectors.joining("; "))
        + ". Nothing was changed. Delete those DilatedNodes to have them placed anew";
  }

  static String doesNotFit(
      PlacementOutcome.DoesNotFit doesNotFit,
      DilationFactor asked,
      Optional<DilationFactor> wouldDo,
      Attempts attempts) {
    String mend =
        wouldDo
            .filter(factor -> factor.compareTo(asked) > 0)
            .map(factor -> "T = " + decimal(factor) + " would do")
            .orElseGet(
                () ->
                    wouldDo.isPresent()
                        ? "placed anew at T = "
                            + decimal(asked)
                            + " it would fit: delete its DilatedNodes to have them placed anew"
                        : "no T would do: take fewer or smaller nodes, or more hosts");
    return "at T = " + decimal(asked) + ", " + shortfalls(doesNotFit, attempts) + ". " + mend;
  }

  static String doesNotFitAtMax(
      PlacementOutcome.DoesNotFit doesNotFit,
      DilationFactor max,
      Optional<DilationFactor> wouldDo,
      Attempts attempts) {
    String mend =
        wouldDo
            .map(
                factor -> "T = " + decimal(factor) + " would do: raise spec.timeDilation.max to it")
            .orElse("no T would do: take fewer or smaller nodes, or more hosts");
    return "even at T = " + decimal(max) + ", " + shortfalls(doesNotFit, attempts) + ". " + mend;
  }

  static String shortfalls(PlacementOutcome.DoesNotFit doesNotFit, Attempts attempts) {
    String reasons =
        doesNotFit.shortfalls().isEmpty()
            ? "no host is open that offers driver " + attempts.driver()
            : doesNotFit.message();
    ResourceVector held =
        attempts.hosts().stream()
            .map(Host::held)
            .reduce(ResourceVector.EMPTY, ResourceVector::plus);
    String others =
        doesNotFit.shortfalls().stream()
            .map(shortfall -> shortfall.resource())
            .distinct()
            .filter(resource -> held.get(resource).signum() > 0)
            .map(
                (Resource resource) ->
                    resource.format(held.get(resource)) + " of " + resource.displayName())
            .collect(Collectors.joining(" and "));
    return others.isEmpty() ? reasons : reasons + " (other models hold " + others + ")";
  }

  private static String whyNot(ScaleModelSpec spec, Driver driver, List<Host> hosts) {
    if (driver == Driver.GuestKernel && Drivers.groupWithoutKernel(spec).isPresent()) {
      return "the template of group "
          + Drivers.groupWithoutKernel(spec).get().name()
          + " has no spec.domain.firmware.kernelBoot, so its kernel cannot be told";
    }
    return perHost(
        hosts,
        host ->
            host.drivers()
                .getOrDefault(driver, Optional.of("not offered"))
                .orElse("closed to new nodes"));
  }

  private static String perHost(
      List<Host> hosts, java.util.function.Function<Host, String> reason) {
    String named =
        hosts.stream()
            .limit(NAMED_AT_MOST)
            .map(host -> host.name() + " (" + reason.apply(host) + ")")
            .collect(Collectors.joining(", "));
    return hosts.size() > NAMED_AT_MOST
        ? named + " and " + (hosts.size() - NAMED_AT_MOST) + " more"
        : named;
  }

  /** T as {@code 12.7}: candidates are tenths; others stay fractions. */
  static String decimal(DilationFactor factor) {
    return factor.value().toText();
  }
}
