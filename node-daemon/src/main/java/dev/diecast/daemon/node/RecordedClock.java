package dev.diecast.daemon.node;

import dev.diecast.daemon.clock.ClockWatch;
import dev.diecast.daemon.process.ProcessKey;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.record.VmRecord;
import java.io.IOException;
import org.jboss.logging.Logger;

/** Remembers in a VM's record that its guest's clock has been set, for as long as its QEMU runs. */
final class RecordedClock implements ClockWatch.ClockOwner {
  private static final Logger LOG = Logger.getLogger(RecordedClock.class);

  private final VmIdentity vm;
  private final ProcessKey process;
  private final Surroundings daemon;
  private volatile boolean set;

  RecordedClock(VmIdentity vm, ProcessKey process, Surroundings daemon) {
    this.vm = vm;
    this.process = process;
    this.daemon = daemon;
  }

  @Override
  public boolean isSet() {
    return set
        || daemon
            .records()
            .find(vm.uid())
            .filter(record -> record.process().equals(process))
            .map(VmRecord::clockSet)
            .orElse(false);
  }

  @Override
  public void markSet() {
    set = true;
    try {
      daemon.records().update(vm.uid(), r -> r.process().equals(process) ? r.withClockSet() : r);
    } catch (IOException e) {
      LOG.warnf("%s: that its clock is set could not be recorded: %s", vm, e);
    }
  }

  @Override
  public void uneven() {
    daemon.metrics().clockUneven();
  }
}
