package dev.diecast.api.resources;

import dev.diecast.api.v1alpha1.DilationHostStatus;
import dev.diecast.api.v1alpha1.HostReserve;
import dev.diecast.api.v1alpha1.Quantities;
import dev.diecast.api.v1alpha1.TargetDisk;
import dev.diecast.api.v1alpha1.TargetMachine;
import dev.diecast.core.Rational;
import dev.diecast.core.placement.MachineDemand;
import dev.diecast.core.placement.Resource;
import dev.diecast.core.placement.ResourceVector;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.EnumMap;
import java.util.Map;

/** The API's quantities as the resource vectors of {@code core}. */
public final class ResourceVectors {

  private ResourceVectors() {}

  /** A machine in the guest's frame. */
  public static MachineDemand demand(TargetMachine machine) {
    Map<Resource, Rational> amounts = new EnumMap<>(Resource.class);
    amounts.put(Resource.MEMORY, Quantities.exact(machine.memory()));
    for (TargetDisk disk : machine.disks()) {
      add(amounts, Resource.DISK_SPACE, disk.capacity());
      // Both directions at once is what the guest may ask of one device.
      add(amounts, Resource.DISK_BYTES_PER_SECOND, disk.readBytesPerSecond());
      add(amounts, Resource.DISK_BYTES_PER_SECOND, disk.writeBytesPerSecond());
      add(amounts, Resource.DISK_IOPS, disk.readIops());
      add(amounts, Resource.DISK_IOPS, disk.writeIops());
    }
    if (machine.nic() != null) {
      add(amounts, Resource.NIC_BITS_PER_SECOND, machine.nic().bitsPerSecond());
    }
    return new MachineDemand(machine.cpus(), machine.speed(), ResourceVector.of(amounts));
  }

  /** What a host has; what it does not state is not limited. */
  public static ResourceVector capacity(DilationHostStatus.Capacity capacity) {
    Map<Resource, Rational> amounts = new EnumMap<>(Resource.class);
    if (capacity != null) {
      add(amounts, Resource.CPU, capacity.cpu());
      add(amounts, Resource.MEMORY, capacity.memory());
      add(amounts, Resource.DISK_SPACE, capacity.diskSpace());
      add(amounts, Resource.DISK_BYTES_PER_SECOND, capacity.diskBytesPerSecond());
      add(amounts, Resource.DISK_IOPS, capacity.diskIops());
      add(amounts, Resource.NIC_BITS_PER_SECOND, capacity.nicBitsPerSecond());
    }
    return ResourceVector.of(amounts);
  }

  /** What one node costs beside its own demand; nothing where the host has not measured it. */
  public static ResourceVector overhead(DilationHostStatus.Overhead overhead) {
    Map<Resource, Rational> amounts = new EnumMap<>(Resource.class);
    if (overhead != null) {
      add(amounts, Resource.CPU, overhead.cpu());
      add(amounts, Resource.MEMORY, overhead.memory());
    }
    return ResourceVector.of(amounts);
  }

  /** What of a host's capacity may be planned for. */
  public static ResourceVector lessReserve(ResourceVector capacity, HostReserve reserve) {
    Map<Resource, Rational> rest = new EnumMap<>(Resource.class);
    capacity
        .amounts()
        .forEach(
            (resource, amount) ->
                rest.put(
                    resource, amount.times(Rational.of(100 - percent(resource, reserve), 100))));
    return ResourceVector.of(rest);
  }

  private static int percent(Resource resource, HostReserve reserve) {
    return switch (resource) {
      case CPU -> reserve.cpu();
      case MEMORY -> reserve.memory();
      case DISK_SPACE, DISK_BYTES_PER_SECOND, DISK_IOPS -> reserve.disk();
      case NIC_BITS_PER_SECOND -> reserve.nic();
    };
  }

  private static void add(Map<Resource, Rational> amounts, Resource resource, Quantity quantity) {
    if (quantity != null) {
      amounts.merge(resource, Quantities.exact(quantity), Rational::plus);
    }
  }

  private static void add(Map<Resource, Rational> amounts, Resource resource, Long number) {
    if (number != null) {
      amounts.merge(resource, Rational.of(number), Rational::plus);
    }
  }
}
