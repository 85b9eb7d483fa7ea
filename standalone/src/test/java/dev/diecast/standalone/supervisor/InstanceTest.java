package dev.diecast.standalone.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstanceTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "a/b", "../x", "-a", "a-", "a.b", "a b", "ä"})
  void refusesNamesThatCouldLeaveTheStateDirectory(String name) {
    assertThatThrownBy(() -> new Instance(name, Path.of("/s")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + name + "\"");
  }

  @Test
  void refusesNamesThatAreTooLong() {
    assertThat(new Instance("a".repeat(32), Path.of("/s")).name()).hasSize(32);
    assertThatThrownBy(() -> new Instance("a".repeat(33), Path.of("/s")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void marksItsProcessesWithItsAbsoluteDirectory() {
    assertThat(new Instance("a", Path.of("/s/../t/a")).mark())
        .containsEntry("DIECAST_INSTANCE", "/t/a");
  }

  @Test
  void hasACgroupOfItsOwn() {
    Instance one = new Instance("a", Path.of("/s/a"));
    assertThat(one.cgroupName()).startsWith("diecast-").hasSize("diecast-".length() + 12);
    assertThat(one.cgroupName()).isNotEqualTo(new Instance("a", Path.of("/t/a")).cgroupName());
  }
}
