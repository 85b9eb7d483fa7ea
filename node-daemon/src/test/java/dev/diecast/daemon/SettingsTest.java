package dev.diecast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.Rational;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  @TempDir Path state;
  private final Map<String, String> properties = new HashMap<>();

  @BeforeEach
  void complete() {
    properties.put("NODE_NAME", "n1.example");
    properties.put("diecast.state-directory", state.toString());
  }

  private Settings read() {
    return Settings.read(name -> Optional.ofNullable(properties.get(name)));
  }

  @Test
  void hasDefaults() {
    Settings settings = read();
    assertThat(settings.nodeName()).isEqualTo("n1.example");
    assertThat(settings.proc()).isEqualTo(Path.of("/proc"));
    assertThat(settings.clock().interval()).isEqualTo(Duration.ofMillis(500));
    assertThat(settings.clock().tolerancePpm()).isEqualTo(200);
    assertThat(settings.undoOnExit()).isFalse();
  }

  /** The README has a line for each, with its default as people write it. */
  @Test
  void theReadmeHasThemAll() throws IOException {
    Set<String> asked = new TreeSet<>();
    Settings settings =
        Settings.read(
            name -> {
              asked.add(name);
              return Optional.ofNullable(properties.get(name));
            });
    String readme = Files.readString(Path.of("README.md"));
    assertThat(asked)
        .isNotEmpty()
        .allSatisfy(name -> assertThat(readme).contains("`" + name + "`"));
    assertThat(readme)
        .contains(
            "`diecast.starvation-window` | %ds |"
                .formatted(settings.starvationWindow().toSeconds()),
            "`diecast.interval` | %ds |".formatted(settings.interval().toSeconds()),
            "`diecast.clock.window` | %ds |".formatted(settings.clock().window().toSeconds()));
  }

  @Test
  void needsTheNodesName() {
    properties.remove("NODE_NAME");
    assertThatThrownBy(this::read).hasMessageContaining("NODE_NAME is not set: set it");
  }

  @ParameterizedTest
  @CsvSource({
    "NODE_NAME, Not A Node, no node's name",
    "diecast.state-directory, /proc/nowhere, cannot be written",
    "diecast.proc, /nowhere, there is no directory",
    "diecast.interval, soon, no duration",
    "diecast.interval, 0s, at least 10 ms",
    "diecast.clock.tolerance-ppm, -3, no whole number",
    "diecast.undo-on-exit, yes, neither true nor false",
    "diecast.switch-loss.tcg-micros, 1ms, microseconds per period",
    "diecast.switch-loss.kvm-micros, 0.5:100, 0.5",
    "diecast.overhead.cpu, much, no quantity",
    "diecast.overhead.memory, -1, no quantity",
  })
  void refusesWhatCannotBe(String name, String value, String message) {
    properties.put(name, value);
    assertThatThrownBy(this::read)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(message);
  }

  @Test
  void takesWhatWasMeasuredOnTheHostByFactor() {
    assertThat(read().correction().emulated()).hasToString("500");
    assertThat(read().correction().virtualised()).hasToString("0");
    properties.put("diecast.switch-loss.tcg-micros", "2:500,10:1700");
    assertThat(read().correction().emulated().micros(Rational.of(6))).isEqualTo(1100);
  }

  @Test
  void takesShortDurations() {
    properties.put("diecast.interval", "0.25s");
    assertThat(read().interval()).isEqualTo(Duration.ofMillis(250));
  }
}
