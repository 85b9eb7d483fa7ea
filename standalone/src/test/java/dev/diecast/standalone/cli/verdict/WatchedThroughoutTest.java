package dev.diecast.standalone.cli.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.api.resources.FidelityReadings;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.core.fidelity.ModelVerdict;
import dev.diecast.core.fidelity.Outcome;
import dev.diecast.core.fidelity.Tolerances;
import dev.diecast.core.fidelity.Window;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WatchedThroughoutTest {
  private static final Instant BEGIN = Instant.parse("2026-11-27T10:00:00Z");
  private static final Window MINUTE = new Window(BEGIN, BEGIN.plusSeconds(60));

  /**
   * @param since when its clock was shown to be right, seconds of the minute
   * @param count of its unfaithful intervals
   * @param kept their begins, seconds of the minute; each lasts a tenth of a second
   */
  private static ModelVerdict verdict(int since, int count, int... kept) {
    return verdict(since, BEGIN.plusSeconds(61), count, kept);
  }

  private static ModelVerdict verdict(int since, Instant clockRead, int count, int... kept) {
    String intervals =
        IntStream.of(kept)
            .mapToObj(BEGIN::plusSeconds)
            .map(
                from ->
                    "{from: '%s', to: '%s', reason: CpuContention}"
                        .formatted(from, from.plusMillis(100)))
            .collect(Collectors.joining(", "));
    DilatedNode node =
        Serialization.unmarshal(
            """
            metadata: {name: web-0, generation: 1}
            status:
              appliedGeneration: 1
              clock: {measuredAt: "%s"}
              fidelity: {unfaithfulIntervals: %d, intervals: [%s]}
              conditions:
              - {type: Dilated, status: "True", lastTransitionTime: "%s"}
              - {type: Faithful, status: "True", lastTransitionTime: "%s"}
            """
                .formatted(clockRead, count, intervals, BEGIN.plusSeconds(since), BEGIN),
            DilatedNode.class);
    return ModelVerdict.of(
        List.of(WatchedThroughout.judge(FidelityReadings.of(node), node.getStatus(), MINUTE)),
        Tolerances.DEFAULT,
        MINUTE);
  }

  @Test
  void aNodeThatWasWatchedAllTheTimeIsJudgedByItsRecord() {
    assertThat(verdict(-5, 0).outcome()).isEqualTo(Outcome.PASS);
    assertThat(verdict(0, 1, 30).outcome()).as("a tolerable lapse").isEqualTo(Outcome.PASS);
  }

  @Test
  void ofATimeInWhichNobodyLookedNothingIsKnown() {
    ModelVerdict late = verdict(7, 0);
    assertThat(late.outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(late.unknowns().getFirst().reason())
        .isEqualTo("its clock is shown to be right only since 2026-11-27T10:00:07Z");
  }

  @Test
  void aClockThatWasNotReadSinceMayHaveStepped() {
    ModelVerdict unread = verdict(-5, BEGIN.plusSeconds(58), 0);
    assertThat(unread.outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(unread.unknowns().getFirst().reason())
        .isEqualTo("its clock was last read at 2026-11-27T10:00:58Z, before the end of this time");
  }

  @Test
  void whatARecordNoLongerHoldsIsNotClean() {
    assertThat(verdict(-5, 3, 20, 30).outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(verdict(-5, 3, -20, 30).outcome())
        .as("what it dropped was before the window")
        .isEqualTo(Outcome.PASS);
  }
}
