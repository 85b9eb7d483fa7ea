package dev.diecast.daemon.dilation;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.time.ModelClock;
import dev.diecast.daemon.dilation.DilationOutcome.InEffect;
import dev.diecast.daemon.dilation.DilationOutcome.Obstacle;
import dev.diecast.daemon.dilation.DilationOutcome.Pending;
import dev.diecast.daemon.dilation.DilationOutcome.Refused;
import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.linux.SystemCallException;
import dev.diecast.daemon.linux.SystemCalls;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.ProcessKey;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.record.RecordNotWritableException;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.record.VmRecord;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Dilates guests by the host's module diecast_kvm. The module changes all vCPUs of a guest at one
 * moment and lets no clock go back, so guests are not paused for it (ADR 34). For one thread only.
 */
public final class HostModuleDilator implements Dilator {
  /** errno(3). */
  private static final int ENOENT = 2;

  private static final int ENXIO = 6;
  private static final int ENODEV = 19;
  private static final int ESRCH = 3;

  private final String device;
  private final ProcFiles proc;
  private final RecordStore records;
  private final Duration patience;
  private final Clock clock;
  private final Consumer<ClockOperation> applied;

  /**
   * @param device of the module
   * @param patience how long to wait on the spot for the moment at which T changes; one that is
   *     farther off is for a later round
   * @param applied told of every operation that took place
   */
  public HostModuleDilator(
      String device,
      ProcFiles proc,
      RecordStore records,
      Duration patience,
      Clock clock,
      Consumer<ClockOperation> applied) {
    this.device = device;
    this.proc = proc;
    this.records = records;
    this.patience = patience;
    this.clock = clock;
    this.applied = applied;
  }

  @Override
  public DilationFactor inEffect(VmIdentity vm, ModelClock wanted, QemuProcess qemu) {
    try (KvmModule module = KvmModule.open(device);
        Descriptor process = pin(qemu.key())) {
      return module.state(process).asked();
    } catch (IOException e) {
      return recorded(vm, qemu.key());
    }
  }

  /** What it was when the module last answered; undilated where it never did. */
  private DilationFactor recorded(VmIdentity vm, ProcessKey process) {
    return records
        .find(vm.uid())
        .filter(record -> record.process().equals(process))
        .flatMap(VmRecord::dilatedTo)
        .map(DilationFactor::parse)
        .orElse(DilationFactor.NONE);
  }

  @Override
  public DilationOutcome apply(VmIdentity vm, ModelClock wanted, QemuProcess qemu) {
    DilationFactor before = recorded(vm, qemu.key());
    try (KvmModule module = KvmModule.open(device)) {
      ModuleInfo info = module.info();
      Optional<String> obstacle = info.obstacle();
      if (obstacle.isPresent()) {
        return new Refused(before, Obstacle.ModuleAbsent, obstacle.get());
      }
      try (Descriptor process = pin(qemu.key())) {
        return apply(vm, wanted, qemu.key(), new Session(module, info, process));
      }
    } catch (RecordNotWritableException e) {
      return new Refused(before, Obstacle.RecordNotWritable, e.getMessage());
    } catch (SystemCallException e) {
      return refused(before, e);
    } catch (IOException e) {
      return new Refused(before, Obstacle.ModuleRefused, String.valueOf(e.getMessage()));
    }
  }

  /** The module and a process, open. */
  private record Session(KvmModule module, ModuleInfo info, Descriptor process) {
    ModuleState state() throws SystemCallException {
      return module.state(process);
    }
  }

