package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.core.ethernet.MacAddress;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The part of KubeVirt's VirtualMachine schema that standalone honours, as a table: whatever is not
 * in it is refused by name, never ignored. Paths are those of the JSON tree, {@code []} being any
 * element of a list.
 *
 * <p>Source of the names: KubeVirt v1.9, {@code staging/src/kubevirt.io/api/core/v1/schema.go}.
 */
public final class SupportedFields {

  /** Checks a value; says what is wrong with it and how to mend it, or nothing. */
  private interface Rule extends Function<JsonNode, Optional<String>> {}

  private static final String INSTEAD =
      "standalone does not honour this field; remove it, or run the model on a cluster with"
          + " KubeVirt";

  private static final Rule ANY = node -> Optional.empty();
  private static final Rule POSITIVE =
      node ->
          node.canConvertToInt() && node.asInt() >= 1
              ? Optional.empty()
              : Optional.of("must be a whole number from 1");
  private static final Rule QUANTITY =
      node -> isPositiveQuantity(node) ? Optional.empty() : Optional.of("must be a size, as 256Mi");
  private static final Rule EMPTY =
      node -> node.isObject() && node.isEmpty() ? Optional.empty() : Optional.of("must be {}");

  private static final Map<String, Rule> TEMPLATE = new LinkedHashMap<>();
  private static final Map<String, Rule> INSTANCETYPE = new LinkedHashMap<>();
  private static final Map<String, Rule> PREFERENCE = new LinkedHashMap<>();
  private static final Map<String, Rule> MACHINE = new LinkedHashMap<>();

  static {
    MACHINE.put("running", ANY);
    MACHINE.put("runStrategy", oneOf("Always", "Halted", "RerunOnFailure", "Manual", "Once"));
    MACHINE.put("instancetype.name", ANY);
    MACHINE.put("instancetype.kind", ANY);
    MACHINE.put("preference.name", ANY);
    MACHINE.put("preference.kind", ANY);
    MACHINE.put("template.metadata", ANY);
    MACHINE.put("template.spec", ANY);

    TEMPLATE.put("nodeSelector", ANY);
    TEMPLATE.put("architecture", oneOf("amd64"));
    // Grace at deletion is bounded by QEMU's own; nothing is evicted on one machine.
    TEMPLATE.put("terminationGracePeriodSeconds", ANY);
    TEMPLATE.put("evictionStrategy", ANY);
    TEMPLATE.put("domain.cpu.cores", POSITIVE);
    TEMPLATE.put("domain.cpu.sockets", POSITIVE);
    TEMPLATE.put("domain.cpu.threads", POSITIVE);
    TEMPLATE.put("domain.cpu.model", oneOf("host-passthrough", "host-model"));
    TEMPLATE.put("domain.memory.guest", QUANTITY);
    TEMPLATE.put("domain.resources.requests.memory", QUANTITY);
    // A request steers scheduling only, and there is one node.
    TEMPLATE.put("domain.resources.requests.cpu", ANY);
    TEMPLATE.put("domain.resources.overcommitGuestOverhead", ANY);
    TEMPLATE.put("domain.machine.type", SupportedFields::machineType);
    TEMPLATE.put("domain.rebootPolicy", oneOf("Terminate"));
    TEMPLATE.put("domain.features.acpi.enabled", mustBe(true));
    TEMPLATE.put("domain.clock.utc", EMPTY);
    TEMPLATE.put("domain.clock.timer.hpet.present", mustBe(false));
    TEMPLATE.put("domain.firmware.uuid", ANY);
    TEMPLATE.put("domain.firmware.kernelBoot.kernelArgs", ANY);
    TEMPLATE.put("domain.firmware.kernelBoot.container.image", ANY);
    TEMPLATE.put("domain.firmware.kernelBoot.container.kernelPath", ANY);
    TEMPLATE.put("domain.firmware.kernelBoot.container.initrdPath", ANY);
    TEMPLATE.put("domain.firmware.kernelBoot.container.imagePullPolicy", ANY);
    TEMPLATE.put("domain.devices.rng", EMPTY);
    TEMPLATE.put("domain.devices.autoattachPodInterface", ANY);
    TEMPLATE.put("domain.devices.autoattachGraphicsDevice", mustBe(false));
    TEMPLATE.put("domain.devices.autoattachMemBalloon", mustBe(false));
    TEMPLATE.put("domain.devices.autoattachSerialConsole", mustBe(true));
    TEMPLATE.put("domain.devices.logSerialConsole", mustBe(true));
    TEMPLATE.put("domain.devices.disks[].name", ANY);
    TEMPLATE.put("domain.devices.disks[].serial", ANY);
    TEMPLATE.put("domain.devices.disks[].cache", oneOf("none"));
    TEMPLATE.put("domain.devices.disks[].disk.bus", oneOf("virtio"));
    TEMPLATE.put("domain.devices.disks[].disk.readonly", ANY);
    TEMPLATE.put("domain.devices.interfaces[].name", ANY);
    TEMPLATE.put("domain.devices.interfaces[].model", oneOf("virtio"));
    TEMPLATE.put("domain.devices.interfaces[].macAddress", SupportedFields::macAddress);
    TEMPLATE.put("domain.devices.interfaces[].masquerade", EMPTY);
    TEMPLATE.put("networks[].name", ANY);
    TEMPLATE.put("networks[].pod", EMPTY);
    TEMPLATE.put("volumes[].name", ANY);
    TEMPLATE.put("volumes[].emptyDisk.capacity", QUANTITY);
    TEMPLATE.put("volumes[].containerDisk.image", ANY);
    TEMPLATE.put("volumes[].containerDisk.imagePullPolicy", ANY);

    INSTANCETYPE.put("cpu.guest", POSITIVE);
    INSTANCETYPE.put("memory.guest", QUANTITY);
    INSTANCETYPE.put("annotations", ANY);
    INSTANCETYPE.put("nodeSelector", ANY);

    PREFERENCE.put("annotations", ANY);
    PREFERENCE.put(
        "cpu.preferredCPUTopology",
        oneOf("sockets", "cores", "threads", "preferSockets", "preferCores", "preferThreads"));
    PREFERENCE.put("machine.preferredMachineType", SupportedFields::machineType);
    PREFERENCE.put("devices.preferredAutoattachGraphicsDevice", mustBe(false));
    PREFERENCE.put("devices.preferredAutoattachMemBalloon", mustBe(false));
    PREFERENCE.put("devices.preferredAutoattachPodInterface", ANY);
    PREFERENCE.put("devices.preferredDiskBus", oneOf("virtio"));
    PREFERENCE.put("devices.preferredInterfaceModel", oneOf("virtio"));
    PREFERENCE.put("devices.preferredRng", EMPTY);
    PREFERENCE.put("preferredTerminationGracePeriodSeconds", ANY);
  }

