package dev.diecast.operator.plan;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.ScaleModelSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Which means of dilation a model gets. */
final class Drivers {

  private Drivers() {}

  /**
   * The first driver, GuestKernel before HostModule, that the model allows, its guests can bear and
   * an open host offers. A model that runs keeps its driver as long as that is allowed.
   */
  static Optional<Driver> choose(PlanRequest request, List<Host> open) {
    ScaleModelSpec spec = request.model().getSpec();
    List<Driver> allowed =
        Arrays.stream(Driver.values()).filter(driver -> isAllowed(spec, driver)).toList();
    if (!request.own().isEmpty()) {
      Optional<Driver> current =
          request.inForce().map(dilation -> dilation.driver()).filter(allowed::contains);
      if (current.isPresent()) {
        return current;
      }
    }
    return allowed.stream()
        .filter(driver -> open.stream().anyMatch(host -> host.offers(driver)))
        .findFirst();
  }

  static boolean isAllowed(ScaleModelSpec spec, Driver driver) {
    return Planner.takes(spec.timeDilation().driverChoice(), driver)
        && (driver != Driver.GuestKernel || groupWithoutKernel(spec).isEmpty());
  }

  /** A group whose guests' command line is not ours to write. */
  static Optional<NodeGroup> groupWithoutKernel(ScaleModelSpec spec) {
    return spec.groups().stream()
        .filter(group -> group.vm().usesTemplate())
        .filter(group -> !bootsKernel(group.vm().template()))
        .findFirst();
  }

  private static boolean bootsKernel(JsonNode template) {
    return template.at("/spec/domain/firmware/kernelBoot").isObject();
  }
}
