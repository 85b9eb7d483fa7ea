package dev.diecast.standalone.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.Rational;
import dev.diecast.standalone.qemu.Accelerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostCalibrationTest {
  private static final Instant NOW = Instant.parse("2026-11-26T10:00:00.5Z");

  @TempDir Path directory;

  @Test
  void whatIsMeasuredLaterReplacesTheSameFactorOnly() throws IOException {
    Path file = directory.resolve("new/host.json");
    assertThat(HostCalibration.read(file)).isEqualTo(HostCalibration.NONE);
    HostCalibration.NONE
        .with(Accelerator.TCG, Map.of(Rational.parse("2"), 800L, Rational.parse("10"), 1800L), NOW)
        .write(file);
    HostCalibration.read(file)
        .with(Accelerator.TCG, Map.of(Rational.of(10), 1500L), NOW)
        .write(file);
    HostCalibration read = HostCalibration.read(file);
    assertThat(read.switchLossTcgMicros()).isEqualTo("2:800,10:1500");
    assertThat(read.measuredAt()).isEqualTo("2026-11-26T10:00:00Z");
    assertThat(read.environment())
        .isEqualTo(Map.of("DIECAST_SWITCH_LOSS_TCG_MICROS", "2:800,10:1500"));
    try (var files = Files.list(file.getParent())) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void saysWhatToDoWithAFileThatCannotBeUsed() throws IOException {
    Path file = directory.resolve("host.json");
    for (String text : new String[] {"{", "{\"switchLossTcgMicros\": \"much\"}", "[]"}) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> HostCalibration.read(file))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("bench cpu --calibrate");
    }
  }
}
