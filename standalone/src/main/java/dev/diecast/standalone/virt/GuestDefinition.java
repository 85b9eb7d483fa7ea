package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.api.v1alpha1.Api;
import dev.diecast.core.ethernet.MacAddress;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a VirtualMachineInstance asks for, read from its spec after {@link SupportedFields} has
 * passed it.
 *
 * @param uuid {@code domain.firmware.uuid}
 * @param machineType {@code domain.machine.type}, where the user insists on one
 * @param memoryBytes what the guest has
 */
public record GuestDefinition(
    Optional<String> uuid,
    Optional<String> machineType,
    Topology cpu,
    long memoryBytes,
    Optional<KernelBoot> kernelBoot,
    List<Disk> disks,
    List<NetworkInterface> interfaces) {

  /** CPUs as the guest counts them. */
  public record Topology(int sockets, int cores, int threads) {
    public int cpus() {
      return sockets * cores * threads;
    }
  }

  /** Kernel and initial file system out of an image; an empty path is none. */
  public record KernelBoot(
      String image, Optional<String> kernelPath, Optional<String> initrdPath, String arguments) {}

  /** A virtio disk. */
  public sealed interface Disk {
    String name();

    Optional<String> serial();

    boolean readOnly();
  }

  /** Empty at each start. */
  public record EmptyDisk(
      String name, Optional<String> serial, boolean readOnly, long capacityBytes) implements Disk {}

  /** An image's disk; writes last until the VM stops. */
  public record ImageDisk(String name, Optional<String> serial, boolean readOnly, String image)
      implements Disk {}

  /**
   * A virtio network card.
   *
   * @param macAddress QEMU's choice where it is empty
   */
  public record NetworkInterface(String name, Optional<MacAddress> macAddress) {

    /** What KubeVirt calls the one that it attaches itself. */
    static final NetworkInterface POD = new NetworkInterface("default", Optional.empty());

    /** Whether the daemon joins it to the pipes of the model's network. */
    public boolean isEmulated() {
      return name.equals(Api.NETWORK_INTERFACE);
    }
  }

  public GuestDefinition {
    interfaces = List.copyOf(interfaces);
    disks = List.copyOf(disks);
  }

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException with field and mend, where something that KubeVirt's own
   *     webhook would ask for is missing
   */
  public static GuestDefinition of(JsonNode spec) {
    JsonNode domain = spec.path("domain");
    Optional<KernelBoot> kernelBoot = kernelBoot(domain.at("/firmware/kernelBoot"));
    List<Disk> disks = disks(spec);
    if (kernelBoot.isEmpty() && disks.stream().noneMatch(ImageDisk.class::isInstance)) {
      throw new IllegalArgumentException(
          "spec.domain: nothing to boot; give firmware.kernelBoot or a containerDisk volume");
    }
    return new GuestDefinition(
        text(domain.at("/firmware/uuid")),
        text(domain.at("/machine/type")),
        new Topology(
            domain.at("/cpu/sockets").asInt(1),
            domain.at("/cpu/cores").asInt(1),
            domain.at("/cpu/threads").asInt(1)),
        memory(domain),
        kernelBoot,
        disks,
        interfaces(spec));
  }

  /** The images it needs. */
  public List<String> images() {
    List<String> images = new ArrayList<>();
    kernelBoot.map(KernelBoot::image).ifPresent(images::add);
    for (Disk disk : disks) {
      if (disk instanceof ImageDisk image) {
        images.add(image.image());
      }
    }
    return images.stream().distinct().toList();
  }

  /** Its disks that are empty at each start. */
  List<EmptyDisk> emptyDisks() {
    return disks.stream().filter(EmptyDisk.class::isInstance).map(EmptyDisk.class::cast).toList();
  }

  private static long memory(JsonNode domain) {
    return text(domain.at("/memory/guest"))
        .or(() -> text(domain.at("/resources/requests/memory")))
        .map(GuestDefinition::bytes)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "spec.domain.memory.guest: missing; say how much memory the guest has"));
  }

  private static Optional<KernelBoot> kernelBoot(JsonNode boot) {
    if (!boot.path("container").has("image")) {
      return Optional.empty();
    }
    JsonNode container = boot.path("container");
    return Optional.of(
        new KernelBoot(
            container.path("image").asText(),
            text(container.path("kernelPath")),
            text(container.path("initrdPath")),
            boot.path("kernelArgs").asText("")));
  }

  private static List<Disk> disks(JsonNode spec) {
    List<Disk> disks = new ArrayList<>();
    for (JsonNode device : spec.at("/domain/devices/disks")) {
      String name = device.path("name").asText();
      Optional<String> serial = text(device.path("serial"));
      boolean readOnly = device.at("/disk/readonly").asBoolean(false);
      for (JsonNode volume : spec.path("volumes")) {
        if (!volume.path("name").asText().equals(name)) {
          continue;
        }
        if (volume.has("emptyDisk")) {
          long capacity = bytes(volume.at("/emptyDisk/capacity").asText());
          disks.add(new EmptyDisk(name, serial, readOnly, capacity));
        } else {
          String image = volume.at("/containerDisk/image").asText();
          disks.add(new ImageDisk(name, serial, readOnly, image));
        }
      }
    }
    return disks;
  }

  /** As in KubeVirt: a VM without any interface gets one of the pod network unless told not to. */
  private static List<NetworkInterface> interfaces(JsonNode spec) {
    JsonNode devices = spec.at("/domain/devices");
    List<NetworkInterface> interfaces = new ArrayList<>();
    for (JsonNode device : devices.path("interfaces")) {
      interfaces.add(
          new NetworkInterface(
              device.path("name").asText(),
              text(device.path("macAddress")).map(MacAddress::parse)));
    }
    boolean attach = devices.path("autoattachPodInterface").asBoolean(true);
    return interfaces.isEmpty() && attach && spec.path("networks").isEmpty()
        ? List.of(NetworkInterface.POD)
        : interfaces;
  }

  private static long bytes(String quantity) {
    return Quantity.getAmountInBytes(Quantity.parse(quantity))
        .setScale(0, RoundingMode.CEILING)
        .longValueExact();
  }

  private static Optional<String> text(JsonNode node) {
    return node.isTextual() && !node.asText().isEmpty()
        ? Optional.of(node.asText())
        : Optional.empty();
  }
}
