package dev.diecast.daemon.clock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.Rational;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClockSettingsTest {
  private static final ClockSettings SETTINGS =
      new ClockSettings(Duration.ofMillis(500), Duration.ofSeconds(60), 200);

  /** An answer costs 4 ms of a core: a fortieth of one has 25 ms a second for all that it does. */
  @ParameterizedTest
  @CsvSource({
    "1, 500, 4000",
    "1/10, 1000, 4000",
    "1/25, 2500, 10000",
    "1/40, 4000, 15000",
    "1/1000, 15000, 15000"
  })
  void aSmallGuestIsReadLessOften(String due, long atFirstMillis, long laterMillis) {
    assertThat(SETTINGS.interval(Rational.parse(due))).isEqualTo(Duration.ofMillis(atFirstMillis));
    assertThat(SETTINGS.slowInterval(Rational.parse(due)))
        .isEqualTo(Duration.ofMillis(laterMillis));
  }

  @ParameterizedTest
  @CsvSource({"1, 500", "1/1000, 500"})
  void neverMoreOftenThanIsSaidNorHardlyEverInAWindow(String due, long millis) {
    ClockSettings shortWindow = new ClockSettings(Duration.ofMillis(500), Duration.ofSeconds(1), 1);
    assertThat(shortWindow.interval(Rational.parse(due))).isEqualTo(Duration.ofMillis(millis));
  }
}
