package dev.diecast.standalone.cli.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.standalone.cli.CommandLineRun;
import dev.diecast.standalone.cli.Main;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerdictCommandTest {
  private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");

  private static VerdictCommand.Stretch stretch(Integer seconds, String since) {
    return VerdictCommand.Stretch.of(Optional.ofNullable(seconds), Optional.ofNullable(since), NOW);
  }

  @Test
  void judgesWhatIsToComeOrWhatHasBeen() {
    assertThat(stretch(null, null).remaining(NOW)).isEqualTo(Duration.ofSeconds(20));
    assertThat(stretch(8, null).remaining(NOW.plusSeconds(3))).isEqualTo(Duration.ofSeconds(5));
    assertThat(stretch(8, null).remaining(NOW.plusSeconds(30))).isZero();
    assertThat(stretch(null, "10m").remaining(NOW)).isZero();
    assertThat(stretch(null, "10m").until(NOW).length()).isEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThatThrownBy(() -> stretch(8, "10m"))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("leave one of them out");
    assertThatThrownBy(() -> stretch(0, null)).hasMessageContaining("--for: must be from 1 to");
    assertThatThrownBy(() -> stretch(-3, null)).hasMessageContaining("--for: must be from 1 to");
  }

  @Test
  void anInstanceThatDoesNotRunHasNoVerdict() {
    CommandLineRun run =
        CommandLineRun.of(Main::commandLine, List.of("verdict", "--instance", "none-of-this-name"));
    assertThat(run.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.errors()).contains("instance none-of-this-name does not run");
  }
}
