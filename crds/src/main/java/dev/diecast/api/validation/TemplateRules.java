package dev.diecast.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DriverChoice;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.Quantities;
import dev.diecast.api.v1alpha1.TargetMachine;
import dev.diecast.api.v1alpha1.TimeDilation;
import dev.diecast.core.Rational;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A template is in KubeVirt's schema, agrees with the machine it is for, and leaves to DieCast what
 * is DieCast's.
 */
final class TemplateRules {

  private static final String HOST_NAME_LABEL = "kubernetes.io/hostname";

  /**
   * Kernel parameters that decide which clock a guest takes; the kernel takes - and _ for the same.
   */
  private static final Set<String> OUR_KERNEL_PARAMETERS =
      Set.of("tsc-early-khz", "tsc", "no-kvmclock", "nohpet", "acpi-pm", "clocksource");

  static void check(NodeGroup group, TimeDilation dilation, FieldErrors at) {
    JsonNode template = group.vm().template();
    JsonNode domain = template.path("spec").path("domain");
    if (!template.isObject()) {
      at.refuse("must be an object: KubeVirt's VirtualMachine.spec.template");
      return;
    }
    if (!template.path("spec").isObject()) {
      at.at("spec").refuse("is required: KubeVirt's VirtualMachineInstance.spec");
      return;
    }
    FieldErrors spec = at.at("spec");
    if (!domain.isObject()) {
      spec.at("domain").refuse("is required: firmware, devices and what else the VM has");
      return;
    }
    Schemas.virtualMachineTemplate().check(template, at);
    Schemas.metadata().check(template.path("metadata"), at.at("metadata"));
    if (group.machine() != null) {
      checkCpu(domain.path("cpu"), group.machine(), spec.at("domain").at("cpu"));
      checkMemory(domain, group.machine(), spec.at("domain"));
      TemplateDiskRules.check(template.path("spec"), group.machine().disks(), spec);
    }
    checkOurs(template, at);
    checkHostBound(template.path("spec"), spec);
    DriverChoice driver = dilation == null ? DriverChoice.Auto : dilation.driverChoice();
    JsonNode firmware = domain.path("firmware");
    FieldErrors firmwareAt = spec.at("domain").at("firmware");
    // With Auto a guest that boots by itself is for HostModule: whether a host has that is known
    // only when the model is placed, which then says Placed=False, NoDriver. No CEL rule says any
    // of this, for a CRD's rules cannot look into a field of unknown fields, as a template is.
    if (driver == DriverChoice.GuestKernel
        || driver == DriverChoice.Auto && firmware.hasNonNull("kernelBoot")) {
      checkKernelBoot(firmware, firmwareAt);
    }
    checkKernelArguments(
        firmware.path("kernelBoot").path("kernelArgs").asText(""),
        firmwareAt.at("kernelBoot").at("kernelArgs"));
  }

  private static void checkCpu(JsonNode cpu, TargetMachine machine, FieldErrors at) {
    List<String> topology = List.of("sockets", "cores", "threads");
    if (machine.cpus() == null || topology.stream().noneMatch(cpu::hasNonNull)) {
      return;
    }
    long product = 1;
    for (String level : topology) {
      JsonNode count = cpu.path(level);
      // KubeVirt takes an absent level, and a 0, for 1; the product of three ints may need a long.
      product *= count.canConvertToInt() && count.asInt() > 0 ? count.asInt() : 1;
      if (product > Integer.MAX_VALUE) {
        break;
      }
    }
    if (product != machine.cpus()) {
      at.refuse(
          "has sockets * cores * threads = "
              + product
              + ", but machine.cpus is "
              + machine.cpus()
              + ": make them equal, or leave this one out");
    }
  }

  private static void checkMemory(JsonNode domain, TargetMachine machine, FieldErrors at) {
    Optional<Rational> wanted = amount(machine.memory());
    if (wanted.isEmpty()) {
      return;
    }
    checkSame(
        domain.path("memory").path("guest"), machine, wanted.get(), at.at("memory").at("guest"));
    JsonNode resources = domain.path("resources");
    FieldErrors resourcesAt = at.at("resources");
    checkSame(
        resources.path("requests").path("memory"),
        machine,
        wanted.get(),
        resourcesAt.at("requests").at("memory"));
    amount(resources.path("limits").path("memory"))
        .filter(limit -> limit.compareTo(wanted.get()) < 0)
        .ifPresent(
            limit ->
                resourcesAt
                    .at("limits")
                    .at("memory")
                    .refuse("is less than machine.memory, " + machine.memory() + ": leave it out"));
  }

