package dev.diecast.daemon.node;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeSpec;
import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.api.v1alpha1.FidelityThresholds;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.cpu.CpuCap;
import dev.diecast.core.disk.GuestDisk;
import dev.diecast.core.fidelity.Tolerances;
import dev.diecast.core.frame.Frames;
import dev.diecast.core.time.ModelClock;
import dev.diecast.daemon.disk.DiskTarget;
import dev.diecast.daemon.network.model.ModelKey;
import dev.diecast.daemon.network.model.NetworkedNode;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.record.VmIdentity;
import java.util.Locale;
import java.util.Optional;

/**
 * What one DilatedNode asks of this host.
 *
 * @param clock by which its guest shall live
 * @param driver that dilates it
 * @param due host cores that T gives all its vCPUs together
 * @param vcpuDue host cores that T gives each of them
 * @param cap of each vCPU, nearest to that which the kernel can enforce
 * @param disks what its disks are due
 * @param tolerances of its fidelity, where its model says them
 */
public record NodeTarget(
    VmIdentity vm,
    long generation,
    ModelClock clock,
    Driver driver,
    Rational due,
    Rational vcpuDue,
    CpuCap cap,
    DiskTarget disks,
    Optional<Tolerances> tolerances) {

  /**
   * @throws IllegalArgumentException where the node cannot be had as it is; says the field and the
   *     mend
   */
  public static NodeTarget of(DilatedNode node) {
    return of(node, node.getSpec().timeDilation().dilationFactor());
  }

  /**
   * The same with resources for another T, as they are while T changes.
   *
   * @param factor by which resources are given
   */
  static NodeTarget of(DilatedNode node, DilationFactor factor) {
    DilatedNodeSpec spec = node.getSpec();
    int cpus = spec.machine().cpus();
    Rational relativeSpeed = spec.speedOnHost();
    return new NodeTarget(
        identity(node),
        node.getMetadata().getGeneration(),
        spec.timeDilation().modelClock(),
        spec.timeDilation().driver() == null ? Driver.GuestKernel : spec.timeDilation().driver(),
        Frames.hostCpu(cpus, relativeSpeed, factor),
        Frames.hostCpu(1, relativeSpeed, factor),
        CpuCap.of(1, relativeSpeed, factor),
        DiskTarget.of(
            spec.machine().disks().stream()
                .map(disk -> new GuestDisk(disk.name(), disk.limits(), disk.latencyFloor()))
                .toList(),
            factor),
        spec.thresholds().map(FidelityThresholds::tolerances));
  }

  /**
   * Its interface to its model's network, where it has one.
   *
   * @param factor by which resources are given
   */
  static Optional<NetworkedNode> network(
      DilatedNode node, Optional<QemuProcess> qemu, DilationFactor factor) {
    DilatedNodeSpec spec = node.getSpec();
    return spec.nodeNetwork()
        .map(
            network ->
                new NetworkedNode(
                    identity(node),
                    new ModelKey(node.getMetadata().getNamespace(), spec.model()),
                    factor,
                    network.macAddress().toLowerCase(Locale.ROOT),
                    network.mtuBytes(),
                    qemu));
  }

  static VmIdentity identity(DilatedNode node) {
    return new VmIdentity(
        node.getMetadata().getUid(),
        node.getMetadata().getNamespace(),
        node.getMetadata().getName());
  }
}
