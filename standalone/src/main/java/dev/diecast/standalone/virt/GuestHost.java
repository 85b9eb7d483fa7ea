package dev.diecast.standalone.virt;

import dev.diecast.standalone.image.ImageStore;
import dev.diecast.standalone.qemu.DiskTools;
import dev.diecast.standalone.qemu.QemuInstallation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The machine that guests run on, and what the stand-in needs of it.
 *
 * @param nodeName its name as a Kubernetes node
 * @param stateDirectory of the instance; VMs are in {@code vms/} there
 * @param cgroupName of the instance
 * @param diskTools for disks with latency floors; fetched when they are asked for
 * @param environment of every QEMU beside its own
 * @param bootTimeout guest time within which a guest's agent is expected
 */
public record GuestHost(
    String nodeName,
    Path stateDirectory,
    String cgroupName,
    QemuInstallation qemu,
    ImageStore images,
    Supplier<DiskTools> diskTools,
    Map<String, String> environment,
    Duration bootTimeout) {}
