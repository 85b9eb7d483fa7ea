package dev.diecast.api.validation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A way to spoil a valid model, and what is to be said of it.
 *
 * @param server whether an API server with CEL refuses it too, by schema or rule
 * @param field the path that the error names
 * @param message a part of what it says
 */
public record Refusal(
    String name, boolean server, Consumer<ObjectNode> spoil, String field, String message) {

  private static final String DOMAIN = "/spec/groups/1/vm/template/spec/domain";
  private static final String DOMAIN_FIELD = "spec.groups[1].vm.template.spec.domain";

  public static Stream<Refusal> all() {
    return Stream.of(
            dilation(),
            names(),
            groups(),
            machine(),
            disks(),
            hosts(),
            fidelity(),
            vmForms(),
            template(),
            file())
        .flatMap(List::stream);
  }

  @Override
  public String toString() {
    return name;
  }

  public ObjectNode document() {
    ObjectNode model = Models.valid();
    spoil.accept(model);
    return model;
  }

  private static Refusal both(String pointer, String yaml, String field, String message) {
    return set(true, pointer, yaml, field, message);
  }

  private static Refusal java(String pointer, String yaml, String field, String message) {
    return set(false, pointer, yaml, field, message);
  }

  private static Refusal set(
      boolean server, String pointer, String yaml, String field, String message) {
    return new Refusal(
        pointer + ": " + yaml, server, m -> Models.set(m, pointer, yaml), field, message);
  }

  private static Refusal without(boolean server, String pointer, String field, String message) {
    return new Refusal(
        pointer + " taken out", server, m -> Models.remove(m, pointer), field, message);
  }

  private static List<Refusal> fidelity() {
    return List.of(
        both(
            "/spec/fidelity",
            "{clockPartsPerMillion: 0}",
            "spec.fidelity.clockPartsPerMillion",
            "from 1 to"),
        both("/spec/fidelity", "{cpuPercent: 91}", "spec.fidelity.cpuPercent", "from 1 to 90"),
        both(
            "/spec/fidelity",
            "{unfaithfulPercent: -1}",
            "spec.fidelity.unfaithfulPercent",
            "from 0 to 100"),
        both(
            "/spec/fidelity",
            "{framesPerMillion: 1000001}",
            "spec.fidelity.framesPerMillion",
            "from 0 to"));
  }

  private static List<Refusal> dilation() {
    Stream<Refusal> factors =
        Stream.of("0", "0.5", "-1", "abc", "1/0", "1e9", "1001", "''", " 10", "10/11", "Auto")
            .map(
                factor ->
                    both(
                        "/spec/timeDilation/factor",
                        factor.isBlank() ? factor : "\"" + factor + "\"",
                        "spec.timeDilation.factor",
                        "a rational number from 1 to 1000"));
    Stream<Refusal> rest =
        Stream.of(
            both("/spec/timeDilation/max", "'0'", "spec.timeDilation.max", "from 1 to 1000"),
            both("/spec/timeDilation/max", "auto", "spec.timeDilation.max", "from 1 to 1000"),
            both(
                "/spec/timeDilation/factor",
                "10",
                "spec.timeDilation.factor",
                "write it in quotes"),
            both("/spec/timeDilation/driver", "Magic", "spec.timeDilation.driver", "is not one of"),
            without(true, "/spec/timeDilation/factor", "spec.timeDilation.factor", "is required"),
            without(true, "/spec/timeDilation", "spec.timeDilation", "is required"),
            without(true, "/spec", "spec", "is required"));
    return Stream.concat(factors, rest).toList();
  }

  private static List<Refusal> names() {
    return List.of(
        both("/metadata/name", "a.b", "metadata.name", "without dots"),
        both("/metadata/name", "2026", "metadata.name", "write it in quotes"),
        both("/metadata/labels", "{tier: 1}", "metadata.labels.tier", "write it in quotes"),
        both("/metadata/name", "Shop", "metadata.name", "lower case"),
        both("/metadata/name", "a".repeat(58), "spec.groups[0].name", "64 characters"),
        both("/spec/groups/0/name", "Web", "spec.groups[0].name", "lower case"),
        both("/spec/groups/0/name", "-web", "spec.groups[0].name", "host name"),
        both("/spec/groups/0/name", "a_b", "spec.groups[0].name", "host name"),
        both("/spec/groups/0/name", "''", "spec.groups[0].name", "is required"),
        both("/spec/groups/0/name", "a".repeat(41), "spec.groups[0].name", "40 at most"),
        both("/spec/groups/0/name", "db", "spec.groups[1].name", "groups[0] too"));
  }

  private static List<Refusal> groups() {
    return List.of(
        both("/spec/groups", "[]", "spec.groups", "at least one group"),
        without(true, "/spec/groups", "spec.groups", "at least one group"),
        both("/spec/groups/0/replicas", "0", "spec.groups[0].replicas", "1 or more"),
        both("/spec/groups/0/replicas", "-2", "spec.groups[0].replicas", "1 or more"),
        both("/spec/groups/0/replicas", "10001", "spec.groups[0].replicas", "at most"),
        both("/spec/groups/0/replicas", "1.5", "spec.groups[0].replicas", "a whole number"),
        both("/spec/groups/0/replicas", "three", "spec.groups[0].replicas", "a whole number"),
        without(true, "/spec/groups/0/replicas", "spec.groups[0].replicas", "is required"),
        without(true, "/spec/groups/0/machine", "spec.groups[0].machine", "is required"),
        without(true, "/spec/groups/0/vm", "spec.groups[0].vm", "is required"),
        new Refusal(
            "65 groups",
            true,
            m -> {
              for (int i = 2; i < 65; i++) {
                ObjectNode group = m.at("/spec/groups/0").deepCopy();
                Models.set(m, "/spec/groups/-", group.put("name", "g" + i).toString());
              }
            },
            "spec.groups",
            "64 at most"));
  }

  private static List<Refusal> machine() {
    String at = "/spec/groups/0/machine";
    String field = "spec.groups[0].machine";
    Stream<Refusal> memory =
        Stream.of("'0'", "0", "-1", "-128Mi", "0.0Gi", "31Mi", "lots", "128MB", "1e400", "''")
            .map(quantity -> both(at + "/memory", quantity, field + ".memory", ""));
    Stream<Refusal> rest =
        Stream.of(
            both(at + "/cpus", "0", field + ".cpus", "from 1 to 256"),
            both(at + "/cpus", "257", field + ".cpus", "from 1 to 256"),
            without(true, at + "/cpus", field + ".cpus", "is required"),
            without(true, at + "/memory", field + ".memory", "is required"),
            both(at + "/relativeSpeed", "'0'", field + ".relativeSpeed", "greater than 0"),
            both(at + "/relativeSpeed", "0/3", field + ".relativeSpeed", "greater than 0"),
            both(at + "/relativeSpeed", "'0.00'", field + ".relativeSpeed", "greater than 0"),
            both(at + "/relativeSpeed", "3/0", field + ".relativeSpeed", "divides by zero"),
            both(at + "/relativeSpeed", "fast", field + ".relativeSpeed", "5/2 or 2.5"),
            both(at + "/relativeSpeed", "'-1'", field + ".relativeSpeed", "5/2 or 2.5"),
            java(
                at + "/relativeSpeed",
                "'11'",
                field + ".relativeSpeed",
                "raise timeDilation.factor"),
            java(at + "/relativeSpeed", "1/1000000", field + ".relativeSpeed", "raise it to 1/200"),
            both(at + "/nic", "{bitsPerSecond: 0}", field + ".nic.bitsPerSecond", "greater than 0"),
            both(
                at + "/nic",
                "{bitsPerSecond: -1G}",
                field + ".nic.bitsPerSecond",
                "greater than 0"),
            both(at + "/nic", "{}", field + ".nic.bitsPerSecond", "is required"));
    return Stream.concat(memory, rest).toList();
  }

  private static List<Refusal> disks() {
    String at = "/spec/groups/0/machine/disks/0";
    String field = "spec.groups[0].machine.disks[0]";
    return List.of(
        both(at + "/name", "Data", field + ".name", "lower case"),
        both(at + "/capacity", "0", field + ".capacity", "greater than 0"),
        both(at + "/capacity", "big", field + ".capacity", "no quantity"),
        both(at + "/readBytesPerSecond", "'0'", field + ".readBytesPerSecond", "greater than 0"),
        both(at + "/writeBytesPerSecond", "-1M", field + ".writeBytesPerSecond", "greater than 0"),
        both(at + "/readIops", "0", field + ".readIops", "1 or more"),
        both(at + "/writeIops", "-5", field + ".writeIops", "1 or more"),
        java(at + "/readIops", "9", field + ".readIops", "raise it to 10, or choose T at most 9"),
        java(
            at + "/writeBytesPerSecond",
            "5",
            field + ".writeBytesPerSecond",
            "a kernel throttles to 1 at least"),
        both(at + "/readLatencyMicros", "0", field + ".readLatencyMicros", "from 1 to 1000000"),
        both(
            at + "/writeLatencyMicros",
            "1000001",
            field + ".writeLatencyMicros",
            "from 1 to 1000000"),
        java(
            "/spec/groups/0/machine/disks/0/readIOPS",
            "5",
            field + ".readIOPS",
            "did you mean readIops?"),
        both(
            "/spec/groups/0/machine/disks/-",
            "{name: data, capacity: 1Gi}",
            "spec.groups[0].machine.disks[1].name",
            "disks[0] too"),
        both(
            "/spec/groups/0/machine/disks/-",
            "null",
            "spec.groups[0].machine.disks[1]",
            "is empty"));
  }

  private static List<Refusal> hosts() {
    String selector = "spec.hosts.selector";
    return List.of(
        both(
            "/spec/hosts",
            "{reserve: {cpuPercent: 91}}",
            "spec.hosts.reserve.cpuPercent",
            "0 to 90"),
        both(
            "/spec/hosts",
            "{reserve: {nicPercent: -1}}",
            "spec.hosts.reserve.nicPercent",
            "0 to 90"),
        both(
            "/spec/hosts",
            "{selector: {matchExpressions: [{key: a, operator: Inn, values: [b]}]}}",
            selector + ".matchExpressions[0].operator",
            "is not one of In"),
        java(
            "/spec/hosts",
            "{selector: {matchExpressions: [{key: a, operator: In}]}}",
            selector + ".matchExpressions[0].values",
            "is required"),
        java(
            "/spec/hosts",
            "{selector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}",
            selector + ".matchExpressions[0].values",
            "leave it out"),
        java(
            "/spec/hosts",
            "{selector: {matchLabels: {zone: 'a b'}}}",
            selector + ".matchLabels.zone",
            "no label's value"));
  }

  private static List<Refusal> vmForms() {
    String vm = "/spec/groups/0/vm";
    String field = "spec.groups[0].vm";
    return List.of(
        both(vm, "{}", field, "neither"),
        new Refusal(
            "both forms",
            true,
            m -> Models.set(m, vm + "/template", m.at("/spec/groups/1/vm/template").toString()),
            field,
            "both"),
        without(true, vm + "/image", field + ".image", "is required with instancetype"),
        both(vm + "/image", "Not An Image", field + ".image", "no image's name"),
        both(vm + "/image", "a:b:c", field + ".image", "no image's name"),
        both("/spec/groups/1/vm/image", "a", "spec.groups[1].vm.image", "goes with instancetype"),
        both(
            "/spec/groups/1/vm/preference",
            "{name: debian}",
            "spec.groups[1].vm.preference",
            "goes with instancetype"),
        both(vm + "/instancetype", "{}", field + ".instancetype.name", "is required"),
        both(vm + "/instancetype", "{name: A_b}", field + ".instancetype.name", "lower case"),
        both(vm + "/preference", "{name: A_b}", field + ".preference.name", "lower case"),
        both(
            vm + "/instancetype",
            "{name: a, kind: X}",
            field + ".instancetype.kind",
            "not one of"));
  }

  private static List<Refusal> template() {
    String boot = DOMAIN + "/firmware/kernelBoot";
    String bootField = DOMAIN_FIELD + ".firmware.kernelBoot";
    String vm = "/spec/groups/1/vm/template";
    String vmField = "spec.groups[1].vm.template";
    Stream<Refusal> arguments =
        Stream.of(
                "tsc_early_khz=1",
                "tsc=unstable",
                "quiet no-kvmclock",
                "no_kvmclock",
                "nohpet",
                "acpi_pm=off",
                "clocksource=hpet")
            .map(
                arguments1 ->
                    java(
                        boot + "/kernelArgs",
                        arguments1,
                        bootField + ".kernelArgs",
                        "DieCast sets"));
    Stream<Refusal> rest =
        Stream.of(
            both(vm, "text", vmField, "an object"),
            both(vm, "{}", vmField + ".spec", "is required"),
            both(vm, "{spec: {}}", vmField + ".spec.domain", "is required"),
            java(DOMAIN + "/cpu", "{cores: 3}", DOMAIN_FIELD + ".cpu", "machine.cpus is 2"),
            java(
                DOMAIN + "/cpu",
                "{cores: 2, sockets: 2, threads: 2}",
                DOMAIN_FIELD + ".cpu",
                "threads = 8"),
            java(
                DOMAIN + "/memory/guest",
                "256Mi",
                DOMAIN_FIELD + ".memory.guest",
                "machine.memory is 128Mi"),
            java(
                DOMAIN + "/resources/requests/memory",
                "64Mi",
                DOMAIN_FIELD + ".resources.requests.memory",
                "machine.memory is 128Mi"),
            java(
                DOMAIN + "/resources/limits",
                "{memory: 64Mi}",
                DOMAIN_FIELD + ".resources.limits.memory",
                "less than machine.memory"),
            java(DOMAIN + "/device", "{}", DOMAIN_FIELD + ".device", "did you mean devices?"),
            java(
                DOMAIN + "/devices/autoattachPodInterfaces",
                "false",
                DOMAIN_FIELD + ".devices.autoattachPodInterfaces",
                "did you mean autoattachPodInterface?"),
            java(
                DOMAIN + "/devices/autoattachPodInterface",
                "'no'",
                DOMAIN_FIELD + ".devices.autoattachPodInterface",
                "must be true or false"),
            java(DOMAIN + "/cpu/cores", "two", DOMAIN_FIELD + ".cpu.cores", "a whole number"),
            java(
                vm + "/spec/volumes",
                "[{name: a, containerDisk: {imag: x}}]",
                vmField + ".spec.volumes[0].containerDisk.imag",
                "did you mean image?"),
            new Refusal(
                "a volume for the machine's disk that is not attached",
                false,
                m -> {
                  Models.set(m, "/spec/groups/1/machine/disks", "[{name: data, capacity: 1Gi}]");
                  Models.set(m, vm + "/spec/volumes", "[{name: data, emptyDisk: {capacity: 1Gi}}]");
                },
                vmField + ".spec.volumes[0]",
                "has none of this name"),
            new Refusal(
                "an empty disk of another size than the machine's",
                false,
                m -> {
                  Models.set(m, "/spec/groups/1/machine/disks", "[{name: data, capacity: 1Gi}]");
                  Models.set(m, vm + "/spec/volumes", "[{name: data, emptyDisk: {capacity: 2Gi}}]");
                  Models.set(m, DOMAIN + "/devices/disks", "[{name: data, disk: {bus: virtio}}]");
                },
                vmField + ".spec.volumes[0].emptyDisk.capacity",
                "has capacity 1Gi"),
            without(false, DOMAIN + "/devices", DOMAIN_FIELD + ".devices", "is required"),
            new Refusal(
                "GuestKernel for a guest that boots by itself",
                false,
                m -> {
                  Models.remove(m, DOMAIN + "/firmware");
                  Models.set(m, "/spec/timeDilation/driver", "GuestKernel");
                },
                bootField + ".container",
                "take spec.timeDilation.driver HostModule"),
            new Refusal(
                "HostModule for a guest without the clock that it dilates",
                false,
                m -> {
                  Models.set(m, boot + "/kernelArgs", "no-kvmclock");
                  Models.set(m, "/spec/timeDilation/driver", "HostModule");
                },
                bootField + ".kernelArgs",
                "DieCast sets"),
            without(false, boot + "/container", bootField + ".container", "is required"),
            without(
                false,
                boot + "/container/kernelPath",
                bootField + ".container.kernelPath",
                "is required"),
            java(
                boot + "/container/image",
                "A B",
                bootField + ".container.image",
                "no image's name"),
            java(
                DOMAIN + "/firmware/uuid",
                "5d307ca9-b3ef-428c-8861-06e72d69f223",
                DOMAIN_FIELD + ".firmware.uuid",
                "leave it out"),
            java(
                vm + "/spec/evictionStrategy",
                "LiveMigrate",
                vmField + ".spec.evictionStrategy",
                "cannot be migrated"),
            java(
                DOMAIN + "/devices/watchdog",
                "{name: dog, i6300esb: {action: reset}}",
                DOMAIN_FIELD + ".devices.watchdog",
                "host time"),
            java(
                vm + "/spec/nodeSelector",
                "{kubernetes.io/hostname: w1}",
                vmField + ".spec.nodeSelector[\"kubernetes.io/hostname\"]",
                "spec.hosts.selector"),
            java(
                vm + "/metadata/labels",
                "{tier: 1}",
                vmField + ".metadata.labels.tier",
                "in quotes"),
            java(
                vm + "/metadata/labels",
                "{diecast.dev/model: x}",
                vmField + ".metadata.labels[\"diecast.dev/model\"]",
                "DieCast's own"));
    return Stream.concat(arguments, rest).toList();
  }

  private static List<Refusal> file() {
    return List.of(
        java("/kind", "Deployment", "kind", "must be ScaleModel"),
        java("/apiVersion", "apps/v1", "apiVersion", "must be diecast.dev/v1alpha1"),
        java("/spec/groups/0/replica", "3", "spec.groups[0].replica", "did you mean replicas?"),
        java("/spec/group", "[]", "spec.group", "did you mean groups?"),
        java("/spec/groups/0/machine/gpu", "1", "spec.groups[0].machine.gpu", "there are cpus"));
  }
}
