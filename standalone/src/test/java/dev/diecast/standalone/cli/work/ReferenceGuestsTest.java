package dev.diecast.standalone.cli.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReferenceGuestsTest {

  @Test
  void theirClockIsThatOfTheDriver() {
    assertThat(ReferenceGuests.kernelArguments(Optional.of(2_600_000L)))
        .contains("tsc_early_khz=2600000 ", "no-kvmclock");
  }

  /** Under HostModule guests keep kvm-clock, and are told no rate. */
  @Test
  void whereGuestsAreToldNoRateTheyKeepTheHostsClock() {
    assertThat(ReferenceGuests.kernelArguments(Optional.empty()))
        .startsWith("console=ttyS0 ")
        .doesNotContain("tsc", "kvmclock", "null");
  }
}
