package dev.diecast.daemon.cpu;

import dev.diecast.core.Rational;
import dev.diecast.core.cpu.SwitchLoss;
import dev.diecast.daemon.process.VcpuThreads;
import java.io.IOException;

/**
 * What is added to the caps of this host's vCPUs so that the work that is due gets done and not
 * only the time. A constant is a default; a table was measured on the host, by {@code ./diecast
 * run} or {@code ./diecast bench cpu}.
 *
 * @param emulated of a vCPU that QEMU emulates (TCG), whose translated code alone is larger than a
 *     cache
 * @param virtualised of a vCPU under KVM
 */
public record CpuCorrection(SwitchLoss emulated, SwitchLoss virtualised) {

  public static final CpuCorrection NONE = new CpuCorrection(SwitchLoss.NONE, SwitchLoss.NONE);

  /**
   * Of these vCPUs, in microseconds per period.
   *
   * @param vcpuDue host cores that each of them is due
   */
  public long micros(VcpuThreads threads, Rational vcpuDue) throws IOException {
    return (threads.areEmulated() ? emulated : virtualised).micros(SwitchLoss.slowdown(vcpuDue));
  }
}
