package dev.diecast.daemon.dilation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.time.ModelClock;
import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.linux.SystemCallException;
import dev.diecast.daemon.linux.SystemCalls;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.ProcessKey;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.record.VmRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The driver against the kernel's module. The process has no virtual machine yet, as QEMU has none
 * when the daemon is to dilate it before its guest's first instruction.
 */
class HostModuleKernelIT {
  private static final DilationFactor TEN = DilationFactor.of(10);
  private static final VmIdentity VM =
      new VmIdentity(UUID.randomUUID().toString(), "default", "m-web-0");
  private static final ModelClock CLOCK = new ModelClock(Instant.now(), TEN);

  @TempDir Path temporary;
  private final ProcFiles proc = new ProcFiles(Path.of("/proc"));
  private final List<ClockOperation> applied = new ArrayList<>();
  private RecordStore records;
  private Process process;
  private QemuProcess qemu;

  @BeforeEach
  void start() throws IOException {
    records = RecordStore.open(temporary);
    process = new ProcessBuilder("sleep", "600").start();
    int pid = (int) process.pid();
    qemu =
        new QemuProcess(
            new ProcessKey(pid, proc.startTicks(pid).orElseThrow()), VM.uid(), Optional.empty());
  }

  @AfterEach
  void end() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  private HostModuleDilator dilator(String device) {
    return new HostModuleDilator(
        device, proc, records, Duration.ofSeconds(1), Clock.systemUTC(), applied::add);
  }

  private HostModuleDilator dilator() {
    assumeTrue(
        Files.exists(Path.of(KvmModule.DEVICE)),
        "SKIPPED: no " + KvmModule.DEVICE + "; load module diecast_kvm on a host with KVM");
    return dilator(KvmModule.DEVICE);
  }

  private ModuleState state() throws IOException {
    try (KvmModule module = KvmModule.open(KvmModule.DEVICE);
        Descriptor pidfd = SystemCalls.pidfdOpen(qemu.pid())) {
      return module.state(pidfd);
    }
  }

  @Test
  void withoutTheModuleNothingIsRecordedAndTheMendIsTold() throws IOException {
    HostModuleDilator dilator = dilator("/dev/diecast_kvm_absent");
    assertThat(dilator.inEffect(VM, CLOCK, qemu)).isEqualTo(DilationFactor.NONE);
    DilationOutcome outcome = dilator.apply(VM, CLOCK, qemu);
    assertThat(outcome).isInstanceOf(DilationOutcome.Refused.class);
    DilationOutcome.Refused refused = (DilationOutcome.Refused) outcome;
    assertThat(refused.obstacle()).isEqualTo(DilationOutcome.Obstacle.ModuleAbsent);
    assertThat(refused.message()).contains("modprobe diecast_kvm");
    assertThat(records.all()).isEmpty();
  }

  @Test
  void aModuleThatWasUnloadedLeavesNothingToTakeBack() throws IOException {
    records.write(VmRecord.of(VM, qemu.key(), Optional.empty()).withDilation("10"));
    HostModuleDilator dilator = dilator("/dev/diecast_kvm_absent");
    assertThat(dilator.inEffect(VM, CLOCK, qemu)).as("the safe guess for resources").isEqualTo(TEN);
    dilator.release(records.find(VM.uid()).orElseThrow());
    assertThat(records.all()).isEmpty();
  }

  @Test
  void somethingElseThanTheModuleIsRefused() {
    DilationOutcome outcome = dilator("/dev/null").apply(VM, CLOCK, qemu);
    assertThat(outcome)
        .isInstanceOfSatisfying(
            DilationOutcome.Refused.class,
            refused -> {
              assertThat(refused.obstacle()).isEqualTo(DilationOutcome.Obstacle.ModuleRefused);
              assertThat(refused.message()).contains("DIECAST_KVM_INFO");
            });
  }

  @Test
  void aDescriptorIsOfAProcessThatRuns() throws Exception {
    SystemCalls.pidfdOpen(qemu.pid()).close();
    process.destroyForcibly().waitFor();
    assertThatThrownBy(() -> SystemCalls.pidfdOpen(qemu.pid()))
        .isInstanceOf(SystemCallException.class)
        .hasMessageContaining("pidfd_open " + qemu.pid());
  }

  @Test
  void isSetOnceReadBackAndTakenBack() throws IOException {
    HostModuleDilator dilator = dilator();
    DilationOutcome outcome = dilator.apply(VM, CLOCK, qemu);
    assertThat(outcome).isInstanceOf(DilationOutcome.InEffect.class);
    assertThat(state().asked()).isEqualTo(TEN);
    assertThat(dilator.inEffect(VM, CLOCK, qemu)).isEqualTo(TEN);
    assertThat(records.find(VM.uid()).flatMap(VmRecord::dilatedTo)).contains("10");
    assertThat(applied).hasSize(1);

    dilator.apply(VM, CLOCK, qemu);
    assertThat(applied).as("operations of a second round").hasSize(1);

    ModelClock other = CLOCK.changedAt(Instant.now(), DilationFactor.parse("5/2"));
    dilator.apply(VM, other, qemu);
    assertThat(state().asked()).isEqualTo(DilationFactor.parse("5/2"));

    dilator.release(records.find(VM.uid()).orElseThrow());
    assertThat(state().asked()).isEqualTo(DilationFactor.NONE);
    assertThat(records.all()).isEmpty();
    assertThat(applied.getLast()).isEqualTo(new ClockOperation.Restore());
  }

  @Test
  void aSuccessorTakesBackWhatItFindsRecorded() throws IOException {
    dilator().apply(VM, CLOCK, qemu);
    records = RecordStore.open(temporary);
    dilator().release(records.find(VM.uid()).orElseThrow());
    assertThat(state().asked()).isEqualTo(DilationFactor.NONE);
    assertThat(records.all()).isEmpty();
  }

  @Test
  void whatSomebodyElseChangedIsSetAnew() throws IOException {
    HostModuleDilator dilator = dilator();
    dilator.apply(VM, CLOCK, qemu);
    try (KvmModule module = KvmModule.open(KvmModule.DEVICE);
        Descriptor pidfd = SystemCalls.pidfdOpen(qemu.pid())) {
      module.apply(new ClockOperation.Restore(), pidfd, module.info());
    }
    assertThat(dilator.apply(VM, CLOCK, qemu)).isInstanceOf(DilationOutcome.InEffect.class);
    assertThat(state().asked()).isEqualTo(TEN);
  }

  @Test
  void aProcessThatHasEndedIsNoTrouble() throws Exception {
    HostModuleDilator dilator = dilator();
    dilator.apply(VM, CLOCK, qemu);
    process.destroyForcibly().waitFor();
    assertThat(dilator.apply(VM, CLOCK, qemu)).isInstanceOf(DilationOutcome.Refused.class);
    dilator.release(records.find(VM.uid()).orElseThrow());
    assertThat(records.all()).isEmpty();
  }

  @Test
  void theModuleSaysWhatItIs() throws IOException {
    dilator();
    try (KvmModule module = KvmModule.open(KvmModule.DEVICE)) {
      ModuleInfo info = module.info();
      assertThat(info.obstacle()).isEmpty();
      assertThat(info.refusal(DilationFactor.of(100))).isEmpty();
      assertThat(info.version()).isNotBlank();
    }
  }
}
