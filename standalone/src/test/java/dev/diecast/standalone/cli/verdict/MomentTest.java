package dev.diecast.standalone.cli.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.standalone.cli.session.Refusal;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MomentTest {
  private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "90s, 2026-11-27T09:58:30Z",
    "10m, 2026-11-27T09:50:00Z",
    "2h, 2026-11-27T08:00:00Z",
    "2026-11-27T09:30:00Z, 2026-11-27T09:30:00Z",
    "2026-11-27T10:30:00+01:00, 2026-11-27T09:30:00Z"
  })
  void isATimeOrAnAge(String text, Instant moment) {
    assertThat(Moment.parse("--since", text, NOW)).isEqualTo(moment);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "yesterday",
        "-5m",
        "5",
        "1.5h",
        "9999999999s",
        "2026-11-27",
        "2026-11-27T09:30:00"
      })
  void whatIsNeitherIsRefusedWithWhatIsMeant(String text) {
    assertThatThrownBy(() -> Moment.parse("--since", text, NOW))
        .isInstanceOf(Refusal.class)
        .hasMessage(
            "--since: %s: is no time: write 2026-11-27T09:30:00Z, or how long ago: 90s, 10m, 2h"
                .formatted(text));
  }

  @Test
  void whatIsToComeHasNoVerdict() {
    assertThatThrownBy(() -> Moment.parse("--since", "2026-11-27T10:00:01Z", NOW))
        .hasMessageContaining("is not in the past");
    assertThatThrownBy(() -> Moment.parse("--since", "0s", NOW))
        .hasMessageContaining("is not in the past");
  }
}