  private static void checkSame(
      JsonNode value, TargetMachine machine, Rational wanted, FieldErrors at) {
    if (value.isMissingNode() || value.isNull()) {
      return;
    }
    Optional<Rational> actual = amount(value);
    if (actual.isEmpty()) {
      at.refuse(FieldErrors.quote(value.asText()) + " is no quantity: write it as 128Mi");
    } else if (!actual.get().equals(wanted)) {
      at.refuse(
          "is "
              + value.asText()
              + ", but machine.memory is "
              + machine.memory()
              + ": make them equal, or leave this one out");
    }
  }

  private static Optional<Rational> amount(JsonNode value) {
    return value.isTextual() || value.isIntegralNumber()
        ? parsed(value.asText()).flatMap(TemplateRules::amount)
        : Optional.empty();
  }

  private static Optional<Quantity> parsed(String text) {
    try {
      return Optional.of(new Quantity(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<Rational> amount(Quantity quantity) {
    try {
      return Optional.of(Quantities.exact(quantity));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static void checkOurs(JsonNode template, FieldErrors at) {
    JsonNode spec = template.path("spec");
    if (spec.path("domain").path("firmware").hasNonNull("uuid")) {
      at.at("spec")
          .at("domain")
          .at("firmware")
          .at("uuid")
          .refuse("is set by DieCast, which finds the node by it: leave it out");
    }
    if (spec.path("nodeSelector").has(HOST_NAME_LABEL)) {
      at.at("spec")
          .at("nodeSelector")
          .at(HOST_NAME_LABEL)
          .refuse(
              "is set by DieCast, which places the nodes: use spec.hosts.selector of the model");
    }
    for (String map : List.of("labels", "annotations")) {
      template
          .path("metadata")
          .path(map)
          .fieldNames()
          .forEachRemaining(
              key -> {
                if (key.startsWith(Api.GROUP + "/")) {
                  at.at("metadata").at(map).at(key).refuse("is DieCast's own: leave it out");
                }
              });
    }
  }

  /** What ties a guest to host time, or takes it to another host. */
  private static void checkHostBound(JsonNode spec, FieldErrors at) {
    String eviction = spec.path("evictionStrategy").asText("None");
    if (!eviction.equals("None")) {
      at.at("evictionStrategy")
          .refuse(
              "is "
                  + FieldErrors.quote(eviction)
                  + ", but a dilated guest cannot be migrated: on another host its clock would run"
                  + " at another rate; leave it out");
    }
    if (spec.path("domain").path("devices").hasNonNull("watchdog")) {
      at.at("domain")
          .at("devices")
          .at("watchdog")
          .refuse("counts host time, and would end a guest that is only slow: leave it out");
    }
  }

  private static void checkKernelBoot(JsonNode firmware, FieldErrors firmwareAt) {
    JsonNode container = firmware.path("kernelBoot").path("container");
    FieldErrors at = firmwareAt.at("kernelBoot");
    if (!container.isObject()) {
      at.at("container")
          .refuse(
              "is required: driver GuestKernel dilates by arguments of the guest's kernel, and only"
                  + " a kernel that is booted directly takes them; give image and kernelPath, or"
                  + " take spec.timeDilation.driver HostModule on hosts that have it");
      return;
    }
    for (String field : List.of("image", "kernelPath")) {
      if (container.path(field).asText("").isEmpty()) {
        at.at("container").at(field).refuse("is required with driver GuestKernel");
      }
    }
    if (container.path("image").isTextual() && !container.path("image").asText().isEmpty()) {
      VmRules.checkImageName(container.path("image").asText(), at.at("container").at("image"));
    }
  }

  private static void checkKernelArguments(String arguments, FieldErrors at) {
    for (String argument : arguments.split("\\s+")) {
      String parameter = argument.split("=", 2)[0].replace('_', '-');
      if (OUR_KERNEL_PARAMETERS.contains(parameter)) {
        at.refuse(
            "holds "
                + FieldErrors.quote(argument)
                + ", which decides what the guest takes for time; DieCast sets it: leave it out");
      }
      if (parameter.startsWith("diecast.")) {
        at.refuse("holds " + FieldErrors.quote(argument) + ", which DieCast sets: leave it out");
      }
    }
  }

  private TemplateRules() {}
}
