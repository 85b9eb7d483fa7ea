package dev.diecast.daemon.dilation;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.time.ModelClock;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.record.VmRecord;
import java.io.IOException;

/** A means of dilating guests, as far as the host has a part in it. */
public sealed interface Dilator permits GuestKernelDilator, HostModuleDilator {

  /** T by which a guest's clock goes, as far as is known. */
  DilationFactor inEffect(VmIdentity vm, ModelClock wanted, QemuProcess qemu);

  /** Brings a guest's clock to T where it is not: observe, compare, record, apply, read back. */
  DilationOutcome apply(VmIdentity vm, ModelClock wanted, QemuProcess qemu);

  /**
   * Gives a guest back its undilated clock, if it was ever changed, and forgets that.
   *
   * @throws IOException where it cannot be; the record stays, and this may be tried again
   */
  void release(VmRecord record) throws IOException;
}
