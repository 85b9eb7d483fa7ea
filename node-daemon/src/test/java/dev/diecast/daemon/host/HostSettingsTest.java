package dev.diecast.daemon.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.api.v1alpha1.DilationHostSpec;
import dev.diecast.api.v1alpha1.DilationHostStatus.Overhead;
import dev.diecast.api.v1alpha1.SwitchLosses;
import dev.diecast.core.cpu.SwitchLoss;
import dev.diecast.daemon.cpu.CpuCorrection;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HostSettingsTest {
  private static final HostSettings STARTED =
      new HostSettings(
          new Overhead(null, null),
          Optional.empty(),
          new CpuCorrection(SwitchLoss.constant(1000), SwitchLoss.NONE));

  @Test
  void whatIsSaidOfTheHostTakesThePlaceOfWhatTheDaemonWasStartedWith() {
    CpuCorrection said = STARTED.asSaid(saying("2:800,10:2200", null)).correction();
    assertThat(said.emulated()).isEqualTo(SwitchLoss.parse("2:800,10:2200"));
    assertThat(said.virtualised()).isEqualTo(SwitchLoss.NONE);
    assertThat(STARTED.asSaid(saying(null, null))).isEqualTo(STARTED);
    assertThat(STARTED.asSaid(new DilationHostSpec())).isEqualTo(STARTED);
  }

  @Test
  void aTextThatNoServerHasCheckedIsRefusedWithItsField() {
    assertThatThrownBy(() -> STARTED.asSaid(saying(null, "much")))
        .hasMessageStartingWith("spec.switchLoss.virtualisedMicros: \"much\"")
        .hasMessageContaining("2:800,10:1800");
  }

  private static DilationHostSpec saying(String emulated, String virtualised) {
    return new DilationHostSpec(null, null, new SwitchLosses(emulated, virtualised));
  }
}
