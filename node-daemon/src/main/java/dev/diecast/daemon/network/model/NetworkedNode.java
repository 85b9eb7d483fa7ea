package dev.diecast.daemon.network.model;

import dev.diecast.core.DilationFactor;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.record.VmIdentity;
import java.util.Optional;

/**
 * A node of this host that has an interface to its model's network.
 *
 * @param mac of that interface, in lower case
 * @param mtuBytes of that interface
 * @param qemu empty where none runs
 */
public record NetworkedNode(
    VmIdentity vm,
    ModelKey model,
    DilationFactor factor,
    String mac,
    int mtuBytes,
    Optional<QemuProcess> qemu) {}
