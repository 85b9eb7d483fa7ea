package dev.diecast.daemon.host;

import dev.diecast.api.v1alpha1.DilationHostSpec;
import dev.diecast.api.v1alpha1.DilationHostStatus.Overhead;
import dev.diecast.api.v1alpha1.SwitchLosses;
import dev.diecast.core.cpu.SwitchLoss;
import dev.diecast.daemon.cpu.CpuCorrection;
import dev.diecast.daemon.network.PublishedPeer;
import java.util.Optional;

/**
 * What the daemon was told of its host, and publishes.
 *
 * @param overhead what a VM costs beside its own cap and memory
 * @param correction what is added to caps here
 * @param peer how daemons of other hosts reach it with packets; empty where no address was said
 */
public record HostSettings(
    Overhead overhead, Optional<PublishedPeer> peer, CpuCorrection correction) {

  /** What a VM's emulator and I/O threads cost, where nothing else is said; cores. */
  public static final String OVERHEAD_CPU = "20m";

  /** QEMU's own memory, where nothing else is said; bytes. */
  public static final String OVERHEAD_MEMORY = "128Mi";

  /**
   * The same with what an administrator says of the host in its place.
   *
   * @throws IllegalArgumentException where an API server without CEL has let a text through that is
   *     neither a number nor a table; says the field
   */
  HostSettings asSaid(DilationHostSpec spec) {
    SwitchLosses said = spec.switchLoss();
    return said == null
        ? this
        : new HostSettings(
            overhead,
            peer,
            new CpuCorrection(
                switchLoss("emulatedMicros", said.emulatedMicros()).orElse(correction.emulated()),
                switchLoss("virtualisedMicros", said.virtualisedMicros())
                    .orElse(correction.virtualised())));
  }

  private static Optional<SwitchLoss> switchLoss(String field, String text) {
    try {
      return Optional.ofNullable(text).map(SwitchLoss::parse);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "spec.switchLoss.%s: %s".formatted(field, e.getMessage()), e);
    }
  }
}
