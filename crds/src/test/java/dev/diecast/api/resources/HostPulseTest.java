package dev.diecast.api.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.api.v1alpha1.DilationHost;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostPulseTest {
  private final HostPulse pulse = new HostPulse();

  private static DilationHost host(String name, String measuredAt) {
    return Serialization.unmarshal(
        "metadata: {name: %s}\nstatus: {load: {vms: 1%s}}"
            .formatted(name, measuredAt.isEmpty() ? "" : ", measuredAt: '" + measuredAt + "'"),
        DilationHost.class);
  }

  private List<String> silent(int second, DilationHost... hosts) {
    return List.copyOf(pulse.silent(List.of(hosts), Duration.ofSeconds(second).toNanos()));
  }

  @Test
  void aDaemonIsSilentOnceItsWordsHaveNotChangedForSoLong() {
    assertThat(silent(0, host("a", "t0"), host("b", "t0"))).isEmpty();
    assertThat(silent(29, host("a", "t0"), host("b", "t1"))).isEmpty();
    assertThat(silent(30, host("a", "t0"), host("b", "t1"))).containsExactly("a");
    assertThat(silent(58, host("a", "t0"), host("b", "t1"))).containsExactly("a");
    assertThat(silent(59, host("a", "t0"), host("b", "t1"))).containsExactly("a", "b");
    assertThat(silent(60, host("a", "t2"), host("b", "t1"))).containsExactly("b");
  }

  @Test
  void aHostWithoutVmsOwesNoWord() {
    assertThat(silent(0, host("a", ""))).isEmpty();
    assertThat(silent(100, host("a", ""))).isEmpty();
    assertThat(silent(101, host("a", "t0"))).isEmpty();
    assertThat(silent(140, host("a", ""))).isEmpty();
    assertThat(silent(141, host("a", "t0"))).as("counted from when it was seen").isEmpty();
  }

  @Test
  void aHostThatIsGoneIsForgotten() {
    silent(0, host("a", "t0"));
    assertThat(silent(40)).isEmpty();
    assertThat(silent(41, host("a", "t0"))).isEmpty();
  }
}
