package dev.diecast.core.fidelity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelVerdictTest {
  private static final Instant BEGIN = Instant.parse("2026-11-22T10:00:00Z");
  private static final Window MINUTE = new Window(BEGIN, BEGIN.plusSeconds(60));
  private static final NodeReading.State FAITHFUL = new NodeReading.State.Faithful("fine");

  private static UnfaithfulInterval bad(long from, Integer to) {
    return new UnfaithfulInterval(
        BEGIN.plusSeconds(from),
        Optional.ofNullable(to).map(BEGIN::plusSeconds),
        Cause.CpuContention,
        70);
  }

  private static NodeReading node(NodeReading.State now, UnfaithfulInterval... intervals) {
    return new NodeReading("web-0", now, List.of(intervals), List.of());
  }

  private static ModelVerdict minute(NodeReading... nodes) {
    return ModelVerdict.of(List.of(nodes), Tolerances.DEFAULT, MINUTE);
  }

  @Test
  void faithfulNodesWithoutARecordPass() {
    assertThat(minute(node(FAITHFUL), node(FAITHFUL)).outcome()).isEqualTo(Outcome.PASS);
    assertThat(minute().outcome()).as("no node at all").isEqualTo(Outcome.UNKNOWN);
  }

  @Test
  void aFailureSaysWhatWhereAndWhen() {
    ModelVerdict verdict = minute(node(FAITHFUL), node(FAITHFUL, bad(10, 30), bad(40, 41)));
    assertThat(verdict.outcome()).isEqualTo(Outcome.FAIL);
    Finding failure = verdict.failures().getFirst();
    assertThat(failure.node()).isEqualTo("web-0");
    assertThat(failure.cause()).contains(Cause.CpuContention);
    assertThat(failure.when()).contains(new Window(BEGIN.plusSeconds(10), BEGIN.plusSeconds(30)));
    assertThat(failure.reason()).startsWith("unfaithful for 35.0 % of the time");
  }

  @Test
  void whatIsOutsideOfTheWindowDoesNotCount() {
    assertThat(minute(node(FAITHFUL, bad(-30, -1), bad(70, 90))).outcome()).isEqualTo(Outcome.PASS);
    assertThat(minute(node(FAITHFUL, bad(-600, 5))).outcome())
        .as("5 of 60 s")
        .isEqualTo(Outcome.PASS);
    assertThat(minute(node(FAITHFUL, bad(-600, 7))).outcome())
        .as("7 of 60 s")
        .isEqualTo(Outcome.FAIL);
  }

  @Test
  void aTolerableLapseThatLastsIsToldButPasses() {
    NodeReading.State now =
        new NodeReading.State.Unfaithful(Optional.of(Cause.CpuContention), "a hog");
    assertThat(minute(node(now, bad(57, null))).outcome()).isEqualTo(Outcome.PASS);
    assertThat(minute(node(now)).outcome())
        .as("said now, and on no record: the record has not begun")
        .isEqualTo(Outcome.FAIL);
    assertThat(minute(node(now, bad(57, 58))).outcome())
        .as("what is on record has ended, so this is something else")
        .isEqualTo(Outcome.FAIL);
    assertThat(minute(node(now, bad(61, null))).outcome())
        .as("what lasts began after the window")
        .isEqualTo(Outcome.PASS);
  }

  @Test
  void ofThisMomentAnOpenIntervalIsAllThereIs() {
    Window now = Window.at(BEGIN.plusSeconds(60));
    NodeReading lasting =
        node(
            new NodeReading.State.Unfaithful(Optional.of(Cause.CpuContention), "a hog"),
            bad(57, null));
    assertThat(ModelVerdict.of(List.of(lasting), Tolerances.DEFAULT, now).outcome())
        .isEqualTo(Outcome.FAIL);
    NodeReading over = node(FAITHFUL, bad(10, 50));
    assertThat(ModelVerdict.of(List.of(over), Tolerances.DEFAULT, now).outcome())
        .isEqualTo(Outcome.PASS);
  }

  @Test
  void whatIsNotMeasuredIsUnknownAndNeverHidesAFailure() {
    NodeReading unknown = node(new NodeReading.State.Unknown("the agent is silent"));
    ModelVerdict verdict = minute(node(FAITHFUL), unknown);
    assertThat(verdict.outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(verdict.unknowns().getFirst().reason()).isEqualTo("the agent is silent");
    assertThat(minute(unknown, node(FAITHFUL, bad(0, 60))).outcome()).isEqualTo(Outcome.FAIL);
    NodeReading tolerable = node(new NodeReading.State.Unknown("the agent is silent"), bad(10, 11));
    assertThat(minute(tolerable).outcome()).isEqualTo(Outcome.UNKNOWN);
  }

  @Test
  void furtherMeasurementsCount() {
    Finding slow = Fidelity.judgeCpu("web-0", Optional.of(new Share(0.8, 0.01)), 0.1);
    ModelVerdict verdict = minute(node(FAITHFUL).with(slow));
    assertThat(verdict.outcome()).isEqualTo(Outcome.FAIL);
    assertThat(verdict.failures()).containsExactly(slow);
    assertThat(verdict.of("web-0")).hasSize(2);
  }

  @Test
  void pipesThatLoseOrDelayAreToBlame() {
    Evidence evidence =
        new Evidence(
            java.util.Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            new java.util.TreeMap<>(),
            new java.util.TreeMap<>(),
            HostCpu.UNKNOWN,
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.of(new PipeUse(3_000_000_000L, 990, 4, 10)));
    assertThat(Overload.judge(evidence, Tolerances.DEFAULT))
        .map(Judgement::cause)
        .contains(Cause.PipeOverload);
    assertThat(Overload.judge(evidence, new Tolerances(200, 0.1, 0.1, 0.02))).isEmpty();
    assertThat(new PipeUse(1, 10, 10, 0).isOverloaded(Tolerances.DEFAULT))
        .as("too few frames to tell")
        .isFalse();
  }
}
