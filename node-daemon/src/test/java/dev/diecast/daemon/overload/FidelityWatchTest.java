package dev.diecast.daemon.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.fidelity.Cause;
import dev.diecast.core.fidelity.Evidence;
import dev.diecast.core.fidelity.FidelityHistory;
import dev.diecast.core.fidelity.HostCpu;
import dev.diecast.core.fidelity.Tolerances;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FidelityWatchTest {
  private static final Instant BEGIN = Instant.parse("2026-11-27T10:00:00Z");

  private final FidelityWatch watch = new FidelityWatch(FidelityHistory.CLEAN, true);

  /**
   * @param at of the look, seconds
   * @param read when the clock was read last, seconds
   */
  private Instant from(int at, int read, Map<Cause, String> sure) {
    Evidence evidence =
        new Evidence(
            sure,
            Optional.of(BEGIN.plusSeconds(read)),
            Optional.empty(),
            new TreeMap<>(),
            new TreeMap<>(),
            HostCpu.UNKNOWN,
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return watch
        .judge(evidence, Tolerances.DEFAULT, true, BEGIN.plusSeconds(at))
        .history()
        .open()
        .map(interval -> interval.from())
        .orElse(null);
  }

  @Test
  void aClockMayHaveSteppedAnyTimeSinceItWasLastReadAndRight() {
    from(8, 5, Map.of());
    from(9, 5, Map.of());
    assertThat(from(10, 10, Map.of(Cause.ClockWrong, "it stepped")))
        .isEqualTo(BEGIN.plusSeconds(5));
  }

  @Test
  void whatIsSeenAtEachLookBeganSinceTheLookBefore() {
    from(8, 5, Map.of());
    from(9, 5, Map.of());
    assertThat(from(10, 5, Map.of(Cause.ProcessStopped, "by a signal")))
        .isEqualTo(BEGIN.plusSeconds(9));
  }
}
