package dev.diecast.standalone.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.standalone.qemu.Accelerator;
import dev.diecast.standalone.qemu.QemuInstallation;
import dev.diecast.standalone.supervisor.SupervisorConfiguration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CpuBenchTest {
  @TempDir Path directory;

  /** Hosts exist whose /dev/kvm opens and boots no guest: theirs are emulated. */
  @ParameterizedTest
  @EnumSource
  void calibratesWhatTheGuestsRunBy(Accelerator accelerator) throws IOException {
    SupervisorConfiguration configuration =
        new SupervisorConfiguration(
            "default",
            directory.toString(),
            directory.toString(),
            directory.toString(),
            33,
            0,
            "n1",
            List.of(),
            new QemuInstallation(List.of("qemu"), Map.of(), accelerator, "7.2.22"),
            60,
            null);
    configuration.write();
    assertThat(Session.accelerator(configuration.toInstance())).isEqualTo(accelerator);
  }
}