  private DilationOutcome apply(VmIdentity vm, ModelClock wanted, ProcessKey key, Session session)
      throws IOException {
    ModuleState state = session.state();
    Optional<String> refusal = session.info().refusal(wanted.factor());
    if (refusal.isPresent()) {
      return new Refused(state.asked(), Obstacle.ModuleRefused, refusal.get());
    }
    return switch (ClockPlan.compare(state, wanted, session.info(), clock.instant())) {
      case ClockPlan.Due.Nothing _ -> inEffect(state, key, session);
      case ClockPlan.Due.NeedsRestart _ ->
          new Refused(
              state.asked(),
              Obstacle.RestartNeeded,
              "module diecast_kvm %s cannot change T in a guest that runs: restart the VM"
                  .formatted(session.info().version()));
      case ClockPlan.Due.Later later when later.in().compareTo(patience) > 0 ->
          new Pending(state.asked(), wanted.origin());
      case ClockPlan.Due.Later _ ->
          set(vm, new ClockOperation.SetFactor(wanted), key, session, wanted.origin());
      case ClockPlan.Due.Now now -> set(vm, now.operation(), key, session, Instant.MIN);
    };
  }

  private DilationOutcome set(
      VmIdentity vm, ClockOperation.SetFactor change, ProcessKey key, Session session, Instant at)
      throws IOException {
    records.compute(vm.uid(), before -> withDilation(vm, key, before, change.factor()));
    waitUntil(at);
    session.module().apply(change, session.process(), session.info());
    applied.accept(change);
    ModuleState state = session.state();
    return state.asked().equals(change.factor())
        ? inEffect(state, key, session)
        : new Refused(
            state.asked(),
            Obstacle.ModuleRefused,
            "T = %s was set and reads back as %s: somebody else uses module diecast_kvm too"
                .formatted(change.factor(), state.asked()));
  }

  private static VmRecord withDilation(
      VmIdentity vm, ProcessKey key, Optional<VmRecord> before, DilationFactor factor) {
    return before
        .filter(record -> record.process().equals(key))
        .orElseGet(() -> VmRecord.of(vm, key, before))
        .withDilation(factor.toString());
  }

  private void waitUntil(Instant at) throws IOException {
    Duration wait = Duration.between(clock.instant(), at);
    if (at.equals(Instant.MIN) || !wait.isPositive()) {
      return;
    }
    try {
      Thread.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted before T was set", e);
    }
  }

  private static InEffect inEffect(ModuleState state, ProcessKey key, Session session) {
    return new InEffect(state.asked(), key, state, state.caveats(session.info()));
  }

  private static Refused refused(DilationFactor before, SystemCallException e) {
    return e.errno() == ENOENT || e.errno() == ENODEV || e.errno() == ENXIO
        ? new Refused(
            before,
            Obstacle.ModuleAbsent,
            "module diecast_kvm is not loaded (" + e.getMessage() + "): modprobe diecast_kvm")
        : new Refused(before, Obstacle.ModuleRefused, e.getMessage());
  }

  /** A descriptor of this very process, not of another that has been given its pid. */
  private Descriptor pin(ProcessKey key) throws IOException {
    Descriptor process = SystemCalls.pidfdOpen(key.pid());
    if (!proc.isAlive(key)) {
      process.close();
      throw new IOException("QEMU (pid " + key.pid() + ") has ended");
    }
    return process;
  }

  @Override
  public void release(VmRecord record) throws IOException {
    if (record.dilatedTo().isEmpty()) {
      return;
    }
    // The module forgets a process that has ended by itself.
    if (proc.isAlive(record.process())) {
      restore(record);
    }
    records.update(record.vm().uid(), VmRecord::withoutDilation);
    records.removeIfSettled(record.vm().uid());
  }

  private void restore(VmRecord record) throws IOException {
    try (KvmModule module = KvmModule.open(device);
        Descriptor process = pin(record.process())) {
      ClockOperation restore = new ClockOperation.Restore();
      module.apply(restore, process, module.info());
      applied.accept(restore);
    } catch (SystemCallException e) {
      if (e.errno() != ENOENT && e.errno() != ESRCH) {
        throw e;
      }
      // Unloaded, so no guest is dilated by it; or ended meanwhile.
    }
  }
}
