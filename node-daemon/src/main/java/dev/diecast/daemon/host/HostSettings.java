package dev.diecast.daemon.host;

import dev.diecast.api.v1alpha1.DilationHostStatus.Overhead;
import dev.diecast.daemon.cpu.CpuCorrection;
import java.util.Optional;

/**
 * What the daemon was told of its host, and publishes.
 *
 * @param overhead what a VM costs beside its own cap and memory
 * @param correction what is added to caps here
 * @param peerAddress at which it takes packets of other hosts' pipes
 */
public record HostSettings(
    Overhead overhead, Optional<String> peerAddress, CpuCorrection correction) {}