  private SupportedFields() {}

  /** What standalone does not honour in a VirtualMachine's spec, its template's spec aside. */
  public static List<Refusal> ofMachine(JsonNode spec) {
    return check("spec", spec, MACHINE);
  }

  /** What standalone does not honour in the spec of a VirtualMachineInstance. */
  public static List<Refusal> ofTemplate(String path, JsonNode spec) {
    List<Refusal> refusals = new ArrayList<>(check(path, spec, TEMPLATE));
    if (refusals.isEmpty()) {
      refusals.addAll(DiskWiring.check(path, spec));
    }
    return refusals;
  }

  /** The same of an instancetype's spec. */
  public static List<Refusal> ofInstancetype(String path, JsonNode spec) {
    return check(path, spec, INSTANCETYPE);
  }

  /** The same of a preference's spec. */
  public static List<Refusal> ofPreference(String path, JsonNode spec) {
    return check(path, spec, PREFERENCE);
  }

  /** The supported paths of a VM's template, for documentation. */
  public static Set<String> templatePaths() {
    return Set.copyOf(TEMPLATE.keySet());
  }

  private static List<Refusal> check(String shownRoot, JsonNode root, Map<String, Rule> table) {
    List<Refusal> refusals = new ArrayList<>();
    walk(root, "", shownRoot, table, refusals);
    return List.copyOf(refusals);
  }

  private static void walk(
      JsonNode node, String path, String shown, Map<String, Rule> table, List<Refusal> refusals) {
    if (node.isNull() || node.isMissingNode()) {
      return;
    }
    Rule rule = table.get(path);
    if (rule != null) {
      rule.apply(node).ifPresent(mend -> refusals.add(new Refusal(shown, mend)));
    } else if (!path.isEmpty() && !leadsSomewhere(path, table)) {
      refusals.add(new Refusal(shown, INSTEAD));
    } else if (node.isObject()) {
      node.properties()
          .forEach(
              field ->
                  walk(
                      field.getValue(),
                      path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                      shown + "." + field.getKey(),
                      table,
                      refusals));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        walk(node.get(i), path + "[]", shown + "[" + i + "]", table, refusals);
      }
    } else {
      refusals.add(new Refusal(shown, "must be an object or a list"));
    }
  }

  private static boolean leadsSomewhere(String path, Map<String, Rule> table) {
    return table.keySet().stream()
        .anyMatch(key -> key.startsWith(path + ".") || key.startsWith(path + "[]"));
  }

  private static Rule oneOf(String... allowed) {
    List<String> values = List.of(allowed);
    return node ->
        node.isTextual() && values.contains(node.asText())
            ? Optional.empty()
            : Optional.of(
                "standalone has "
                    + String.join(", ", values)
                    + " only, not "
                    + node.asText(node.toString()));
  }

  private static Rule mustBe(boolean value) {
    return node ->
        node.isBoolean() && node.booleanValue() == value
            ? Optional.empty()
            : Optional.of("standalone has " + value + " only; set it so or remove it");
  }

  private static Optional<String> machineType(JsonNode node) {
    String type = node.asText();
    return type.isEmpty() || type.equals("q35") || type.startsWith("pc-q35-")
        ? Optional.empty()
        : Optional.of("standalone has q35 only, not " + type);
  }

  private static Optional<String> macAddress(JsonNode node) {
    try {
      MacAddress.parse(node.asText());
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static boolean isPositiveQuantity(JsonNode node) {
    try {
      BigDecimal bytes = Quantity.getAmountInBytes(Quantity.parse(node.asText()));
      return bytes.signum() > 0;
    } catch (IllegalArgumentException | ArithmeticException e) {
      return false;
    }
  }
}
