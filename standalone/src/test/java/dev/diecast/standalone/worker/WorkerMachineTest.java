package dev.diecast.standalone.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.standalone.qemu.Accelerator;
import dev.diecast.standalone.qemu.QemuInstallation;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkerMachineTest {
  private static final WorkerImage IMAGE =
      new WorkerImage(Path.of("/cache/vmlinux"), Path.of("/cache/initrd"), "6.1.0-1-amd64");

  private static String command(Accelerator accelerator) {
    QemuInstallation qemu =
        new QemuInstallation(List.of("/usr/bin/qemu"), Map.of(), accelerator, "7.2.0");
    WorkerFiles files = new WorkerFiles(Path.of("/state/with,comma"));
    return String.join(" ", new WorkerMachine(3, 2048).command(qemu, IMAGE, files));
  }

  @Test
  void thisMachinesFilesCanBeReadAndNotWritten() {
    assertThat(command(Accelerator.TCG))
        .startsWith("/usr/bin/qemu ")
        .contains("-accel tcg,thread=multi -cpu max -smp 3 -m 2048M")
        .contains("id=root,path=/,readonly=on,multidevs=remap");
  }

  @Test
  void aCommaInAPathEndsNoValue() {
    assertThat(command(Accelerator.TCG))
        .contains("-serial file:/state/with,,comma/console.log")
        .contains("id=exchange,path=/state/with,,comma/exchange ")
        .contains("-pidfile /state/with,comma/qemu.pid");
  }

  @Test
  void underKvmTheProcessorIsTheHosts() {
    assertThat(command(Accelerator.KVM)).contains("-accel kvm -cpu host");
  }

  @Test
  void tooSmallASizeIsRefused() {
    assertThatThrownBy(() -> new WorkerMachine(0, 4096)).hasMessageContaining("at least 1 CPU");
    assertThatThrownBy(() -> new WorkerMachine(1, 64)).hasMessageContaining("64 MiB");
  }
}
