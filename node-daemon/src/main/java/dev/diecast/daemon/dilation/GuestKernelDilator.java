package dev.diecast.daemon.dilation;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.time.ModelClock;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.record.VmRecord;

/** The guest's kernel was told another TSC rate when it booted: nothing to do on the host. */
public record GuestKernelDilator() implements Dilator {

  @Override
  public DilationFactor inEffect(VmIdentity vm, ModelClock wanted, QemuProcess qemu) {
    return wanted.factor();
  }

  @Override
  public DilationOutcome apply(VmIdentity vm, ModelClock wanted, QemuProcess qemu) {
    return new DilationOutcome.ByGuestKernel(wanted.factor());
  }

  @Override
  public void release(VmRecord record) {
    // The guest's clock is its own.
  }
}
