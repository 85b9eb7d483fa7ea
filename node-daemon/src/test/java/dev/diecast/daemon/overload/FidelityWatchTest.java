package dev.diecast.daemon.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.fidelity.Cause;
import dev.diecast.core.fidelity.CpuDelivery;
import dev.diecast.core.fidelity.Evidence;
import dev.diecast.core.fidelity.FidelityHistory;
import dev.diecast.core.fidelity.HostCpu;
import dev.diecast.core.fidelity.PipeUse;
import dev.diecast.core.fidelity.Tolerances;
import dev.diecast.core.fidelity.UnfaithfulInterval;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FidelityWatchTest {
  private static final Instant BEGIN = Instant.parse("2026-11-27T10:00:00Z");

  private final FidelityWatch watch = new FidelityWatch(FidelityHistory.CLEAN, true);

  /** Pipes that lost a tenth of their frames within the last three seconds. */
  private static final PipeUse LOSSY = new PipeUse(3_000_000_000L, 1000, 0, 0, 100);

  private Optional<UnfaithfulInterval> open(
      int at,
      int read,
      Map<Cause, String> sure,
      Optional<Instant> pipesChanged,
      Optional<PipeUse> pipes) {
    SortedMap<Integer, CpuDelivery> recent = new TreeMap<>();
    Evidence evidence =
        new Evidence(
            sure,
            Optional.of(BEGIN.plusSeconds(read)),
            pipesChanged,
            Optional.empty(),
            recent,
            recent,
            HostCpu.UNKNOWN,
            false,
            Optional.empty(),
            Optional.empty(),
            pipes);
    return watch.judge(evidence, Tolerances.DEFAULT, true, BEGIN.plusSeconds(at)).history().open();
  }

  /**
   * @param at of the look, seconds
   * @param read when the clock was read last, seconds
   */
  private Instant from(int at, int read, Map<Cause, String> sure) {
    return open(at, read, sure, Optional.empty(), Optional.empty())
        .map(UnfaithfulInterval::from)
        .orElse(null);
  }

  @Test
  void pipesThatCatchUpAfterAStandstillAreItsDoing() {
    from(8, 5, Map.of());
    from(9, 5, Map.of(Cause.HostPaused, "nothing ran"));
    assertThat(open(11, 5, Map.of(), Optional.empty(), Optional.of(LOSSY)))
        .hasValueSatisfying(i -> assertThat(i.cause()).isEqualTo(Cause.HostPaused));
    assertThat(open(13, 5, Map.of(), Optional.empty(), Optional.of(LOSSY)))
        .as("a window that does not reach back to it")
        .hasValueSatisfying(i -> assertThat(i.cause()).isEqualTo(Cause.PipeOverload));
  }

  @Test
  void pipesOfAnotherWereWrongForAsLongAsTheyWereInForce() {
    from(8, 5, Map.of());
    from(9, 5, Map.of());
    assertThat(
            open(
                10,
                5,
                Map.of(Cause.PipesChanged, "others"),
                Optional.of(BEGIN.plusSeconds(2)),
                Optional.empty()))
        .hasValueSatisfying(i -> assertThat(i.from()).isEqualTo(BEGIN.plusSeconds(2)));
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
