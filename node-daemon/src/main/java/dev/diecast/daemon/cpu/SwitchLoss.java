package dev.diecast.daemon.cpu;

import dev.diecast.daemon.process.VcpuThreads;
import java.io.IOException;

/**
 * Host time that a capped vCPU spends, in every period, on warming up again what others have thrown
 * out of the caches meanwhile. It is given back as a stated part of the cap, so that the work that
 * is due gets done and not only the time.
 *
 * @param emulatedMicros of a vCPU that QEMU emulates (TCG), whose translated code alone is larger
 *     than a cache
 * @param virtualisedMicros of a vCPU under KVM
 */
public record SwitchLoss(long emulatedMicros, long virtualisedMicros) {

  public SwitchLoss {
    if (emulatedMicros < 0 || virtualisedMicros < 0) {
      throw new IllegalArgumentException("lost time is never negative");
    }
  }

  /** Of these vCPUs, in microseconds per period. */
  public long micros(VcpuThreads threads) throws IOException {
    return threads.areEmulated() ? emulatedMicros : virtualisedMicros;
  }
}
